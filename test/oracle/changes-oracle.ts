/**
 * Writes random transactions while servers, PostgreSQL and Redis are killed, frozen and restarted, and holds what every subscriber was
 * told against what was committed: the projection of its rights, in order, no gap, no duplicate, or an explicit word that it must
 * read anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { query } from '../support/query.ts';
import { signHs256 } from '../support/tokens.ts';
import { difference } from './difference.ts';
import { FAULTS, type Fault, type House, openHouse, SECRET } from './faults.ts';
import { RESET, Subscriber } from './subscriber.ts';
import { inventTables, type OracleTable, projection, randomOf, schemaOf } from './world.ts';
import { Writer } from './writer.ts';

export interface OracleOptions {
  readonly seed: number;
  readonly transactions: number;
  readonly faults: number;
  readonly subscribers: number;
  /** Which of them may happen; all where nothing is said. */
  readonly kinds?: readonly Fault[];
  readonly tell?: (line: string) => void;
}

export interface OracleFacts {
  readonly changes: number;
  readonly told: number;
  readonly connections: number;
  /** Times a subscriber was told to read anew. */
  readonly resets: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

const SETTLE_MS = 60_000;
/** Between transactions: what is struck is to be in the midst of work. */
const MAX_PAUSE_MS = 20;

export async function runChangesOracle(options: OracleOptions): Promise<OracleFacts> {
  const { seed, transactions, faults, tell = () => undefined } = options;
  const random = randomOf(seed);
  const tables = inventTables(random);
  const house = await openHouse();
  try {
    await query(house.databaseUrl, schemaOf(tables));
    const cursor = await firstCursor(house, tables[0]!);
    const people = randomOf(seed + 1);
    const subscribers = Array.from(
      { length: options.subscribers },
      (_, index) =>
        new Subscriber({ sub: `user ${index % 8}`, level: index % 4 }, tables, {
          cursor,
          secret: SECRET,
          urlOf: () => house.urlOf(people),
        }),
    );
    const running = subscribers.map((one) => one.run());
    const writer = new Writer(house.databaseUrl, tables, random);
    const struck = await writeThrough(house, writer, options, random);
    await writer.close();
    tell(`${writer.history.length} changes are committed`);
    const failures = await settled(subscribers, writer, tables);
    for (const one of subscribers) one.stop();
    await Promise.all(running);
    const logs = subscribers.flatMap(({ logs }) => [...logs.values()]).flat();
    return {
      changes: writer.history.length,
      told: logs.filter((one) => one !== RESET).length,
      connections: subscribers.reduce((sum, one) => sum + one.connections, 0),
      resets: logs.filter((one) => one === RESET).length,
      faults: struck,
      failures,
    };
  } finally {
    await house.stop();
  }

  async function writeThrough(
    house: House,
    writer: Writer,
    { kinds = FAULTS }: OracleOptions,
    random: ReturnType<typeof randomOf>,
  ) {
    const struck: Record<string, number> = {};
    const every = Math.max(1, Math.floor(transactions / (faults + 1)));
    let striking: Promise<void> = Promise.resolve();
    for (let index = 1; index <= transactions; index += 1) {
      await writer.write();
      await sleep(random(MAX_PAUSE_MS));
      if (index % every !== 0 || index / every > faults) continue;
      // One at a time, while it is written on.
      await striking;
      const fault = kinds[(index / every - 1 + random(2)) % kinds.length]!;
      struck[fault] = (struck[fault] ?? 0) + 1;
      tell(`${index}: ${fault}`);
      striking = house.strike(fault, randomOf(seed + index));
    }
    await striking;
    return struck;
  }
}

/** Where everybody begins: behind the last change of some that are made until one arrives. */
async function firstCursor(house: House, { name }: OracleTable): Promise<string> {
  const token = signHs256({ role: 'service_role', aud: 'authenticated', exp: 4_000_000_000 }, SECRET);
  const url = `${house.urlOf(() => 0).replace(/^http/, 'ws')}/graphql`;
  let latest: string | undefined;
  let socket: WebSocket | undefined;
  // It may take until the new tables are in the schema and published.
  while (latest === undefined) {
    if (socket?.readyState !== WebSocket.OPEN) {
      const fresh = new WebSocket(url, 'graphql-transport-ws');
      socket = fresh;
      const say = (message: object) => fresh.send(JSON.stringify(message));
      fresh.on('error', () => undefined);
      fresh.on('open', () => say({ type: 'connection_init', payload: { Authorization: `Bearer ${token}` } }));
      fresh.on('message', (data) => {
        const { type, payload } = JSON.parse(String(data));
        if (type === 'connection_ack')
          say({
            id: 'first',
            type: 'subscribe',
            payload: { query: `subscription { ${name}_changes { cursor } }` },
          });
        if (type === 'next') latest = payload.data[`${name}_changes`].cursor;
        if (type === 'error') fresh.terminate();
      });
    }
    await query(house.databaseUrl, `insert into ${name} values (-1, '', 0, false, ''); delete from ${name}`);
    await sleep(300);
  }
  await sleep(1_500);
  socket?.terminate();
  return latest;
}

/** Waits until everybody has been told everything, or nothing comes any more. */
async function settled(
  subscribers: readonly Subscriber[],
  writer: Writer,
  tables: readonly OracleTable[],
): Promise<string[]> {
  const wanted = new Map(
    subscribers.map((one) => [
      one,
      tables.map((table) => {
        const own = writer.history.filter((change) => change.table === table);
        return own.flatMap((change) => projection(change, one.claims) ?? []);
      }),
    ]),
  );
  const judge = () =>
    subscribers.flatMap((one, index) =>
      tables.flatMap((table, of) => {
        const failure = difference(one.logs.get(table) ?? [], wanted.get(one)?.[of] ?? []);
        return failure === undefined ? [] : [`subscriber ${index}, ${table.name}: ${failure}`];
      }),
    );
  const deadline = Date.now() + SETTLE_MS;
  for (let failures = judge(); ; failures = judge()) {
    if (failures.length === 0 || Date.now() > deadline) return failures;
    await sleep(200);
  }
}
