/**
 * The replication slot and the name of the stream that it makes. The name stands in the database: who finds another one there than in
 * its history knows that changes were lost in between.
 */
import { randomInt } from 'node:crypto';
import pg, { type Pool } from 'pg';

export interface Slot {
  readonly name: string;
  /** Everything before was acknowledged. */
  readonly confirmed: bigint;
  readonly isActive: boolean;
  /** The WAL that it needs is gone. */
  readonly isLost: boolean;
  /** As PostgreSQL says it: reserved, extended, unreserved, lost. */
  readonly walStatus: string | undefined;
  /** WAL that is kept for it, in bytes. */
  readonly retainedBytes: number;
}

const EPOCH_LENGTH = 8;
const EPOCH_KEY = 'realtime.epoch';
/** PostgreSQL waits for transactions that run, and they may run for long. */
const CREATE_TIMEOUT_MS = 60_000;

export class SlotKeeper {
  readonly #pool: Pool;
  readonly #replicationUrl: string;
  #name: string | undefined;

  constructor(pool: Pool, replicationUrl: string) {
    this.#pool = pool;
    this.#replicationUrl = replicationUrl;
  }

  /** Slots belong to the cluster: each database has its own. */
  async name(): Promise<string> {
    if (this.#name !== undefined) return this.#name;
    const { rows } = await this.#pool.query<{ oid: number }>(
      'select oid::int8::text as oid from pg_catalog.pg_database where datname = current_database()',
    );
    this.#name = `goforward_${rows[0]?.oid}`;
    return this.#name;
  }

  async find(): Promise<Slot | undefined> {
    const name = await this.name();
    const { rows } = await this.#pool.query<{
      confirmed: string;
      active: boolean;
      status: string | null;
      retained: string;
    }>({
      name: 'realtime slot',
      text: `select pg_catalog.pg_wal_lsn_diff(coalesce(s.confirmed_flush_lsn, '0/0'), '0/0')::text as confirmed, s.active,
          s.wal_status as status,
          coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), s.restart_lsn), 0)::text as retained
        from pg_catalog.pg_replication_slots s where s.slot_name = $1`,
      values: [name],
    });
    const [row] = rows;
    return (
      row && {
        name,
        confirmed: BigInt(row.confirmed),
        isActive: row.active,
        isLost: row.status === 'lost',
        walStatus: row.status ?? undefined,
        retainedBytes: Number(row.retained),
      }
    );
  }

  /** Of the stream that the slot makes; undefined where it was not begun. */
  async epoch(): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ value: string }>(
      `select value #>> '{}' as value from goforward.setting where key = $1`,
      [EPOCH_KEY],
    );
    return rows[0]?.value;
  }

  async setEpoch(epoch: string): Promise<void> {
    await this.#pool.query(
      `insert into goforward.setting (key, value) values ($1, to_jsonb($2::text))
       on conflict (key) do update set value = excluded.value`,
      [EPOCH_KEY, epoch],
    );
  }

  /** A new slot in place of one that is lost, if there is one. The old stream ends first, so that a crash in between is noticed. */
  async create(): Promise<bigint> {
    await this.#pool.query('delete from goforward.setting where key = $1', [EPOCH_KEY]);
    const name = await this.name();
    const client = new pg.Client({
      connectionString: this.#replicationUrl,
      application_name: 'goforward slot',
      statement_timeout: CREATE_TIMEOUT_MS,
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(
        'select pg_catalog.pg_drop_replication_slot(slot_name) from pg_catalog.pg_replication_slots where slot_name = $1',
        [name],
      );
      const { rows } = await client.query<{ lsn: string }>(
        `select pg_catalog.pg_wal_lsn_diff(lsn, '0/0')::text as lsn from pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')`,
        [name],
      );
      return BigInt(rows[0]?.lsn ?? 0);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

export function newEpoch(): string {
  return Array.from({ length: EPOCH_LENGTH }, () => randomInt(36).toString(36)).join('');
}
