/** Second factors, questions to them, and codes for who has lost them. Counting and spending are one statement each. */
import { sql } from '../../database/sql.ts';
import type { MfaChallenge, MfaFactor } from '../../generated/prisma/client.ts';
import { type Connection, value } from './database.ts';

export type { MfaChallenge, MfaFactor };

export type FactorType = 'totp' | 'phone' | 'webauthn';

export interface NewFactor {
  readonly id: string;
  readonly userId: string;
  readonly friendlyName: string;
  readonly factorType: FactorType;
  readonly secret?: string | undefined;
  readonly phone?: string | undefined;
}

export async function insertFactor(connection: Connection, factor: NewFactor): Promise<MfaFactor> {
  const { id, userId, friendlyName, factorType, secret, phone } = factor;
  const row = await connection.row<MfaFactor>(sql<unknown>`
    insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, secret, phone)
    values (${value(id)}, ${value(userId)}, ${value(friendlyName)}, ${value(factorType)}, 'unverified',
      ${value(secret ?? null)}, ${value(phone ?? null)}) returning *`);
  return row as MfaFactor;
}

/** Factors that nobody confirmed for a while make room for new ones. */
export async function dropStaleFactors(
  connection: Connection,
  userId: string,
  olderThanSeconds: number,
): Promise<void> {
  await connection.run(sql<unknown>`
    delete from auth.mfa_factors where user_id = ${value(userId)} and status = 'unverified'
      and created_at < now() - make_interval(secs => ${value(olderThanSeconds)})
      and not exists (select from auth.mfa_challenges c where c.factor_id = mfa_factors.id
        and c.created_at > now() - make_interval(secs => ${value(olderThanSeconds)}))`);
}

export function findFactor(
  connection: Connection,
  userId: string,
  id: string,
): Promise<MfaFactor | undefined> {
  return connection.row<MfaFactor>(
    sql<unknown>`select * from auth.mfa_factors where id = ${value(id)} and user_id = ${value(userId)}`,
  );
}

export async function deleteFactor(connection: Connection, userId: string, id: string): Promise<boolean> {
  const count = await connection.run(
    sql<unknown>`delete from auth.mfa_factors where id = ${value(id)} and user_id = ${value(userId)}`,
  );
  return count > 0;
}

export interface NewChallenge {
  readonly factorId: string;
  readonly ip: string;
  readonly codeHash?: string | undefined;
  readonly session?: object | undefined;
}

export async function insertChallenge(connection: Connection, input: NewChallenge): Promise<MfaChallenge> {
  const { factorId, ip, codeHash, session } = input;
  const row = await connection.row<MfaChallenge>(sql<unknown>`
    with f as (update auth.mfa_factors set last_challenged_at = now() where id = ${value(factorId)} returning id)
    insert into auth.mfa_challenges (factor_id, ip_address, otp_code, web_authn_session_data)
    select f.id, ${value(ip)}::inet, ${value(codeHash ?? null)}, ${value(session === undefined ? null : JSON.stringify(session))}::jsonb
    from f returning *`);
  return row as MfaChallenge;
}

export interface ChallengeState extends MfaChallenge {
  readonly sameAddress: boolean;
  readonly expired: boolean;
}

export async function removeOldChallenges(connection: Connection): Promise<void> {
  await connection.run(
    sql<unknown>`delete from auth.mfa_challenges where created_at < now() - interval '1 day'`,
  );
}

/** A question that was answered already is none. */
export function findChallenge(
  connection: Connection,
  input: { id: string; factorId: string; ip: string; lifetimeSeconds: number },
): Promise<ChallengeState | undefined> {
  return connection.row<ChallengeState>(sql<unknown>`
    select c.*, c.ip_address = ${value(input.ip)}::inet as same_address,
      c.created_at + make_interval(secs => ${value(input.lifetimeSeconds)}) <= now() as expired
    from auth.mfa_challenges c
    where c.id = ${value(input.id)} and c.factor_id = ${value(input.factorId)} and c.verified_at is null`);
}

/**
 * Counts a try before anybody looks at the code. Undefined when the question has seen too many, or the factor has within
 * the window, however many questions were asked. Tries that come at the same time count one after the other.
 */
