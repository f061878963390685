/** Asks a factor: what is answered in time, from the same address, with the right code, is a second proof. */
import { randomInt } from 'node:crypto';
import { authError } from '../../errors.ts';
import { type FactorType, findFactor, insertChallenge, type MfaFactor } from '../../store/factors.ts';
import type { User } from '../../store/users.ts';
import { admit } from '../admit.ts';
import { audit } from '../audit.ts';
import type { AuthContext } from '../context.ts';
import { checkFrequency } from '../frequency.ts';
import { readId } from '../ids.ts';
import { hashCode } from '../one-time.ts';
import { creationOptions, type Options, requestOptions } from '../webauthn.ts';
import { assertEnabled } from './enroll.ts';
import { type Owner, readOwner } from './owner.ts';
import { credentialOf } from './webauthn-factor.ts';

export const CHALLENGE_SECONDS = 300;
/** What a connection without an address is filed under. */
export const NO_ADDRESS = '::';

type Channel = Parameters<AuthContext['messages']['send']>[0]['channel'];

export interface ChallengeInput {
  readonly owner: Owner;
  readonly factorId: string;
  readonly channel: Channel;
}

export interface Challenged {
  readonly id: string;
  readonly type: FactorType;
  /** In seconds since 1970. */
  readonly expiresAt: number;
  /** For the browser, where the factor is a key. */
  readonly webauthn?: { readonly type: 'create' | 'request'; readonly options: Options } | undefined;
}

export async function challengeFactor(
  auth: AuthContext,
  { owner, channel, ...input }: ChallengeInput,
): Promise<Challenged> {
  const factorId = readId(input.factorId, 'factor_id');
  await admit(auth, owner.client, owner.userId);
  const { user } = await readOwner(auth, owner);
  const factor = await requireFactor(auth, user.id, factorId);
  const type = factor.factorType as FactorType;
  assertEnabled(auth, type, 'verify');
  const code = type === 'phone' ? await prepareSms(auth, factor) : undefined;
  const webauthn = type === 'webauthn' ? await ceremony(auth, user, factor) : undefined;
  const challenge = await insertChallenge(auth.database, {
    factorId,
    ip: owner.client.ip ?? NO_ADDRESS,
    codeHash: code && hashCode(auth, factorId, code),
    session: webauthn && { type: webauthn.type, challenge: webauthn.options.challenge },
  });
  if (code !== undefined) sendCode(auth, factor, code, channel);
  const traits = { factor_id: factorId, challenge_id: challenge.id };
  audit(auth, { action: 'challenge_created', user, client: owner.client, traits });
  const expiresAt = Math.floor(challenge.createdAt.getTime() / 1000) + CHALLENGE_SECONDS;
  return { id: challenge.id, type, expiresAt, webauthn };
}

/** The first time the key makes a credential, later it shows that it has it. */
async function ceremony(
  auth: AuthContext,
  user: User,
  factor: MfaFactor,
): Promise<NonNullable<Challenged['webauthn']>> {
  const known = credentialOf(factor);
  if (known !== undefined) return { type: 'request', options: await requestOptions(auth, [known]) };
  const others = user.factors.flatMap((it) => credentialOf(it) ?? []);
  const options = await creationOptions(auth, { user, known: others, residentKey: 'discouraged' });
  return { type: 'create', options };
}

export async function requireFactor(auth: AuthContext, userId: string, factorId: string): Promise<MfaFactor> {
  const factor = await findFactor(auth.database, userId, factorId);
  if (factor === undefined) throw authError('mfa_factor_not_found');
  return factor;
}

async function prepareSms(auth: AuthContext, { id, phone }: MfaFactor): Promise<string> {
  const fixed = auth.config.testOtps[phone ?? ''];
  if (fixed !== undefined) return fixed;
  auth.messages.assertAvailable();
  await checkFrequency(auth, 'mfa', phone ?? id);
  return Array.from({ length: auth.config.otp.length }, () => randomInt(10)).join('');
}

function sendCode(auth: AuthContext, { phone }: MfaFactor, code: string, channel: Channel): void {
  const to = phone ?? '';
  if (auth.config.testOtps[to] === undefined) auth.messages.send({ to, code, channel, kind: 'mfa' });
}
