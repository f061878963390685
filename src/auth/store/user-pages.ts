/** Users in pages by cursors: what comes or goes meanwhile neither repeats nor hides another. */
import { sql } from '../../database/sql.ts';
import { type Connection, value } from './database.ts';
import { asUser, matching, USER_COLUMNS, type User } from './users.ts';

export interface UserSlice {
  readonly users: readonly { readonly cursor: string; readonly user: User }[];
  readonly hasMore: boolean;
}

/** Newest first, behind the user of the cursor. Undefined for a cursor that is none. */
export async function sliceUsers(
  connection: Connection,
  { first, after, search }: { first: number; after?: string | undefined; search?: string | undefined },
): Promise<UserSlice | undefined> {
  const from = after === undefined ? undefined : readCursor(after);
  if (after !== undefined && from === undefined) return undefined;
  // Rows of a dump may have no moment: they come first, as PostgreSQL sorts them.
  const behind =
    from === undefined
      ? sql<unknown>`true`
      : from.at === ''
        ? sql<unknown>`(u.created_at is not null or u.id < ${value(from.id)})`
        : sql<unknown>`(u.created_at, u.id) < (${value(from.at)}::timestamptz, ${value(from.id)}::uuid)`;
  const rows = await connection.rows<User & { cursorAt: string }>(
    sql<unknown>`select ${USER_COLUMNS}, coalesce(u.created_at::text, '') as cursor_at from auth.users u
      where ${behind} and ${matching(search)} order by u.created_at desc, u.id desc limit ${value(first + 1)}`,
  );
  const users = rows.slice(0, first).map((row) => ({
    cursor: Buffer.from(`${row.cursorAt} ${row.id}`).toString('base64url'),
    user: asUser(row),
  }));
  return { users, hasMore: rows.length > first };
}

export async function countUsers(connection: Connection, search: string | undefined): Promise<number> {
  const found = await connection.row<{ total: string }>(
    sql<unknown>`select count(*) as total from auth.users u where ${matching(search)}`,
  );
  return Number(found?.total ?? 0);
}

const CURSOR = /^(|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d[\d.+:-]*) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function readCursor(cursor: string): { at: string; id: string } | undefined {
  const [, at, id] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return at === undefined || id === undefined ? undefined : { at, id };
}
