/**
 * A change is decoded before it is visible: its record is in the WAL a moment before its transaction leaves the list of those that
 * run, and who asks in between still sees the row as it was. Everything that reads the database on behalf of a change waits here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';

/** The ids are 32 bits of the 64 that PostgreSQL counts with: the nearest to its newest one is meant, which may be older or newer. */
const ALL_VISIBLE = `select coalesce(bool_and(pg_catalog.pg_visible_in_snapshot(x.id::text::xid8, s.now)), true) as visible
  from (select pg_catalog.pg_current_snapshot() as now) s,
  lateral (select pg_catalog.pg_snapshot_xmax(s.now)::text::numeric as newest) n,
  unnest($1::bigint[]) u(short),
  lateral (select (u.short - n.newest % 4294967296) as ahead) d,
  lateral (select n.newest + case when d.ahead > 2147483647 then d.ahead - 4294967296
    when d.ahead < -2147483648 then d.ahead + 4294967296 else d.ahead end as id) x`;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;

/** Resolves when all of these transactions can be seen. The ids are the lower 32 bits. */
export async function untilVisible(pool: Pool, xids: readonly number[]): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const { rows } = await pool.query<{ visible: boolean }>({
      name: 'commits are visible',
      text: ALL_VISIBLE,
      values: [xids],
    });
    if (rows[0]?.visible) return;
    await sleep(pauseMs);
  }
}
