/** Who a pool is logged in as and what that may do; asked once at start. */
import type { Pool } from 'pg';

export interface Login {
  user: string;
  isSuperuser: boolean;
  /** `18.1` */
  serverVersion: string;
}

export async function readLogin(pool: Pool): Promise<Login> {
  const { rows } = await pool.query<{ user: string; superuser: boolean; version: string }>(
    "select current_user as user, rolsuper as superuser, current_setting('server_version') as version from pg_roles where rolname = current_user",
  );
  const row = rows[0];
  return {
    user: row?.user ?? '',
    isSuperuser: row?.superuser ?? false,
    serverVersion: (row?.version ?? '').split(' ')[0] ?? '',
  };
}
