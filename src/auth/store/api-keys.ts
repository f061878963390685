/** API keys as every request asks for them: found by the hash of their text, while they live. */
import type { ScopeEntry } from '../../caller-scope.ts';
import { sql } from '../../database/sql.ts';
import type { ApiKey } from '../../generated/prisma/client.ts';
import { type Connection, value } from './database.ts';

export function findLivingKey(connection: Connection, sha256: string): Promise<ApiKey | undefined> {
  return connection.row<ApiKey>(sql<unknown>`
    select * from goforward.api_key where key_hash = decode(${value(sha256)}, 'hex')
      and revoked_at is null and (expires_at is null or expires_at > now())`);
}

/** At most once a minute, by however many processes. */
export async function noteUse(connection: Connection, id: string, seconds: number): Promise<void> {
  await connection.run(sql<unknown>`
    update goforward.api_key set last_used_at = now()
    where id = ${value(id)} and (last_used_at is null or last_used_at < now() - make_interval(secs => ${value(seconds)}))`);
}

export interface UserKey extends Pick<ApiKey, 'name' | 'role' | 'kind' | 'keyHint' | 'expiresAt'> {
  readonly userId: string;
  readonly keyHash: Buffer;
  readonly scopes: readonly ScopeEntry[] | null;
}

/** Undefined where the user has as many living keys already. */
export function insertUserKey(
  connection: Connection,
  { userId, name, role, kind, keyHash, keyHint, expiresAt, scopes }: UserKey,
  most: number,
): Promise<ApiKey | undefined> {
  return connection.row<ApiKey>(sql<unknown>`
    insert into goforward.api_key (user_id, name, role, kind, key_hash, key_hint, expires_at, scopes)
    select ${value(userId)}::uuid, ${value(name)}, ${value(role)}, ${value(kind)}, ${value(keyHash)}, ${value(keyHint)},
      ${value(expiresAt)}::timestamptz, ${value(scopes === null ? null : JSON.stringify(scopes))}::jsonb
    where (select count(*) from goforward.api_key where user_id = ${value(userId)} and revoked_at is null
      and (expires_at is null or expires_at > now())) < ${value(most)}
    returning *`);
}

/** Which of the texts name nothing in the database; `schema.*` names a schema. */
export async function unknownNames(
  connection: Connection,
  { tables, functions }: { tables: readonly string[]; functions: readonly string[] },
): Promise<string[]> {
  const rows = await connection.rows<{ name: string }>(sql<unknown>`
    select g.name from (
      select name, 'r' as kind from unnest(${value(tables)}::text[]) name
      union all select name, 'f' from unnest(${value(functions)}::text[]) name) g,
      lateral (select split_part(g.name, '.', 1) as schema, substr(g.name, strpos(g.name, '.') + 1) as own) p
    where not exists (select 1 from pg_namespace n where n.nspname = p.schema and (p.own = '*'
      or g.kind = 'r' and exists (select 1 from pg_class c where c.relnamespace = n.oid and c.relname = p.own and c.relkind in ('r', 'p', 'v', 'm', 'f'))
      or g.kind = 'f' and exists (select 1 from pg_proc f where f.pronamespace = n.oid and f.proname = p.own)))`);
  return rows.map(({ name }) => name);
}
