/** Codes and links that were sent: kept as hashes, redeemed by the delete that finds them, so exactly one request can. */
import { sql } from '../../database/sql.ts';
import type { OneTimeToken } from '../../generated/prisma/client.ts';
import { type Connection, value } from './database.ts';

export type { OneTimeToken };

export type TokenType =
  | 'confirmation_token'
  | 'recovery_token'
  | 'email_change_token_new'
  | 'email_change_token_current'
  | 'phone_confirmation_token'
  | 'phone_change_token'
  | 'reauthentication_token';

export interface NewToken {
  readonly userId: string;
  readonly type: TokenType;
  readonly tokenHash: string;
  readonly codeHash: string;
  /** The address or number that it was sent to. */
  readonly relatesTo: string;
  readonly lifetimeSeconds: number;
  readonly flowStateId?: string | undefined;
}

/** A newer one takes the place of the older one of its kind. */
export async function putToken(connection: Connection, token: NewToken): Promise<void> {
  const { userId, type, tokenHash, codeHash, relatesTo, lifetimeSeconds, flowStateId } = token;
  await connection.run(sql<unknown>`
    insert into auth.one_time_tokens (user_id, token_type, token_hash, code_hash, relates_to, flow_state_id, expires_at)
    values (${value(userId)}, ${value(type)}, ${value(tokenHash)}, ${value(codeHash)}, ${value(relatesTo)}, ${value(flowStateId ?? null)},
      now() + make_interval(secs => ${value(lifetimeSeconds)}))
    on conflict (user_id, token_type) do update set token_hash = excluded.token_hash, code_hash = excluded.code_hash,
      relates_to = excluded.relates_to, flow_state_id = excluded.flow_state_id, expires_at = excluded.expires_at,
      attempts = 0, created_at = now(), updated_at = now()`);
}

/** By what a link carries. */
export function redeemByHash(
  connection: Connection,
  tokenHash: string,
  types: readonly TokenType[],
): Promise<OneTimeToken | undefined> {
  return connection.row<OneTimeToken>(sql<unknown>`
    delete from auth.one_time_tokens t where t.token_hash = ${value(tokenHash)} and t.token_type = any(${value(types)}::text[])
      and t.expires_at > now() returning t.*`);
}

export interface CodeTry {
  readonly relatesTo: string;
  readonly types: readonly TokenType[];
  readonly codeHash: string;
  readonly maxAttempts: number;
  /** Codes of one user alone. */
  readonly userId?: string | undefined;
}

/**
 * Every try is counted before it is judged, in a statement of its own that stands even when the redemption is undone:
 * guesses side by side cannot share one count.
 */
export async function tryCode(connection: Connection, input: CodeTry): Promise<string | undefined> {
  const { relatesTo, types, codeHash, maxAttempts, userId } = input;
  const rows = await connection.rows<{ id: string; matches: boolean }>(sql<unknown>`
    update auth.one_time_tokens t set attempts = t.attempts + 1, updated_at = now()
    where t.relates_to = ${value(relatesTo)} and t.token_type = any(${value(types)}::text[]) and t.expires_at > now()
      and t.attempts < ${value(maxAttempts)} and (${value(userId ?? null)}::uuid is null or t.user_id = ${value(userId ?? null)}::uuid)
    returning t.id, t.code_hash = ${value(codeHash)} as matches`);
  return rows.find((row) => row.matches)?.id;
}

export function redeemById(connection: Connection, id: string): Promise<OneTimeToken | undefined> {
  return connection.row<OneTimeToken>(
    sql<unknown>`delete from auth.one_time_tokens t where t.id = ${value(id)} and t.expires_at > now() returning t.*`,
  );
}

/** After a change that makes what was sent before worthless. */
export async function dropTokens(
  connection: Connection,
  userId: string,
  types: readonly TokenType[],
): Promise<void> {
  await connection.run(
    sql<unknown>`delete from auth.one_time_tokens where user_id = ${value(userId)} and token_type = any(${value(types)}::text[])`,
  );
}
