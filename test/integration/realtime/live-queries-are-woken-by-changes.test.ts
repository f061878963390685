/** Live queries driven by the WAL: what a change can concern is asked again, and nothing else. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { publishTables } from '../../../src/realtime/capture/publications.ts';
import { followChanges } from '../../../src/realtime/live-queries/changes-driver.ts';
import { reachOf, readReach } from '../../../src/realtime/live-queries/reach.ts';
import { type CaptureUnderTest, captureChanges } from '../../support/capture.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type Heard, type LiveApi, openLiveApi, type SubscribeOptions } from '../../support/live-queries.ts';

let database: TestDatabase;
let captured: CaptureUnderTest;
let live: LiveApi;
let driver: { close(): void };
const open: Heard[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table item (id int primary key, name text, owner uuid, shelf int);
    create table shelf (id int primary key, label text);
    create schema inner_part;
    create table inner_part.price (item int primary key, amount int);
    create view priced as select i.id, i.name, p.amount from item i join inner_part.price p on p.item = i.id;
    create table secret (id int primary key, room int, body text);
    create table inner_part.member (room int, who text, primary key (room, who));
    alter table secret enable row level security;
    create policy members on secret for select to authenticated using (exists (
      select from inner_part.member m where m.room = secret.room and m.who = auth.jwt() ->> 'sub'));
    grant usage on schema inner_part to authenticated;
    grant select on inner_part.member to authenticated;
    create table tree (id int primary key, parent int references tree (id));
    create table full_row (id int primary key, shelf int);
    alter table full_row replica identity full;
    create table loose (body text);
    create view clock as select id, now() as at from shelf;
    create table whole (id int, region int, primary key (id, region)) partition by list (region);
    create table whole_1 partition of whole for values in (1);
    insert into item select i, 'item ' || i, null, i % 3 from generate_series(1, 100) i;
    insert into shelf values (1, 'one'); insert into full_row values (1, 1), (2, 2);
    insert into inner_part.price values (1, 10); insert into secret values (1, 1, 'hidden');
    grant select on item, shelf, priced, secret, tree, full_row, loose, clock, whole, whole_1 to anon, authenticated;
  `);
  captured = await captureChanges(database);
  await captured.capture.ready;
  const pool = new pg.Pool({ connectionString: database.platformUrl, max: 1 });
  const behind = await readReach(pool);
  const published = await publishTables(pool, ['public'], []);
  await pool.end();
  live = await openLiveApi(database, { reach: (statement) => reachOf(statement, behind, published) });
  driver = followChanges(live.liveQueries, captured.feed, 3_600_000);
});

afterAll(async () => {
  driver?.close();
  await live?.close();
  await captured?.stop();
  await database?.drop();
});

beforeEach(async () => {
  for (const heard of open.splice(0)) heard.operation.stop();
  await live.quiet();
  live.statements();
});

async function ask(query: string, options: SubscribeOptions = {}): Promise<Heard> {
  const heard = live.subscribe(`subscription${query}`, options);
  open.push(heard);
  await heard.text(0);
  return heard;
}

/** Statements that the change made necessary. */
async function reruns(sql: string): Promise<number> {
  await live.quiet();
  live.statements();
  const before = captured.batches.length;
  await database.sql(`set synchronous_commit = on; ${sql}; insert into loose values ('mark')`);
  await expect.poll(() => captured.batches.length).toBeGreaterThan(before);
  await captured.until(captured.changes().length);
  await new Promise((resolve) => setTimeout(resolve, 60));
  await live.quiet();
  return live.statements();
}

test('a change of another table asks nothing, one of a relation, a view, a policy or its table does', async () => {
  await ask('{ shelf { label } }');
  expect(await reruns(`update item set name = 'x' where id = 1`)).toBe(0);
  expect(await reruns(`update shelf set label = 'uno'`)).toBe(1);
  await ask('{ priced { id amount } }');
  expect(await reruns('update inner_part.price set amount = 11')).toBe(1);
  expect(await reruns(`update item set name = 'y' where id = 1`)).toBe(1);
});

test('who becomes a member sees what it may see from now on', async () => {
  const heard = await ask('{ secret { body } }', { role: 'authenticated', claims: { sub: 'ada' } });
  expect(await heard.text(0)).toBe('{"data":{"secret":[]}}');
  expect(await reruns(`insert into inner_part.member values (1, 'ada')`)).toBe(1);
  expect(await heard.text(1)).toBe('{"data":{"secret":[{"body":"hidden"}]}}');
});

