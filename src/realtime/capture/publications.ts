/** What of the database is published to us, and how much of it. */
import type { Pool } from 'pg';

/** `insert`: rows that cannot be told apart, so that their changes are not; `none`: the platform may not publish the table. */
export type Published = 'all' | 'insert' | 'none';

/** DDL waits for nobody for long: what is busy is taken up the next time. */
const LOCK_TIMEOUT = '2s';

/** Brings the publications in step with the tables of these schemas, and what their views and policies look at. By oid of the table. */
export async function publishTables(
  pool: Pool,
  schemas: readonly string[],
  fullRows: readonly string[],
): Promise<ReadonlyMap<number, Published>> {
  const client = await pool.connect();
  try {
    await client.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'`);
    const { rows } = await client.query<{ table_oid: number; published: Published }>(
      'select table_oid::int8::text as table_oid, published from goforward.publish_tables($1, $2)',
      [schemas, fullRows],
    );
    await client.query('commit');
    return new Map(rows.map(({ table_oid, published }) => [Number(table_oid), published]));
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
