/** One Redis may serve several databases: what is kept there of one of them begins so. The braces keep it in one slot of a cluster. */
import type { Pool } from 'pg';

export async function redisKeyOf(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ cluster: string; database: string }>(
    `select (pg_catalog.pg_control_system()).system_identifier::text as cluster, d.oid::int8::text as database
     from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`,
  );
  return `goforward:{${rows[0]?.cluster}:${rows[0]?.database}}`;
}