export async function countTry(
  connection: Connection,
  input: { id: string; factorId: string; perChallenge: number; perFactor: number; windowSeconds: number },
): Promise<'counted' | 'challenge_spent' | 'factor_blocked'> {
  const { id, factorId, perChallenge, perFactor, windowSeconds } = input;
  await connection.run(sql<unknown>`select 1 from auth.mfa_factors where id = ${value(factorId)} for update`);
  const sum = await connection.row<{ tries: string }>(sql<unknown>`
    select coalesce(sum(attempts), 0) as tries from auth.mfa_challenges
    where factor_id = ${value(factorId)} and verified_at is null
      and created_at > now() - make_interval(secs => ${value(windowSeconds)})`);
  if (Number(sum?.tries ?? 0) >= perFactor) return 'factor_blocked';
  const counted = await connection.run(sql<unknown>`
    update auth.mfa_challenges set attempts = attempts + 1
    where id = ${value(id)} and verified_at is null and attempts < ${value(perChallenge)}`);
  return counted > 0 ? 'counted' : 'challenge_spent';
}

/** Exactly one request gets true. */
export async function spendChallenge(connection: Connection, id: string): Promise<boolean> {
  const count = await connection.run(
    sql<unknown>`update auth.mfa_challenges set verified_at = now() where id = ${value(id)} and verified_at is null`,
  );
  return count > 0;
}

/** False where a code of this time step, or of a later one, was accepted before. */
export async function spendStep(connection: Connection, factorId: string, step: number): Promise<boolean> {
  const count = await connection.run(sql<unknown>`
    update auth.mfa_factors set last_used_step = ${value(step)}
    where id = ${value(factorId)} and (last_used_step is null or last_used_step < ${value(step)})`);
  return count > 0;
}

/** The factor counts from now on; attempts to add others of its kind are over. */
export async function confirmFactor(
  connection: Connection,
  { id, userId, factorType }: Pick<MfaFactor, 'id' | 'userId' | 'factorType'>,
): Promise<void> {
  await connection.run(
    sql<unknown>`update auth.mfa_factors set status = 'verified', updated_at = now() where id = ${value(id)} and status <> 'verified'`,
  );
  await connection.run(sql<unknown>`
    delete from auth.mfa_factors where user_id = ${value(userId)} and factor_type = ${value(factorType)}
      and status = 'unverified' and id <> ${value(id)}`);
}

export async function setFactorCredential(
  connection: Connection,
  id: string,
  credential: object,
  aaguid: string | undefined,
): Promise<void> {
  await connection.run(sql<unknown>`
    update auth.mfa_factors set web_authn_credential = ${value(JSON.stringify(credential))}::jsonb,
      web_authn_aaguid = coalesce(${value(aaguid ?? null)}::uuid, web_authn_aaguid) where id = ${value(id)}`);
}

/** Sessions of the user that have shown less than two proofs end, but the one given. Their ids. */
export async function endLowSessions(
  connection: Connection,
  userId: string,
  keepSessionId: string,
): Promise<string[]> {
  const rows = await connection.rows<{ id: string }>(sql<unknown>`
    delete from auth.sessions where user_id = ${value(userId)} and id <> ${value(keepSessionId)}
      and coalesce(aal, 'aal1') = 'aal1' returning id`);
  return rows.map(({ id }) => id);
}

/** Sessions that were elevated by a factor that is gone, or any of them where none is left, are back at one proof. */
export async function lowerSessions(
  connection: Connection,
  userId: string,
  factorId: string | undefined,
): Promise<void> {
  await connection.run(sql<unknown>`
    with s as (
      update auth.sessions set aal = 'aal1', factor_id = null, updated_at = now()
      where user_id = ${value(userId)} and aal <> 'aal1'
        and (${value(factorId ?? null)}::uuid is null or factor_id = ${value(factorId ?? null)}::uuid) returning id
    )
    delete from auth.mfa_amr_claims a using s where a.session_id = s.id
      and (a.authentication_method = 'totp' or a.authentication_method like 'mfa/%')`);
}

/** New codes take the place of all old ones. */
export async function replaceRecoveryCodes(
  connection: Connection,
  userId: string,
  hashes: readonly string[],
): Promise<void> {
  await connection.run(sql<unknown>`delete from auth.mfa_recovery_codes where user_id = ${value(userId)}`);
  if (hashes.length === 0) return;
  await connection.run(sql<unknown>`
    insert into auth.mfa_recovery_codes (user_id, code_hash)
    select ${value(userId)}::uuid, h from unnest(${value(hashes)}::text[]) h`);
}

/** Exactly one request gets true. */
export async function takeRecoveryCode(
  connection: Connection,
  userId: string,
  codeHash: string,
): Promise<boolean> {
  const count = await connection.run(
    sql<unknown>`delete from auth.mfa_recovery_codes where user_id = ${value(userId)} and code_hash = ${value(codeHash)}`,
  );
  return count > 0;
}

export async function countRecoveryCodes(connection: Connection, userId: string): Promise<number> {
  const row = await connection.row<{ count: string }>(
    sql<unknown>`select count(*) as count from auth.mfa_recovery_codes where user_id = ${value(userId)}`,
  );
  return Number(row?.count ?? 0);
}
