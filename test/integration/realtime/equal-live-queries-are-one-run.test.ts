/** What live queries cost: equal ones of equal callers one statement per change, idle ones nothing, and never all connections. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type Heard, type LiveApi, openLiveApi } from '../../support/live-queries.ts';
import { createShop } from '../../support/shop.ts';

let database: TestDatabase;
let live: LiveApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await createShop(database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  live = await openLiveApi(database);
});
afterEach(() => live.close());

const ITEM = 'subscription($id: Int!) { item_by_pk(id: $id) { name } }';
const all = (list: readonly Heard[], index: number) => Promise.all(list.map((one) => one.text(index)));
const many = (count: number, start: (index: number) => Heard) =>
  Array.from({ length: count }, (_, n) => start(n));

async function change(id: number): Promise<void> {
  await database.sql("update item set name = name || '!' where id = $1", [id]);
}

test('a hundred equal ones are one statement at first, and one for each change', async () => {
  const heard = many(100, () => live.subscribe(ITEM, { variables: { id: 1 } }));
  await all(heard, 0);
  expect(live.statements()).toBe(1);
  await change(1);
  live.liveQueries.wake('all');
  const [first, ...others] = await all(heard, 1);
  expect(new Set(others)).toEqual(new Set([first]));
  expect(live.statements()).toBe(1);
});

test('a newcomer to known ones gets their answer without a statement', async () => {
  const first = live.subscribe(ITEM, { variables: { id: 2 } });
  await first.text(0);
  live.statements();
  const second = live.subscribe(ITEM.replace('$id: Int!', '$id: Int! = 7'), { variables: { id: 2 } });
  expect(await second.text(0)).toBe(first.texts[0]);
  expect(live.statements()).toBe(0);
});

test('where nobody tells of changes a newcomer is told what is so now, not what was', async () => {
  const polled = await openLiveApi(database, { isToldOfChanges: false });
  const first = polled.subscribe(ITEM, { variables: { id: 3 } });
  await first.text(0);
  await change(3);
  const second = polled.subscribe(ITEM, { variables: { id: 3 } });
  expect(await second.text(0)).not.toBe(first.texts[0]);
  expect(await first.text(1)).toBe(second.texts[0]);
  await polled.close();
});

test('a thousand idle ones ask nothing, and a change wakes those that read the table', async () => {
  const items = many(700, (n) => live.subscribe(ITEM, { variables: { id: n % 20 } }));
  const makers = many(300, (n) =>
    live.subscribe('subscription($id: Int!) { maker_by_pk(id: $id) { name } }', { variables: { id: n } }),
  );
  await all([...items, ...makers], 0);
  await live.quiet();
  live.statements();
  await change(5);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(live.statements()).toBe(0);
  live.liveQueries.wake(new Map([[live.oid('item'), 'any']]));
  await items[5]!.text(1);
  await live.quiet();
  expect(live.statements()).toBe(20);
  expect(items.filter(({ texts }) => texts.length > 1)).toHaveLength(35);
  expect(makers.filter(({ texts }) => texts.length > 1)).toHaveLength(0);
});

test('relations and conditions are watched as well, and functions asked every so often', async () => {
  const queries = {
    item: 'subscription { maker { items(limit: 1) { id } } }',
    maker: 'subscription { item(where: {maker: {name: {_eq: "x"}}}) { id } }',
  };
  for (const [table, query] of Object.entries(queries)) {
    const heard = live.subscribe(query);
    await heard.text(0);
    await live.quiet();
    live.statements();
    live.liveQueries.wake(new Map([[live.oid(table), 'any']]));
    await live.quiet();
    expect([table, live.statements()]).toEqual([table, 1]);
    heard.operation.stop();
  }
  const called = live.subscribe('subscription { cheaper_than(args: {most: 1}) { id } }');
  await called.text(0);
  await live.quiet();
  live.statements();
  live.liveQueries.wake('untold');
  await live.quiet();
  expect(live.statements()).toBe(1);
});

test('other claims are another question, and another role is too', async () => {
  const query = 'subscription { item_by_pk(id: 4) { name } }';
  const heard = [
    live.subscribe(query, { role: 'authenticated', claims: { sub: 'ada' } }),
    live.subscribe(query, { role: 'authenticated', claims: { sub: 'ada' } }),
    live.subscribe(query, { role: 'authenticated', claims: { sub: 'bob' } }),
    live.subscribe(query),
  ];
  await all(heard, 0);
  expect(live.statements()).toBe(3);
});

test('headers tell callers apart only where the database reads them', async () => {
  const query = 'subscription { item_by_pk(id: 4) { name } }';
  const headers = (agent: string) => ({ headers: { 'x-agent': agent } });
  await all([live.subscribe(query, headers('a')), live.subscribe(query, headers('b'))], 0);
  expect(live.statements()).toBe(1);
  await database.sql(`
    create table secret (id int primary key, tenant text);
    insert into secret values (1, 'a'), (2, 'b');
    alter table secret enable row level security;
    create policy p on secret using (tenant = current_setting('request.headers')::json ->> 'x-tenant');
    grant select on secret to anon;`);
  await live.reload();
  const of = (tenant: string) =>
    live.subscribe('subscription { secret { id } }', { headers: { 'x-tenant': tenant } });
  const [a, b] = [of('a'), of('b')];
  expect([await a.text(0), await b.text(0)]).toEqual([
    '{"data":{"secret":[{"id":1}]}}',
    '{"data":{"secret":[{"id":2}]}}',
  ]);
  await database.sql('drop table secret');
});

test('one that fails ends alone: the others of its batch go on', async () => {
  await database.sql(
    'create table divisor (id int primary key); insert into divisor values (1); grant select on divisor to anon; create view quotient as select 1 / id as q from divisor; grant select on quotient to anon',
  );
  await live.reload();
  const fine = many(5, (n) => live.subscribe(ITEM, { variables: { id: n + 1 } }));
  const failing = live.subscribe('subscription { quotient { q } }');
  await all([...fine, failing], 0);
  await database.sql('insert into divisor values (0)');
  await change(1);
  live.liveQueries.wake('all');
  expect((await failing.failure()).extensions.code).toBe('data-exception');
  await fine[0]!.text(1);
  await change(2);
  live.liveQueries.wake('all');
  await fine[1]!.text(1);
  expect(fine.flatMap(({ errors }) => errors)).toEqual([]);
  expect(live.liveQueries.size).toBe(5);
  await database.sql('drop view quotient; drop table divisor');
});

test('a change while they run is not lost', async () => {
  await database.sql(`create function slowly() returns setof item stable language sql as $$ select item.* from item, pg_sleep(0.2) where id = 6 $$;
    grant execute on function slowly to anon`);
  await live.reload();
  const heard = live.subscribe('subscription { slowly { name } }');
  await heard.text(0);
  live.liveQueries.wake('all');
  // Its snapshot is taken by now.
  await new Promise((resolve) => setTimeout(resolve, 100));
  await change(6);
  live.liveQueries.wake('all');
  expect(await heard.text(1)).not.toBe(heard.texts[0]);
  await database.sql('drop function slowly');
});

test('slow ones do not take all connections', async () => {
  await database.sql(`create function sleeping(n int) returns setof item stable language sql as $$ select item.* from item, pg_sleep(2) where id = n $$;
    grant execute on function sleeping to anon`);
  await live.reload();
  // Two batches at a time, of a pool of four.
  const slow = many(10, (n) =>
    live.subscribe('subscription($n: Int!) { sleeping(args: {n: $n}) { id } }', {
      variables: { n: n + 1 },
      claims: { sub: n },
    }),
  );
  await expect
    .poll(() =>
      database.sql(
        "select count(*)::int as n from pg_stat_activity where query like '%sleeping%' and state = 'active' and pid <> pg_backend_pid()",
      ),
    )
    .toEqual([{ n: 2 }]);
  const answers = await Promise.all(
    many(10, () => live.subscribe('{ __typename }')).map((one) => one.text(0)),
  );
  expect(answers).toHaveLength(10);
  expect(slow.filter(({ texts }) => texts.length > 0)).toHaveLength(0);
  for (const one of slow) one.operation.stop();
  await live.quiet();
  await database.sql('drop function sleeping');
});
