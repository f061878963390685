import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RowChange } from '../../../src/realtime/changes/change.ts';
import { comparePositions } from '../../../src/realtime/changes/cursor.ts';
import { type CaptureUnderTest, captureChanges } from '../../support/capture.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { query } from '../../support/query.ts';

let database: TestDatabase;
let captured: CaptureUnderTest;

const row = (change: unknown) => {
  const { kind, relation, old, new: now } = change as RowChange;
  return [kind, relation.name, old, now];
};

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table note (id int primary key, body text, doubled int generated always as (id * 2) stored);
    create table whole (id int primary key, body text);
    alter table whole replica identity full;
    create table loose (body text);
    create table parted (id int, region text, primary key (id, region)) partition by list (region);
    create table parted_a partition of parted for values in ('a');
    create schema hidden;
    create table hidden.secret (id int primary key);
  `);
  captured = await captureChanges(database);
  await captured.capture.ready;
});

afterAll(async () => {
  await captured?.stop();
  await database?.drop();
});

async function changesOf(sql: string, count: number) {
  const before = captured.changes().length;
  await database.sql(sql);
  return (await captured.until(before + count)).slice(before);
}

test('rows come as PostgreSQL prints them; of the old row what the replica identity tells', async () => {
  const changes = await changesOf(
    `insert into note values (1, 'a'), (2, null); update note set body = 'b' where id = 1;
     update note set id = 3 where id = 2; delete from note where id = 1; truncate note`,
    6,
  );
  expect(changes.map(row)).toEqual([
    ['insert', 'note', undefined, ['1', 'a', '2']],
    ['insert', 'note', undefined, ['2', null, '4']],
    ['update', 'note', undefined, ['1', 'b', '2']],
    ['update', 'note', ['2', undefined, undefined], ['3', null, '6']],
    ['delete', 'note', ['1', undefined, undefined], undefined],
    ['truncate', 'note', undefined, undefined],
  ]);
});

test('with the replica identity full the old row is whole, and a long value that did not change is known', async () => {
  const long = `(select string_agg(md5(i::text), '') from generate_series(1, 400) i)`;
  const changes = await changesOf(
    `insert into whole select 1, ${long}; update whole set id = 2; delete from whole`,
    3,
  );
  const [inserted, updated, deleted] = changes as RowChange[];
  const body = inserted?.new?.[1];
  expect(body).toHaveLength(12_800);
  expect(updated?.old).toEqual(['1', body]);
  expect(updated?.new).toEqual(['2', body]);
  expect(deleted?.old).toEqual(['2', body]);
});

test('a long value that did not change is unknown where nobody tells it, which is not null', async () => {
  const long = `(select string_agg(md5(i::text), '') from generate_series(1, 400) i)`;
  const changes = await changesOf(
    `insert into note select 7, ${long}; update note set id = 8 where id = 7`,
    2,
  );
  expect((changes[1] as RowChange).new).toEqual(['8', undefined, '16']);
});

test('a table without a replica identity can still be written to, and its insertions come', async () => {
  const changes = await changesOf(
    `insert into loose values ('a'); update loose set body = 'b'; insert into loose values ('c')`,
    2,
  );
  expect(changes.map(row)).toEqual([
    ['insert', 'loose', undefined, ['a']],
    ['insert', 'loose', undefined, ['c']],
  ]);
});

test('a table that loses its primary key can be updated at once', async () => {
  await database.sql(`create table fading (id int constraint fading_key primary key)`);
  const [mine] = await database.sql<{ mine: string }>(
    `select published as mine from goforward.publish_tables('{public}', '{}') where table_oid = 'fading'::regclass`,
  );
  expect(mine?.mine).toBe('all');
  await database.sql(`alter table fading drop constraint fading_key; insert into fading values (1)`);
  await expect(database.sql('update fading set id = 2')).resolves.toEqual([]);
});

test('partitions speak as their root; what is not exposed is not told', async () => {
  const changes = await changesOf(
    `insert into hidden.secret values (1); insert into parted values (1, 'a')`,
    1,
  );
  expect(changes.map(row)).toEqual([['insert', 'parted', undefined, ['1', 'a']]]);
});

test('transactions come whole, in the order of their commits, with rising cursors', async () => {
  const before = captured.changes().length;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let index = 0; index < 10; index += 1)
      await query(
        database.adminUrl,
        `insert into note select ${1000 + writer * 100 + index * 10} + i, 'w' from generate_series(0, 4) i`,
      );
  });
  await Promise.all(writers);
  const changes = (await captured.until(before + 400)).slice(before) as RowChange[];
  expect(changes).toHaveLength(400);
  for (const [index, change] of changes.entries()) {
    const next = changes[index + 1];
    if (next) expect(comparePositions(change, next)).toBeLessThan(0);
    expect(change.sequence).toBe(index % 5);
  }
});

test('what is handed out can be seen by then', async () => {
  const stale: unknown[] = [];
  const checks: Promise<void>[] = [];
  const stop = captured.feed.listen({
    onReset: () => undefined,
    onBatch: (batch) => {
      const newest = captured.changes().at(-1) as RowChange;
      if (batch.relations.size > 0 && newest.relation.name === 'whole')
        checks.push(
          query(database.adminUrl, 'select body from whole where id = 100').then(([found]) => {
            if (Number(found?.body) < Number(newest.new?.[1])) stale.push([found, newest.new]);
          }),
        );
    },
  });
  const before = captured.changes().length;
  await database.sql(`insert into whole values (100, '0')`);
  for (let index = 1; index <= 200; index += 1)
    await database.sql(`set synchronous_commit = on; update whole set body = '${index}' where id = 100`);
  await captured.until(before + 201);
  stop();
  await Promise.all(checks);
  expect(checks.length).toBeGreaterThan(20);
  expect(stale).toEqual([]);
});

test('a server that comes back hands out what happened meanwhile, once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'goforward-history-'));
  const own = await createTestDatabase();
  try {
    await own.sql('create table event (id int primary key)');
    const first = await captureChanges(own, { directory });
    await first.capture.ready;
    await own.sql('insert into event values (1), (2)');
    await first.until(2);
    const position = first.feed.position;
    await first.stop();
    await own.sql('insert into event values (3); insert into event values (4)');
    const second = await captureChanges(own, { directory });
    const changes = (await second.until(2)) as RowChange[];
    expect(changes.map((change) => change.new)).toEqual([['3'], ['4']]);
    expect(second.feed.epoch).toBe(first.feed.epoch);
    // It is handed out before it is kept.
    await expect
      .poll(async () => {
        let kept = 0;
        for await (const batch of second.history.read(position)) kept += batch.parts.length;
        return kept;
      })
      .toBe(2);
    expect(second.resets()).toBe(0);
    await second.stop();
  } finally {
    await own.drop();
    await rm(directory, { recursive: true, force: true });
  }
});

test('a slot that was lost begins a new stream, and everybody is told', async () => {
  const own = await createTestDatabase();
  try {
    await own.sql('create table event (id int primary key)');
    const running = await captureChanges(own);
    await running.capture.ready;
    const { epoch } = running.feed;
    await own.sql(`select pg_terminate_backend(active_pid) from pg_replication_slots
      where database = current_database() and active;`);
    for (let dropped = false; !dropped; )
      dropped = await own
        .sql(
          'select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database()',
        )
        .then((rows) => rows.length > 0)
        .catch(() => false);
    await expect.poll(() => running.resets(), { timeout: 10_000 }).toBe(1);
    expect(running.feed.epoch).not.toBe(epoch);
    await expect.poll(() => running.capture.state).toBe('streaming');
    await own.sql('insert into event values (1)');
    expect((await running.until(1)).map(row)).toEqual([['insert', 'event', undefined, ['1']]]);
    await running.stop();
  } finally {
    await own.drop();
  }
});
