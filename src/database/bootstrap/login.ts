/**
 * Passwords of the login roles that the platform makes for itself. They are derived from the JWT secret, so that all
 * processes agree without talking to each other; PostgreSQL is only ever given the SCRAM verifier.
 */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

export interface LoginKey {
  readonly password: string;
  /** Tells whether a role has this password without knowing it; kept in the role's comment. */
  readonly fingerprint: string;
}

const ITERATIONS = 4096;

/** One password per kind of login. The role's final name plays no part, as it is chosen later. */
export function deriveLogin(jwtSecret: string, purpose: 'api' | 'platform' | 'replication'): LoginKey {
  const password = createHmac('sha256', jwtSecret)
    .update(`goforward database login: ${purpose}`)
    .digest('base64url');
  const fingerprint = createHash('sha256').update(`fingerprint ${password}`).digest('hex').slice(0, 16);
  return { password, fingerprint };
}

/** What PostgreSQL would store for this password (RFC 5802), so that no log of a statement shows the password. */
export function scramVerifier(password: string): string {
  const salt = createHash('sha256').update(`salt ${password}`).digest().subarray(0, 16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** The comment that marks a login role as ours. */
export function loginComment(database: string, fingerprint: string): string {
  return `GoForward login, made for database ${JSON.stringify(database)}, key ${fingerprint}`;
}
