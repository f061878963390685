/** The one-Sync batch on a real connection: order, errors, prepared statements, and connections that die. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCaller } from '../../../src/caller.ts';
import { CallerRunner } from '../../../src/database/as-caller.ts';
import { type BatchStatement, sendBatch } from '../../../src/database/batch.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let pool: pg.Pool;
let client: pg.PoolClient;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create schema app;
    create table app.note (id int primary key, parent int references app.note deferrable initially deferred);
    grant usage on schema app to anon;
    grant select, insert on app.note to anon, authenticated;`);
});
beforeEach(async () => {
  pool = new pg.Pool({ connectionString: database.apiUrl, max: 1 });
  pool.on('error', () => undefined);
  pool.on('connect', (one) => one.on('error', () => undefined));
  client = await pool.connect();
});
afterEach(async () => {
  client.release();
  await pool.end();
});
afterAll(() => database.drop());

const plain = (text: string, ...values: (string | null)[]): BatchStatement => ({
  text,
  name: undefined,
  values,
});
const named = (name: string, text: string, ...values: (string | null)[]): BatchStatement => ({
  text,
  name,
  values,
});
const asAnon = plain("select set_config('role', 'anon', true)");

/** The types of the messages that are sent, as one letter each. */
function recordMessages(of: pg.PoolClient): string[] {
  const { stream } = (of as unknown as { connection: { stream: { write(data: Buffer): boolean } } })
    .connection;
  const sent: string[] = [];
  const { write } = stream;
  stream.write = function (this: unknown, data: Buffer) {
    for (let at = 0; at < data.length; at += 1 + data.readInt32BE(at + 1))
      sent.push(String.fromCharCode(data[at]!));
    return write.call(this, data);
  };
  return sent;
}

async function isUsable(): Promise<void> {
  expect((client as unknown as { getTransactionStatus(): string }).getTransactionStatus()).toBe('I');
  expect(await sendBatch(client, [plain('select 7::text')])).toEqual([[['7']]]);
}

describe('what goes over the wire', () => {
  test('each statement is parsed, bound and executed in turn, then comes the only Sync', async () => {
    const sent = recordMessages(client);
    await sendBatch(client, [asAnon, named('one', 'select 1::text'), named('one', 'select 1::text')]);
    expect(sent.join('')).toBe('PBE' + 'PBE' + 'BE' + 'S');
    sent.length = 0;
    await sendBatch(client, [named('one', 'select 1::text')]);
    expect(sent.join('')).toBe('BES');
  });

  test('a statement is parsed as the role that the one before it set', async () => {
    await expect(sendBatch(client, [plain('select id from app.note')])).rejects.toMatchObject({
      code: '42501',
    });
    expect(await sendBatch(client, [asAnon, plain('select id from app.note')])).toEqual([[['anon']], []]);
  });

  test('results come in the order of the statements, and each sees what those before it wrote', async () => {
    const result = await sendBatch(client, [
      asAnon,
      plain('insert into app.note (id) values ($1), ($2) returning id', '101', '102'),
      plain('select count(*) from app.note where id > $1', '100'),
      plain(''),
      plain('select $1::text', null),
    ]);
    expect(result).toEqual([[['anon']], [['101'], ['102']], [['2']], [], [[null]]]);
    await database.sql('delete from app.note');
  });

  test('a value that is no text is refused before anything is sent', async () => {
    const sent = recordMessages(client);
    await expect(sendBatch(client, [plain('select $1::int', 5 as never)])).rejects.toThrow('text or null');
    expect(sent).toEqual([]);
    await isUsable();
  });
});

describe('a batch that fails', () => {
  test('undoes the statements before, skips those after, and leaves the connection usable', async () => {
    const batch = [
      asAnon,
      plain('insert into app.note (id) values (1)'),
      plain('select 1 / 0'),
      plain('insert into app.note (id) values (2)'),
    ];
    await expect(sendBatch(client, batch)).rejects.toMatchObject({ code: '22012' });
    expect(await database.sql('select id from app.note')).toEqual([]);
    await isUsable();
    expect(await sendBatch(client, [plain('select current_user')])).toEqual([[['authenticator']]]);
  });

  test('at Sync, by a deferred constraint, hands nothing out although every statement was done', async () => {
    const batch = [asAnon, plain('insert into app.note (id, parent) values (1, 99) returning id')];
    await expect(sendBatch(client, batch)).rejects.toMatchObject({ code: '23503' });
    expect(await database.sql('select id from app.note')).toEqual([]);
    await isUsable();
  });

  test.each(['copy app.note from stdin', 'copy app.note to stdout', 'begin', 'vacuum app.note'])(
    'or does what no batch should (%s) settles',
    async (text) => {
      await sendBatch(client, [asAnon, plain(text)]).catch((error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/^[0-9A-Z]{5}$/) });
      });
      if (text === 'begin') await client.query('rollback');
      await isUsable();
    },
  );
});

