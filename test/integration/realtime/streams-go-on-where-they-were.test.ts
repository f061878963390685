/** Streams: rows beyond a cursor in batches, ties together, and nothing where nothing is new. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openSignedIn, type SocketClient, subscribe } from '../../support/socket-client.ts';

let database: TestDatabase;
let app: TestApp;
let client: SocketClient;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table sender (id int primary key, name text not null);
    create table event (id int primary key, day date not null, at timestamptz, kind text not null, sender_id int references sender);
    create table big (id bigint primary key, tags text[]);
    create table log (id int primary key);
    create table log_stream (id int primary key);
    insert into sender values (1, 'ada');
    insert into event select n, '2026-01-01'::date + n / 3, '2026-01-01'::timestamptz + n * interval '0.000001 s', 'kind ' || n % 2, 1
      from generate_series(1, 10) n;
    insert into big values (9007199254740993, '{a,b}'), (9007199254740994, '{c}');
    grant select on event, sender, big, log, log_stream to anon;`);
  app = await startApp(database, { GOFORWARD_REALTIME_POLL_MS: '50' });
  client = await openSignedIn(app.url, '/v1/graphql');
});
afterAll(async () => {
  await client.close();
  await app.stop();
  await database.drop();
});

async function batches(id: string, count: number): Promise<number[][]> {
  const payloads = await client.payloads(id, count);
  return payloads.map((one) =>
    (one as { data: { event_stream: { id: number }[] } }).data.event_stream.map((row) => row.id),
  );
}

async function refusal(id: string, query: string, variables = {}): Promise<unknown> {
  subscribe(client, id, query, variables);
  return (await client.heard((one) => one.id === id && one.type === 'error')).payload;
}

test('batches follow each other, rows of equal position come together, and then what is new', async () => {
  subscribe(
    client,
    'days',
    'subscription { event_stream(batch_size: 2, cursor: {initial_value: {day: "2025-01-01"}}, where: {id: {_lt: 100}}) { id } }',
  );
  // 1, 2 on the first day, then three on each.
  expect(await batches('days', 4)).toEqual([
    [1, 2],
    [3, 4, 5],
    [6, 7, 8],
    [9, 10],
  ]);
  await database.sql(
    "insert into event values (200, '2027-01-01', null, 'hidden', 1), (11, '2027-01-01', null, 'new', 1)",
  );
  expect((await batches('days', 5))[4]).toEqual([11]);
  await database.sql(
    "insert into event values (12, '2026-01-01', null, 'of an older day', 1), (13, '2027-01-02', null, 'new', 1)",
  );
  expect((await batches('days', 6))[5]).toEqual([13]);
  await database.sql('delete from event where id > 10');
});

test('a cursor may go down, and holds microseconds', async () => {
  subscribe(
    client,
    'down',
    'subscription($c: [event_stream_cursor_input]!) { event_stream(batch_size: 3, cursor: $c) { id } }',
    { c: [{ initial_value: { at: '2026-01-01T00:00:00.000005Z' }, ordering: 'DESC' }] },
  );
  expect(await batches('down', 2)).toEqual([[4, 3, 2], [1]]);
});

test('relations, aliases and numbers beyond a double are as in a query', async () => {
  subscribe(
    client,
    'rich',
    'subscription { of: event_stream(batch_size: 1, cursor: {initial_value: {id: 9}}) { id by: sender { name } } }',
  );
  expect(await client.payloads('rich', 1)).toEqual([{ data: { of: [{ id: 10, by: { name: 'ada' } }] } }]);
  subscribe(
    client,
    'big',
    'subscription { big_stream(batch_size: 1, cursor: {initial_value: {id: 9007199254740993}}) { id tags } }',
  );
  await client.payloads('big', 1);
  expect(client.texts.filter((text) => text.startsWith('{"id":"big"'))).toEqual([
    '{"id":"big","type":"next","payload":{"data":{"big_stream":[{"id":9007199254740994,"tags":["c"]}]}}}',
  ]);
});

test('nothing is sent where nothing is new', async () => {
  subscribe(
    client,
    'none',
    'subscription { event_stream(batch_size: 5, cursor: {initial_value: {id: 10}}) { id } }',
  );
  subscribe(client, 'meanwhile', 'subscription { event_aggregate { aggregate { count } } }');
  await client.payloads('meanwhile', 1);
  await database.sql("insert into event values (11, '2026-02-01', null, 'new', 1)");
  await client.payloads('meanwhile', 2);
  expect(await batches('none', 1)).toEqual([[11]]);
  await database.sql('delete from event where id > 10');
});

test('two who stream the same are each at their own place', async () => {
  const query = 'subscription { event_stream(batch_size: 10, cursor: {initial_value: {id: 8}}) { id } }';
  subscribe(client, 'first', query);
  expect(await batches('first', 1)).toEqual([[9, 10]]);
  subscribe(client, 'second', query);
  expect(await batches('second', 1)).toEqual([[9, 10]]);
  await database.sql("insert into event values (11, '2026-02-01', null, 'new', 1)");
  expect([(await batches('first', 2))[1], (await batches('second', 2))[1]]).toEqual([[11], [11]]);
  await database.sql('delete from event where id > 10');
});

test('a stream outlives a change of the schema, and goes on at its place', async () => {
  subscribe(
    client,
    'ddl',
    'subscription { event_stream(batch_size: 10, cursor: {initial_value: {id: 8}}) { id kind } }',
  );
  expect(await batches('ddl', 1)).toEqual([[9, 10]]);
  await database.sql('alter table event add column extra text');
  await expect
    .poll(async () => (await app.post('/graphql', { query: '{ event { extra } }' })).text)
    .toContain('null');
  await database.sql("insert into event values (11, '2026-02-01', null, 'new', 1)");
  expect((await batches('ddl', 2))[1]).toEqual([11]);
  await database.sql('alter table event drop column kind');
  const { payload } = await client.heard(({ id, type }) => id === 'ddl' && type === 'error');
  expect(payload).toMatchObject([{ extensions: { code: 'validation-failed' } }]);
  await database.sql('delete from event where id > 10');
});

test('what makes no sense is refused', async () => {
  const stream = (args: string) => `subscription { event_stream(${args}) { id } }`;
  const cases: Record<string, string> = {
    'two columns': stream('batch_size: 1, cursor: {initial_value: {id: 1, day: "2026-01-01"}}'),
    'two cursors': stream('batch_size: 1, cursor: [{initial_value: {id: 1}}, {initial_value: {id: 2}}]'),
    'no cursor': stream('batch_size: 1, cursor: []'),
    'no column': stream('batch_size: 1, cursor: {initial_value: {}}'),
    'a null': stream('batch_size: 1, cursor: {initial_value: {id: null}}'),
    'an empty batch': stream('batch_size: 0, cursor: {initial_value: {id: 1}}'),
    'beside a live query':
      'subscription @_multiple_top_level_fields { event { id } event_stream(batch_size: 1, cursor: {initial_value: {id: 1}}) { id } }',
  };
  for (const [id, query] of Object.entries(cases))
    expect([id, await refusal(id, query)]).toMatchObject([
      id,
      [{ extensions: { code: 'validation-failed' } }],
    ]);
  expect(await refusal('large', stream('batch_size: 10001, cursor: {initial_value: {id: 1}}'))).toMatchObject(
    [{ extensions: { code: 'limit-exceeded' } }],
  );
  expect(
    await refusal('a query', '{ event_stream(batch_size: 1, cursor: {initial_value: {id: 1}}) { id } }'),
  ).toMatchObject([{ extensions: { code: 'validation-failed' } }]);
});

test('a table that is called like the stream of another keeps its name, and the stream gives way', async () => {
  subscribe(client, 'table', 'subscription { log_stream(limit: 1) { id } }');
  expect(await client.payloads('table', 1)).toEqual([{ data: { log_stream: [] } }]);
});