test('of a hundred queries for one row each a change asks the one that it concerns', async () => {
  const all = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      ask('($id: Int!) { item_by_pk(id: $id) { name } }', { variables: { id: index + 1 } }),
    ),
  );
  expect(await reruns(`update item set name = 'forty' where id = 40`)).toBe(1);
  expect(await all[39]!.text(1)).toBe('{"data":{"item_by_pk":{"name":"forty"}}}');
  expect(await reruns('update item set id = 1000 where id = 41')).toBe(1);
  expect(await all[40]!.text(1)).toBe('{"data":{"item_by_pk":null}}');
  expect(await reruns('update item set id = 41 where id = 1000')).toBe(1);
  expect(await reruns('delete from item where id = 42')).toBe(1);
  expect(await reruns(`insert into item values (42, 'back'), (43000, 'new')`)).toBe(1);
  expect(await all[41]!.text(2)).toBe('{"data":{"item_by_pk":{"name":"back"}}}');
});

test('a value counts only where it is known of the row before', async () => {
  await ask('{ item(where: {shelf: {_eq: 1}}) { id } }');
  await ask('{ item(where: {shelf: {_eq: 2}}) { id } }');
  expect(await reruns('update item set shelf = 1 where id = 50')).toBe(2);
  await ask('{ full_row(where: {shelf: {_eq: 1}}) { id } }');
  await ask('{ full_row(where: {shelf: {_eq: 2}}) { id } }');
  await ask('{ full_row(where: {shelf: {_eq: 3}}) { id } }');
  expect(await reruns('update full_row set shelf = 2 where id = 1')).toBe(2);
});

test('an equality that is one of two ways, or of a table that is read twice, ties nothing', async () => {
  await ask('{ item(where: {_or: [{id: {_eq: 1}}, {name: {_eq: "z"}}]}) { id } }');
  expect(await reruns(`update item set name = 'z' where id = 60`)).toBe(1);
  await ask('{ tree(where: {id: {_eq: 1}}) { id trees { id } } }');
  expect(await reruns('insert into tree values (1, null)')).toBe(1);
  expect(await reruns('insert into tree values (2, 1)')).toBe(1);
  expect(await reruns('truncate tree')).toBe(1);
});

test('partitions are their root, whichever of them is written to', async () => {
  await ask('{ whole { id } }');
  expect(await reruns('insert into whole values (1, 1)')).toBe(1);
  expect(await reruns('insert into whole_1 values (2, 1)')).toBe(1);
});

test('what is not told is asked every so often: rows without a key, the time', async () => {
  await ask('{ clock { id at } }');
  await ask('{ loose { body } }');
  await live.quiet();
  live.statements();
  live.liveQueries.wake('untold');
  await live.quiet();
  expect(live.statements()).toBe(2);
});

test('a thousand random writes leave every answer as a query would give it', async () => {
  const queries = Array.from({ length: 40 }, (_, index) =>
    [
      `{ item_by_pk(id: ${index}) { id name shelf } }`,
      `{ item(where: {shelf: {_eq: ${index % 4}}}, order_by: {id: asc}) { id name } }`,
      `{ full_row(where: {_and: [{shelf: {_eq: ${index % 5}}}, {id: {_gt: 1}}]}, order_by: {id: asc}) { id shelf } }`,
    ].at(index % 3),
  );
  const heard = await Promise.all(queries.map((query) => ask(query ?? '')));
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  for (let index = 0; index < 1000; index += 1) {
    const [id, other] = [random(60), random(60)];
    await database.sql(
      [
        `update item set shelf = ${random(4)} where id = ${id}`,
        `insert into item values (${id}, 'r${index}', null, ${random(4)}) on conflict (id) do update set name = excluded.name`,
        `delete from item where id = ${id}`,
        `update item set id = ${other} where id = ${id} and not exists (select from item where id = ${other})`,
        `insert into full_row values (${id}, ${random(5)}) on conflict (id) do update set shelf = excluded.shelf`,
        `delete from full_row where id = ${id}`,
      ][random(6)]!,
    );
  }
  await reruns('select 1');
  await expect
    .poll(async () => {
      await live.quiet();
      const wrong = [];
      for (const [index, query] of queries.entries()) {
        const fresh = await live.api.text(`query${query}`, 'anon');
        if (heard[index]?.texts.at(-1) !== fresh) wrong.push([query, heard[index]?.texts.at(-1), fresh]);
      }
      return wrong;
    })
    .toEqual([]);
}, 60_000);