describe('prepared statements', () => {
  const batch = [named('first', 'select 1::text'), named('second', 'select 2::text')];

  test.each(['first', 'second', 'all'])('come back after somebody deallocated %s', async (name) => {
    await sendBatch(client, batch);
    await client.query(`deallocate ${name}`);
    expect(await sendBatch(client, batch)).toEqual([[['1']], [['2']]]);
    expect(await sendBatch(client, batch)).toEqual([[['1']], [['2']]]);
  });

  test('are taken as they are where somebody prepared them before us', async () => {
    await client.query('prepare first as select 1::text; prepare second as select 2::text');
    expect(await sendBatch(client, batch)).toEqual([[['1']], [['2']]]);
  });

  test('outlive the batch that failed after them, and are not counted when their Parse failed', async () => {
    const bad = named('bad', 'select nothing_of_that_name');
    await expect(sendBatch(client, [batch[0]!, bad, batch[1]!])).rejects.toMatchObject({ code: '42703' });
    const sent = recordMessages(client);
    expect(await sendBatch(client, batch)).toEqual([[['1']], [['2']]]);
    expect(sent.join('')).toBe('BE' + 'PBE' + 'S');
    await expect(sendBatch(client, [bad])).rejects.toMatchObject({ code: '42703' });
  });

  test('an error of the same code that is not ours ends, and is reported', async () => {
    const raise = plain("do $$ begin raise exception 'mine' using errcode = '26000'; end $$");
    await expect(sendBatch(client, [batch[0]!, raise])).rejects.toMatchObject({ message: 'mine' });
    await isUsable();
  });

  test('are closed, the least recently used first, beyond a thousand', async () => {
    await sendBatch(client, batch);
    for (let number = 0; number < 1050; number += 1) {
      await sendBatch(client, [named(`n${number}`, `select ${number}::text`), batch[0]!]);
    }
    const [rows = []] = await sendBatch(client, [plain('select name from pg_prepared_statements')]);
    const names = rows.map(([name]) => name);
    expect(names.length).toBeLessThanOrEqual(1000);
    expect(names).toContain('first');
    expect(names).toContain('n1049');
    expect(names).not.toContain('second');
    expect(await sendBatch(client, [batch[1]!, named('n0', 'select 0::text')])).toEqual([[['2']], [['0']]]);
  });
});

describe('a connection that dies', () => {
  const context = {
    caller: createCaller('anonymous', 'anon'),
    headersText: '{}',
    method: 'POST',
    path: '/graphql',
  };
  const sleepForLong = {
    text: 'select pg_sleep(60)::text',
    name: 'sleep',
    values: [],
    runsUserCode: false,
    mayChangeSession: false,
  };
  const settings = { searchPath: ['public'], statementTimeoutMs: 30_000, preparedStatements: true };

  /** A server process whose client has gone sleeps on. */
  const dead = new Set<number>();

  /** What the batch did, once it sleeps and `kill` has been done to its connection. */
  async function whileItSleeps(kill: (pid: number, sleeper: pg.PoolClient) => unknown): Promise<unknown> {
    let sleeper: pg.PoolClient | undefined;
    pool.on('acquire', (one) => {
      sleeper = one;
    });
    client.release();
    const runner = new CallerRunner(pool, settings);
    const outcome = runner.run(context, [sleepForLong], { readOnly: true }).catch((error: unknown) => error);
    let pid: number | undefined;
    while (pid === undefined) {
      await sleep(10);
      const [row] = await database.sql<{ pid: number }>(
        "select pid from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and datname = current_database() and pid <> pg_backend_pid() and pid <> all($1)",
        [[...dead]],
      );
      pid = row?.pid;
    }
    dead.add(pid);
    await kill(pid, sleeper!);
    const result = await outcome;
    const [rows] = await runner.run(context, [{ ...sleepForLong, text: 'select 1::text', name: 'one' }], {
      readOnly: true,
    });
    expect(rows).toEqual([['1']]);
    expect(pool.totalCount).toBe(1);
    client = await pool.connect();
    return result;
  }

  test('by the administrator rejects at once, and the pool makes another', async () => {
    const error = await whileItSleeps((pid) => database.sql('select pg_terminate_backend($1)', [pid]));
    expect(error).toMatchObject({ code: 'database-unavailable', status: 503 });
  });

  test('without a word rejects at once, and the pool makes another', async () => {
    const error = await whileItSleeps((_pid, sleeper) => {
      (sleeper as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    });
    await database.sql('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [[...dead]]);
    expect(error).toMatchObject({ code: 'database-unavailable', status: 503 });
  });

  test('is not needed for a cancelled statement: the connection stays', async () => {
    let cancelled = 0;
    const error = await whileItSleeps((pid) => {
      cancelled = pid;
      return database.sql('select pg_cancel_backend($1)', [pid]);
    });
    expect(error).toMatchObject({ code: 'query-cancelled', status: 504 });
    const [[row] = []] = await sendBatch(client, [plain('select pg_backend_pid()')]);
    expect(row).toEqual([String(cancelled)]);
  });
});
