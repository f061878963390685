/** The answer of a factor: the session goes on at two proofs, and what has shown less ends. */
import { authError, limited } from '../../errors.ts';
import {
  type ChallengeState,
  confirmFactor,
  countTry,
  endLowSessions,
  type FactorType,
  findChallenge,
  type MfaFactor,
  setFactorCredential,
  spendChallenge,
  spendStep,
} from '../../store/factors.ts';
import { admit } from '../admit.ts';
import { audit } from '../audit.ts';
import type { AuthContext } from '../context.ts';
import { readId } from '../ids.ts';
import { hashCode } from '../one-time.ts';
import { unseal } from '../seal.ts';
import { elevate, type IssuedSession } from '../sessions.ts';
import type { Response } from '../webauthn.ts';
import { CHALLENGE_SECONDS, NO_ADDRESS, requireFactor } from './challenge.ts';
import { assertEnabled, sealPurpose } from './enroll.ts';
import { lockOwner, type Owner, readOwner } from './owner.ts';
import { stepOfCode } from './totp.ts';
import { type KeyProof, proveKey } from './webauthn-factor.ts';

export interface VerifyInput {
  readonly owner: Owner;
  readonly factorId: string;
  readonly challengeId: string;
  readonly code: string;
  /** What the browser got of a key. */
  readonly response?: Response | undefined;
}

/** Wrong tries at one factor within the window, whatever number of challenges they are spread over. */
const TRIES_PER_FACTOR = 15;
const WINDOW_SECONDS = 900;

const METHODS = { totp: 'totp', phone: 'mfa/phone', webauthn: 'mfa/webauthn' } as const;
const WRONG = {
  totp: 'Invalid TOTP code entered',
  phone: 'Invalid MFA Phone code entered',
  webauthn: 'Invalid WebAuthn credential',
} as const;

export async function verifyFactor(auth: AuthContext, given: VerifyInput): Promise<IssuedSession> {
  const { owner } = given;
  const factorId = readId(given.factorId, 'factor_id');
  const challengeId = readId(given.challengeId, 'challenge_id');
  const input = { ...given, factorId, challengeId };
  await admit(auth, owner.client, owner.userId);
  const { user } = await readOwner(auth, owner);
  const factor = await requireFactor(auth, user.id, factorId);
  const type = factor.factorType as FactorType;
  assertEnabled(auth, type, 'verify');
  const challenge = await requireChallenge(auth, input);
  await count(auth, factorId, challengeId);
  const traits = { factor_id: factorId, challenge_id: challengeId };
  audit(auth, { action: 'verification_attempted', user, client: owner.client, traits });
  const proof = await prove(auth, factor, challenge, input);
  if (!proof.right) throw authError('mfa_verification_failed', WRONG[type]);
  const { session, ended } = await auth.database.transaction(async (connection) => {
    const state = await lockOwner(auth, connection, owner);
    const fresh = proof.step === undefined || (await spendStep(connection, factorId, proof.step));
    if (!fresh || !(await spendChallenge(connection, challengeId)))
      throw authError('mfa_verification_failed', WRONG[type]);
    if (proof.credential !== undefined)
      await setFactorCredential(connection, factorId, proof.credential, proof.aaguid);
    await confirmFactor(connection, factor);
    const ended = await endLowSessions(connection, user.id, state.session.id);
    const method = METHODS[type];
    const elevation = {
      sessionId: state.session.id,
      userId: user.id,
      method,
      factorId,
      aal: 'aal2',
    } as const;
    return { session: await elevate(auth, elevation, connection), ended };
  });
  auth.sessionWatch.forget(ended);
  audit(auth, { action: 'login', user, client: owner.client, traits: { method: METHODS[type] } });
  return session;
}

async function requireChallenge(
  auth: AuthContext,
  { owner, factorId, challengeId }: VerifyInput,
): Promise<ChallengeState> {
  const challenge = await findChallenge(auth.database, {
    id: challengeId,
    factorId,
    ip: owner.client.ip ?? NO_ADDRESS,
    lifetimeSeconds: CHALLENGE_SECONDS,
  });
  if (challenge === undefined)
    throw authError('mfa_factor_not_found', 'MFA factor with the provided challenge ID not found');
  if (!challenge.sameAddress) throw authError('mfa_ip_address_mismatch');
  if (challenge.expired) throw expired(challengeId);
  return challenge;
}

/** In a transaction of its own, or a wrong try would undo its own count. */
async function count(auth: AuthContext, factorId: string, challengeId: string): Promise<void> {
  const outcome = await auth.database.transaction((connection) =>
    countTry(connection, {
      id: challengeId,
      factorId,
      perChallenge: auth.config.otp.attempts,
      perFactor: TRIES_PER_FACTOR,
      windowSeconds: WINDOW_SECONDS,
    }),
  );
  if (outcome === 'challenge_spent') throw expired(challengeId);
  if (outcome === 'factor_blocked')
    throw limited('over_request_rate_limit', 'Request rate limit reached', WINDOW_SECONDS);
}

/** What the code says; a step of time is yet to be spent. */
async function prove(
  auth: AuthContext,
  factor: MfaFactor,
  challenge: ChallengeState,
  { code, response = {} }: VerifyInput,
): Promise<KeyProof & { step?: number }> {
  if (factor.factorType === 'webauthn') return proveKey(auth, factor, challenge, response);
  const typed = code.replace(/\s/g, '');
  if (factor.factorType === 'phone')
    return { right: challenge.otpCode !== null && challenge.otpCode === hashCode(auth, factor.id, typed) };
  const secret = unseal(auth, sealPurpose(factor.id), factor.secret);
  const step = secret === undefined ? undefined : stepOfCode(secret, typed, auth.now());
  return step === undefined ? { right: false } : { right: true, step };
}

function expired(challengeId: string) {
  return authError(
    'mfa_challenge_expired',
    `MFA challenge ${challengeId} has expired, verify against another challenge or create a new challenge.`,
  );
}
