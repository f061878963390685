/** How fast changes come out of the WAL into feed and history, and what one huge transaction does to everybody else. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { streamSlot } from '../../../../src/realtime/capture/replication-connection.ts';
import { withClient } from '../../database.ts';
import type { Figure, Verdict } from '../../results.ts';
import { startFleet } from '../fleet.ts';
import { now } from '../fleet-protocol.ts';
import { BOARD_CHANGES, createWorld, serveWorld } from '../world.ts';
import type { Part } from './part.ts';

const HUGE_ROWS = 1_000_000;
const WRITERS = 8;
const POLL_MS = 20;
const DRAIN_TIMEOUT_MS = 120_000;
const PUBLICATIONS = ['goforward_changes', 'goforward_inserts'];
const part = 'decoding';

export const measureDecoding: Part = async ({ options, cluster, folder }) => {
  const url = await createWorld(cluster, 'decoding');
  const figures: Figure[] = [];
  const verdicts: Verdict[] = [];
  // The slot and the publications are made by the first start, and stay when the server goes.
  await (await serveWorld(url, folder)).stop();
  const small = options.quick ? 30_000 : 100_000;
  const large = options.quick ? 200_000 : 500_000;
  for (const [label, rows, write] of [
    ['in transactions of one row', small, () => insertOneByOne(url, small)],
    ['in one transaction', large, () => insertAtOnce(url, large)],
  ] as const) {
    const { ours, control } = await drain(url, folder, rows, write);
    figures.push(
      { part, name: `control: changes ${label}, received and thrown away`, value: control, unit: '/s' },
      { part, name: `changes ${label}, against the control`, value: ours / control, unit: '×' },
    );
    verdicts.push({
      name: `changes ${label}: decoded, handed out and kept`,
      value: ours,
      bar: 30_000,
      unit: '/s',
      kind: 'at-least',
    });
  }
  const huge = await hugeTransaction(url, folder);
  figures.push({
    part,
    name: `a transaction of ${HUGE_ROWS} rows: received in`,
    value: huge.seconds,
    unit: 's',
  });
  verdicts.push(
    {
      name: `a transaction of ${HUGE_ROWS} rows: resident memory it adds`,
      value: huge.addedMb,
      bar: 150,
      unit: 'MB',
      kind: 'at-most',
    },
    {
      name: `a transaction of ${HUGE_ROWS} rows: changes of another table come late by`,
      value: huge.lateMs / 1000,
      bar: 5,
      unit: 's',
      kind: 'at-most',
    },
  );
  return { figures, verdicts };
};

/** Written while nobody listens; then read once by a connection that only counts, and once by the server. */
async function drain(url: string, folder: string, rows: number, write: () => Promise<void>) {
  return withClient(url, async (client) => {
    const slot = await slotOf(client);
    await client.query(`select pg_copy_logical_replication_slot($1, 'bench_control')`, [slot]);
    await write();
    const end = await currentLsn(client);
    const control = await receiveAll(url, rows);
    await client.query(`select pg_drop_replication_slot('bench_control')`);
    const world = serveWorld(url, folder);
    world.catch(() => undefined);
    const started = await until(client, slot, 'active');
    const done = await until(client, slot, `confirmed_flush_lsn >= '${end}'`);
    await (await world).stop();
    return { ours: rows / ((done - started) / 1000), control };
  });
}

async function receiveAll(url: string, rows: number): Promise<number> {
  let received = 0;
  let first = 0;
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const connection = await streamSlot(
    { connectionString: url, slot: 'bench_control', publications: PUBLICATIONS, connectTimeoutMs: 5_000 },
    {
      onMessage(message) {
        first ||= performance.now();
        if (message[0] === 0x49) received += 1;
        if (received === rows) done();
      },
      onKeepAlive: () => undefined,
    },
  );
  await Promise.race([all, sleep(DRAIN_TIMEOUT_MS)]);
  const rate = received / ((performance.now() - first) / 1000);
  await connection.close();
  return rate;
}

async function hugeTransaction(url: string, folder: string) {
  const world = await serveWorld(url, folder);
  const fleet = startFleet();
  try {
    await fleet.open({
      ...{
        url: world.socketUrl,
        count: 10,
        user: undefined,
        query: BOARD_CHANGES,
        awaitsAnswer: false,
        bare: false,
      },
    });
    await sleep(3_000);
    const before = world.server.rssMb();
    let peak = before;
    const watching = setInterval(() => {
      peak = Math.max(peak, world.server.rssMb());
    }, 200);
    await fleet.mark();
    let isOver = false;
    const others = withClient(url, async (client) => {
      while (!isOver) {
        await client.query('update board set at = $1 where id = 5', [now()]);
        await sleep(100);
      }
    });
    await insertAtOnce(url, HUGE_ROWS);
    const committed = performance.now();
    const seconds = await withClient(url, async (client) => {
      const end = await currentLsn(client);
      return (
        ((await until(client, await slotOf(client), `confirmed_flush_lsn >= '${end}'`)) - committed) / 1000
      );
    });
    isOver = true;
    await others;
    await sleep(1_000);
    clearInterval(watching);
    const { latencies, failures } = await fleet.report();
    if (failures.length > 0) throw new Error(failures[0]);
    return { addedMb: peak - before, lateMs: Math.max(...latencies), seconds };
  } finally {
    await fleet.stop();
    await world.stop();
  }
}

async function insertOneByOne(url: string, rows: number): Promise<void> {
  await Promise.all(
    Array.from({ length: WRITERS }, () =>
      withClient(url, (client) =>
        client.query(`do $$ begin for i in 1..${rows / WRITERS} loop
          insert into bulk (body) values ('a row of some forty characters, as rows are'); commit; end loop; end $$`),
      ),
    ),
  );
}

const insertAtOnce = (url: string, rows: number): Promise<void> =>
  withClient(url, async (client) => {
    await client.query(
      `insert into bulk (body) select 'a row of some forty characters, as rows are' from generate_series(1, ${rows})`,
    );
  });

async function slotOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    'select slot_name as name from pg_replication_slots where database = current_database()',
  );
  return rows[0]?.name ?? '';
}

async function currentLsn(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn() as lsn');
  return rows[0]?.lsn ?? '';
}

/** When the condition on the slot held for the first time. */
async function until(client: pg.Client, slot: string, condition: string): Promise<number> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  for (;;) {
    const { rows } = await client.query<{ holds: boolean }>(
      `select ${condition} as holds from pg_replication_slots where slot_name = $1`,
      [slot],
    );
    if (rows[0]?.holds) return performance.now();
    if (performance.now() > deadline) throw new Error(`${slot}: ${condition} did not come true`);
    await sleep(POLL_MS);
  }
}
