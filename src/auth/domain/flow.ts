/** PKCE: whoever begins leaves a challenge, and only who knows what is behind it can end the flow. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { authError, invalid } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import { deleteFlow, insertFlow, lockFlowByCode, setFlowCode } from '../store/flow-state.ts';
import { findUser } from '../store/users.ts';
import { admit } from './admit.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { hashToken } from './one-time.ts';
import { TOKEN_PURPOSE, unseal } from './seal.ts';
import { type IssuedSession, issueSession } from './sessions.ts';

export interface Challenge {
  readonly codeChallenge: string;
  readonly codeChallengeMethod: 's256' | 'plain';
}

const UNRESERVED = /^[A-Za-z0-9._~-]{43,128}$/;
const AUTH_CODE_BYTES = 24;
const CODE_LIFETIME_MS = 300_000;

/** Undefined where the client uses no PKCE. */
export function readChallenge(
  challenge: string | null | undefined,
  method: string | null | undefined,
): Challenge | undefined {
  if (!challenge && !method) return undefined;
  if (!challenge || !method)
    throw invalid('PKCE flow requires both code_challenge and code_challenge_method');
  const codeChallengeMethod = method.toLowerCase();
  if (codeChallengeMethod !== 's256' && codeChallengeMethod !== 'plain')
    throw invalid('code_challenge_method must be s256 or plain');
  if (!UNRESERVED.test(challenge))
    throw invalid('code_challenge must have 43 to 128 characters of A-Z a-z 0-9 - . _ ~');
  return { codeChallenge: challenge, codeChallengeMethod };
}

/** The id of the flow, or undefined without a challenge. */
export async function startFlow(
  connection: Connection,
  challenge: Challenge | undefined,
  flow: { userId?: string; providerType: string; authenticationMethod: string },
): Promise<string | undefined> {
  return challenge === undefined ? undefined : insertFlow(connection, { ...flow, ...challenge });
}

/** The code with which the flow can be ended; undefined when the flow is gone. Tokens of a provider come sealed. */
export async function issueAuthCode(
  connection: Connection,
  flow: { id: string; userId: string; providerAccessToken?: string; providerRefreshToken?: string },
): Promise<string | undefined> {
  const code = randomBytes(AUTH_CODE_BYTES).toString('base64url');
  const done = await setFlowCode(connection, { ...flow, authCodeHash: hashToken(code) });
  return done ? code : undefined;
}

export interface Exchanged extends IssuedSession {
  readonly providerToken: string | undefined;
  readonly providerRefreshToken: string | undefined;
}

export async function exchangeCode(
  auth: AuthContext,
  input: { authCode: string; codeVerifier: string; client: Client },
): Promise<Exchanged> {
  const { authCode, codeVerifier, client } = input;
  await admit(auth, client);
  if (authCode === '' || codeVerifier === '')
    throw invalid('invalid request: both auth code and code verifier should be non-empty');
  return auth.database.transaction(async (connection) => {
    const flow = await lockFlowByCode(connection, hashToken(authCode));
    if (flow === undefined || flow.userId === null) throw authError('flow_state_not_found');
    const issuedAt = flow.authCodeIssuedAt ?? flow.createdAt;
    if (issuedAt.getTime() + CODE_LIFETIME_MS < auth.now()) throw authError('flow_state_expired');
    if (!answers(flow.codeChallenge, flow.codeChallengeMethod, codeVerifier))
      throw authError('bad_code_verifier');
    const user = await findUser(connection, flow.userId);
    if (user === undefined) throw authError('flow_state_not_found');
    await deleteFlow(connection, flow.id);
    const session = await issueSession(auth, user, {
      method: flow.authenticationMethod,
      client,
      connection,
    });
    audit(auth, { action: 'login', user, client, traits: { method: flow.authenticationMethod } });
    return {
      ...session,
      providerToken: unseal(auth, TOKEN_PURPOSE, flow.providerAccessToken),
      providerRefreshToken: unseal(auth, TOKEN_PURPOSE, flow.providerRefreshToken),
    };
  });
}

function answers(challenge: string | null, method: string | null, verifier: string): boolean {
  if (challenge === null || !UNRESERVED.test(verifier)) return false;
  const made = method === 's256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  const given = Buffer.from(made);
  const wanted = Buffer.from(challenge);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
