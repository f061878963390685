/** Adds a second factor to the user. It counts once a code of it was shown. */
import { randomUUID } from 'node:crypto';
import { renderSVG } from 'uqr';
import { type AuthErrorCode, authError, invalid } from '../../errors.ts';
import type { Connection } from '../../store/database.ts';
import {
  deleteFactor,
  dropStaleFactors,
  type FactorType,
  insertFactor,
  type MfaFactor,
} from '../../store/factors.ts';
import { findUser, type User } from '../../store/users.ts';
import { normalizePhone } from '../addresses.ts';
import { audit } from '../audit.ts';
import type { AuthContext } from '../context.ts';
import { seal } from '../seal.ts';
import { isVerified, lockOwner, type Owner } from './owner.ts';
import { newTotpSecret, totpUri } from './totp.ts';

export interface EnrollInput {
  readonly owner: Owner;
  readonly factorType: string | undefined;
  readonly friendlyName: string;
  readonly issuer?: string | undefined;
  readonly phone?: string | undefined;
}

export interface Enrolled {
  readonly factor: MfaFactor;
  /** For the app, shown this once. */
  readonly totp?: { readonly qrCode: string; readonly secret: string; readonly uri: string };
}

/** A factor that nobody confirms within this time is forgotten when the next one is added. */
const STALE_SECONDS = 300;
const SMALLEST_MODULE = 4;
const LONGEST_NAME = 255;
const TITLES = { totp: 'TOTP', phone: 'Phone', webauthn: 'WebAuthn' } as const;

export async function enrollFactor(auth: AuthContext, input: EnrollInput): Promise<Enrolled> {
  const { owner, friendlyName } = input;
  const factorType = readType(input.factorType);
  if (friendlyName.length > LONGEST_NAME)
    throw invalid(`friendly_name must have ${LONGEST_NAME} characters at the most`);
  assertEnabled(auth, factorType, 'enroll');
  const phone = factorType === 'phone' ? readPhone(input.phone) : undefined;
  const enrolled = await auth.database.transaction(async (connection) => {
    const { user, elevated } = await lockOwner(auth, connection, owner);
    await makeRoom(auth, connection, user, elevated, input, phone);
    const id = randomUUID();
    const factor = { id, userId: user.id, friendlyName, factorType, phone };
    if (factorType !== 'totp') return { factor: await insertFactor(connection, factor) };
    const secret = newTotpSecret();
    const sealed = seal(auth, sealPurpose(id), secret);
    const uri = totpUri(secret, input.issuer ?? new URL(auth.config.siteUrl).host, accountOf(user));
    return {
      factor: await insertFactor(connection, { ...factor, secret: sealed }),
      totp: { secret, uri, qrCode: renderSVG(uri, { pixelSize: SMALLEST_MODULE }) },
    };
  });
  const { factor } = enrolled;
  const traits = { factor_id: factor.id, factor_type: factorType };
  audit(auth, { action: 'factor_enrolled', user: { id: owner.userId }, client: owner.client, traits });
  return enrolled;
}

/** Which secret this is, so that it opens nowhere else. */
export function sealPurpose(factorId: string): string {
  return `totp ${factorId}`;
}

export function assertEnabled(auth: AuthContext, type: FactorType, verb: 'enroll' | 'verify'): void {
  if (auth.config.mfa[type]) return;
  const code: AuthErrorCode = `mfa_${type}_${verb}_not_enabled`;
  throw authError(
    code,
    `MFA ${verb === 'enroll' ? 'enroll' : 'verification'} is disabled for ${TITLES[type]}`,
  );
}

async function makeRoom(
  auth: AuthContext,
  connection: Connection,
  user: User,
  elevated: boolean,
  { friendlyName }: EnrollInput,
  phone: string | undefined,
): Promise<void> {
  if (user.factors.some(isVerified) && !elevated)
    throw authError('insufficient_aal', 'AAL2 required to enroll a new factor', { status: 403 });
  await dropStaleFactors(connection, user.id, STALE_SECONDS);
  let factors = (await findUser(connection, user.id))?.factors ?? [];
  const samePhone = factors.filter((factor) => phone !== undefined && factor.phone === phone);
  if (samePhone.some(isVerified)) {
    const message = 'A verified phone factor already exists, unenroll the existing factor to continue';
    throw authError('mfa_factor_name_conflict', message);
  }
  for (const factor of samePhone) await deleteFactor(connection, user.id, factor.id);
  factors = factors.filter((factor) => !samePhone.includes(factor));
  if (factors.length >= auth.config.mfa.maxFactors)
    throw authError(
      'too_many_enrolled_mfa_factors',
      'Maximum number of verified factors reached, unenroll to continue',
    );
  if (factors.some((factor) => (factor.friendlyName ?? '') === friendlyName))
    throw authError(
      'mfa_factor_name_conflict',
      `A factor with the friendly name "${friendlyName}" for this user already exists`,
    );
}

function readType(given: string | undefined): FactorType {
  if (given === 'totp' || given === 'phone' || given === 'webauthn') return given;
  throw invalid('factor_type needs to be totp, phone, or webauthn');
}

function readPhone(given: string | undefined): string {
  if (!given) throw invalid('Phone number required to enroll Phone factor');
  return normalizePhone(given);
}

function accountOf(user: User): string {
  return user.email || user.phone || user.id;
}
