/** Users with their identities and factors: one statement each. */
import { identifier, join, type Sql, sql } from '../../database/sql.ts';
import type { Identity, MfaFactor, User as UserRow } from '../../generated/prisma/client.ts';
import { type Connection, camelRow, value } from './database.ts';

export type { Identity, MfaFactor, UserRow };

export interface User extends UserRow {
  readonly identities: readonly Identity[];
  readonly factors: readonly MfaFactor[];
}

/** What of a user may be set; the database makes the rest. */
export type UserPatch = Partial<Omit<UserRow, 'confirmedAt' | 'updatedAt'>>;

/** A user `u` whole: statements that answer with a session embed it. */
export const USER_COLUMNS = sql`u.*,
  (select coalesce(json_agg(i order by i.created_at, i.id), '[]') from auth.identities i where i.user_id = u.id) as identities,
  (select coalesce(json_agg(f order by f.created_at, f.id), '[]') from auth.mfa_factors f where f.user_id = u.id) as factors`;

/** Nested rows come as JSON. */
export function asUser<R extends User>(row: R): R;
export function asUser<R extends User>(row: R | undefined): R | undefined;
export function asUser<R extends User>(row: R | undefined): R | undefined {
  if (row === undefined) return undefined;
  const nested = (list: readonly unknown[]) =>
    list.map((one) => camelRow(one as Record<string, unknown>, true));
  return {
    ...row,
    identities: nested(row.identities) as unknown as Identity[],
    factors: nested(row.factors) as unknown as MfaFactor[],
  };
}

async function find(connection: Connection, where: Sql<unknown>): Promise<User | undefined> {
  return asUser(
    await connection.row<User>(sql<unknown>`select ${USER_COLUMNS} from auth.users u where ${where}`),
  );
}

export function findUser(connection: Connection, id: string): Promise<User | undefined> {
  return find(connection, sql<unknown>`u.id = ${value(id)}`);
}

/** Nobody else changes the user until the transaction ends. */
export async function lockUser(connection: Connection, id: string): Promise<User | undefined> {
  const locked = await connection.run(
    sql<unknown>`select 1 from auth.users where id = ${value(id)} for update`,
  );
  return locked === 0 ? undefined : findUser(connection, id);
}

/** Users of a single sign-on have their own namespace, so an address may stand there, too. */
export function findUserByEmail(connection: Connection, email: string): Promise<User | undefined> {
  return find(connection, sql<unknown>`u.email = ${value(email)} and not u.is_sso_user`);
}

export function findUserByPhone(connection: Connection, phone: string): Promise<User | undefined> {
  return find(connection, sql<unknown>`u.phone = ${value(phone)}`);
}

export async function insertUser(connection: Connection, patch: UserPatch): Promise<User> {
  const { columns, values } = assignments(patch);
  const row = await connection.row<UserRow>(
    sql<unknown>`insert into auth.users (${join(columns)}) values (${join(values)}) returning *`,
  );
  return { ...(row as UserRow), identities: [], factors: [] };
}

/** Undefined when there is no such user any more. */
export async function updateUser(
  connection: Connection,
  id: string,
  patch: UserPatch,
): Promise<User | undefined> {
  const { columns, values } = assignments(patch);
  const sets = columns.map((column, index) => sql<unknown>`${column} = ${values[index] as Sql<unknown>}`);
  return asUser(
    await connection.row<User>(
      sql<unknown>`with u as (update auth.users set ${join([...sets, sql`updated_at = now()`])} where id = ${value(id)} returning *)
        select ${USER_COLUMNS} from u`,
    ),
  );
}

/** The same password under a better hash. False when it is not the password any more. */
export async function replaceHash(
  connection: Connection,
  id: string,
  from: string | null,
  to: string,
): Promise<boolean> {
  const touched = await connection.run(
    sql<unknown>`update auth.users set encrypted_password = ${value(to)} where id = ${value(id)} and encrypted_password = ${value(from)}`,
  );
  return touched > 0;
}

export async function deleteUser(connection: Connection, id: string): Promise<boolean> {
  return (await connection.run(sql<unknown>`delete from auth.users where id = ${value(id)}`)) > 0;
}

export interface UserPage {
  readonly offset: number;
  readonly limit: number;
  /** Part of an address, a number or a name. */
  readonly filter?: string | undefined;
}

/** Newest first. */
export async function listUsers(
  connection: Connection,
  { offset, limit, filter }: UserPage,
): Promise<{ users: User[]; total: number }> {
  const pattern = filter === undefined ? undefined : `%${filter.replace(/[\\%_]/g, '\\$&')}%`;
  const where =
    pattern === undefined
      ? sql<unknown>`true`
      : sql<unknown>`(u.email ilike ${value(pattern)} or u.phone like ${value(pattern)}
          or u.raw_user_meta_data ->> 'full_name' ilike ${value(pattern)} or u.raw_user_meta_data ->> 'name' ilike ${value(pattern)})`;
  const [rows, count] = await Promise.all([
    connection.rows<User>(sql<unknown>`select ${USER_COLUMNS} from auth.users u where ${where}
      order by u.created_at desc, u.id desc limit ${value(limit)} offset ${value(offset)}`),
    connection.row<{ total: string }>(
      sql<unknown>`select count(*) as total from auth.users u where ${where}`,
    ),
  ]);
  return { users: rows.map((row) => asUser(row)), total: Number(count?.total ?? 0) };
}

export interface IdentityInput {
  readonly userId: string;
  readonly provider: string;
  readonly providerId: string;
  readonly identityData: Readonly<Record<string, unknown>>;
}

export async function insertIdentity(connection: Connection, input: IdentityInput): Promise<Identity> {
  const { userId, provider, providerId, identityData } = input;
  const row = await connection.row<Identity>(
    sql<unknown>`insert into auth.identities (user_id, provider, provider_id, identity_data, last_sign_in_at)
      values (${value(userId)}, ${value(provider)}, ${value(providerId)}, ${value(JSON.stringify(identityData))}, now()) returning *`,
  );
  return row as Identity;
}

/** Adds to what an identity says of its user. */
export async function mergeIdentity(
  connection: Connection,
  { userId, provider, identityData }: Omit<IdentityInput, 'providerId'>,
): Promise<void> {
  await connection.run(
    sql<unknown>`update auth.identities set identity_data = identity_data || ${value(JSON.stringify(identityData))}::jsonb, updated_at = now()
      where user_id = ${value(userId)} and provider = ${value(provider)}`,
  );
}

/** For a user who has not shown that the address is theirs: what was said before is gone. */
export async function replaceIdentity(
  connection: Connection,
  { userId, provider, identityData }: Omit<IdentityInput, 'providerId'>,
): Promise<void> {
  await connection.run(
    sql<unknown>`update auth.identities set identity_data = ${value(JSON.stringify(identityData))}::jsonb, updated_at = now()
      where user_id = ${value(userId)} and provider = ${value(provider)}`,
  );
}

function assignments(patch: UserPatch): { columns: Sql<never>[]; values: Sql<unknown>[] } {
  const entries = Object.entries(patch).filter(([, it]) => it !== undefined);
  return {
    columns: entries.map(([name]) => identifier(snake(name))),
    values: entries.map(([name, it]) =>
      value(name.endsWith('MetaData') && it !== null ? JSON.stringify(it) : it),
    ),
  };
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
