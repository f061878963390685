/** Codes for who has lost every factor: ten at a time, each counts once, and only their keyed hashes are kept. */
import { randomBytes } from 'node:crypto';
import { authError } from '../../errors.ts';
import {
  countRecoveryCodes,
  endLowSessions,
  replaceRecoveryCodes,
  takeRecoveryCode,
} from '../../store/factors.ts';
import { admit } from '../admit.ts';
import { audit } from '../audit.ts';
import type { AuthContext } from '../context.ts';
import { hashCode } from '../one-time.ts';
import { elevate, type IssuedSession } from '../sessions.ts';
import { isVerified, lockOwner, type Owner, readOwner } from './owner.ts';
import { toBase32 } from './totp.ts';

const CODES = 10;
/** Too many bits to be guessed, so tries need no count of their own. */
const CODE_BYTES = 10;
const METHOD = 'mfa/recovery_code';

/** Earlier codes are void. */
export async function generateRecoveryCodes(auth: AuthContext, owner: Owner): Promise<string[]> {
  const codes = Array.from({ length: CODES }, newCode);
  await auth.database.transaction(async (connection) => {
    const { user, elevated } = await lockOwner(auth, connection, owner);
    if (!user.factors.some(isVerified))
      throw authError('mfa_factor_not_found', 'Recovery codes need a verified factor');
    if (!elevated)
      throw authError('insufficient_aal', 'AAL2 required to generate recovery codes', { status: 403 });
    const hashes = codes.map((code) => hashOf(auth, user.id, code));
    await replaceRecoveryCodes(connection, user.id, hashes);
  });
  const user = { id: owner.userId };
  audit(auth, { action: 'recovery_codes_generated', user, client: owner.client });
  return codes;
}

export async function remainingRecoveryCodes(auth: AuthContext, owner: Owner): Promise<number> {
  const { user } = await readOwner(auth, owner);
  return countRecoveryCodes(auth.database, user.id);
}

/** In the place of a factor's code. */
export async function useRecoveryCode(
  auth: AuthContext,
  { owner, code }: { owner: Owner; code: string },
): Promise<IssuedSession> {
  await admit(auth, owner.client, owner.userId);
  const { session, ended } = await auth.database.transaction(async (connection) => {
    const { user, session } = await lockOwner(auth, connection, owner);
    if (!(await takeRecoveryCode(connection, user.id, hashOf(auth, user.id, code))))
      throw authError('mfa_verification_failed', 'Invalid recovery code entered');
    const ended = await endLowSessions(connection, user.id, session.id);
    const elevation = { sessionId: session.id, userId: user.id, method: METHOD, aal: 'aal2' } as const;
    return { session: await elevate(auth, elevation, connection), ended };
  });
  auth.sessionWatch.forget(ended);
  const user = { id: owner.userId };
  audit(auth, { action: 'login', user, client: owner.client, traits: { method: METHOD } });
  return session;
}

function newCode(): string {
  return toBase32(randomBytes(CODE_BYTES))
    .toLowerCase()
    .replace(/(.{4})(?=.)/g, '$1-');
}

/** However it is typed: with or without dashes, in capitals or not. */
function hashOf(auth: AuthContext, userId: string, code: string): string {
  return hashCode(auth, `recovery ${userId}`, code.toLowerCase().replace(/[^a-z2-7]/g, ''));
}
