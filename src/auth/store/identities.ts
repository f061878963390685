/** Identities that providers vouch for: found by their key, and never by an address. */
import { sql } from '../../database/sql.ts';
import { type Connection, value } from './database.ts';
import type { Identity } from './users.ts';

/** Sign-ins of one identity, and of one address, come one after the other until the transaction ends. */
export async function lockKeys(connection: Connection, ...keys: readonly string[]): Promise<void> {
  for (const key of keys)
    await connection.run(
      sql<unknown>`select pg_advisory_xact_lock(hashtextextended(${value(`auth identity ${key}`)}, 0))`,
    );
}

export function findIdentity(
  connection: Connection,
  provider: string,
  providerId: string,
): Promise<Identity | undefined> {
  return connection.row<Identity>(
    sql<unknown>`select * from auth.identities where provider = ${value(provider)} and provider_id = ${value(providerId)}`,
  );
}

/** A sign-in: what the provider says now takes the place of what it said then. */
export async function touchIdentity(
  connection: Connection,
  id: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  await connection.run(sql<unknown>`
    update auth.identities set identity_data = ${value(JSON.stringify(data))}::jsonb, last_sign_in_at = now(), updated_at = now()
    where id = ${value(id)}`);
}

export async function deleteIdentity(connection: Connection, userId: string, id: string): Promise<boolean> {
  const count = await connection.run(
    sql<unknown>`delete from auth.identities where id = ${value(id)} and user_id = ${value(userId)}`,
  );
  return count > 0;
}

/**
 * Everything by which somebody could come in as this user: identities, sessions, codes and links under way, second
 * factors, passkeys, API keys, the password and the phone. The row stays, and so does what refers to it. Ids of ended sessions.
 */
export async function dropCredentials(connection: Connection, userId: string): Promise<string[]> {
  const id = value(userId);
  await connection.run(sql<unknown>`
    with identities as (delete from auth.identities where user_id = ${id}),
      tokens as (delete from auth.one_time_tokens where user_id = ${id}),
      flows as (delete from auth.flow_state where user_id = ${id} or linking_target_id = ${id}),
      factors as (delete from auth.mfa_factors where user_id = ${id}),
      codes as (delete from auth.mfa_recovery_codes where user_id = ${id}),
      passkeys as (delete from auth.webauthn_credentials where user_id = ${id}),
      keys as (delete from goforward.api_key where user_id = ${id}),
      ceremonies as (delete from auth.webauthn_challenges where user_id = ${id})
    update auth.users set encrypted_password = null, phone = null, phone_confirmed_at = null, phone_change = '',
      email_change = '', email_change_confirm_status = 0, raw_user_meta_data = '{}', updated_at = now()
    where id = ${id}`);
  const rows = await connection.rows<{ id: string }>(
    sql<unknown>`delete from auth.sessions where user_id = ${id} returning id`,
  );
  return rows.map((row) => row.id);
}
