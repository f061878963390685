/** Writes at a pace: each row that is changed carries the time at which that was asked for. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { now } from './fleet-protocol.ts';

const CONNECTIONS = 4;
const TICK_MS = 5;

export interface Updates {
  readonly written: number;
  /** By key: the `at` that was written last. */
  readonly newest: ReadonlyMap<number, number>;
  readonly perSecond: number;
}

/** One row of `table` per transaction, chosen at random among the first `keys`, so many in a second. */
export async function updateRows(
  url: string,
  { table, keys, perSecond, seconds }: { table: string; keys: number; perSecond: number; seconds: number },
): Promise<Updates> {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const newest = new Map<number, number>();
  const queues: Promise<unknown>[] = clients.map(() => Promise.resolve());
  const started = performance.now();
  let written = 0;
  while (performance.now() - started < seconds * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond);
    for (; written < due; written += 1) {
      const values = [Math.floor(Math.random() * keys), now()] as const;
      newest.set(...values);
      // A key is always written on the same connection, so that its newest value is the one that stays.
      const at = values[0] % CONNECTIONS;
      const text = `update ${table} set at = $2 where id = $1`;
      const write = () => clients[at]!.query({ name: table, text, values: [...values] });
      queues[at] = queues[at]!.then(write);
    }
    await sleep(TICK_MS);
  }
  await Promise.all(queues);
  const tookMs = performance.now() - started;
  await Promise.all(clients.map((client) => client.end()));
  return { written, newest, perSecond: (written / tookMs) * 1000 };
}
