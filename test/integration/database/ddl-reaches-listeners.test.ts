import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { query } from '../../support/query.ts';

let database: TestDatabase;
let listener: Client;
let heard: number;

beforeAll(async () => {
  database = await createTestDatabase();
  listener = new Client({ connectionString: database.platformUrl });
  await listener.connect();
  listener.on('notification', ({ channel }) => {
    if (channel === 'goforward_ddl') heard += 1;
  });
  await listener.query('listen goforward_ddl');
});

afterAll(async () => {
  await listener.end();
  await database.drop();
});

beforeEach(() => {
  heard = 0;
});

/** Notifications come before the answer of the next query, so nothing has to be waited for. */
async function hearing(url: string, statement: string): Promise<boolean> {
  await query(url, statement);
  await listener.query('select 1');
  const before = heard;
  heard = 0;
  return before > 0;
}

it.each([
  'create table public.thing (id int primary key, note text)',
  'alter table public.thing add column more text',
  'comment on column public.thing.more is $$more$$',
  'grant select on public.thing to anon',
  'create policy everybody on public.thing using (true)',
  'create function public.twice(n int) returns int language sql immutable as $$ select n * 2 $$',
  'revoke select on public.thing from anon',
  'drop function public.twice(int)',
  'drop table public.thing',
])('tells of: %s', async (statement) => {
  expect(await hearing(database.platformUrl, statement)).toBe(true);
});

it('tells of what a superuser does, too', async () => {
  expect(
    await hearing(database.adminUrl, 'create table public.other (id int); drop table public.other'),
  ).toBe(true);
});

it('is silent about temporary tables and about data', async () => {
  expect(await hearing(database.adminUrl, 'create temporary table note (id int); drop table note')).toBe(
    false,
  );
  await database.sql('create table public.data (id int)');
  await listener.query('select 1');
  heard = 0;
  expect(await hearing(database.adminUrl, 'insert into public.data values (1)')).toBe(false);
});

it('tells nothing of what was rolled back', async () => {
  expect(await hearing(database.adminUrl, 'begin; create table public.gone (id int); rollback')).toBe(false);
});

it('works for a role that may do nothing else, under a hostile search_path', async () => {
  await database.sql(`create role builder; create schema workshop authorization builder;
    create function workshop.pg_notify(text, text) returns void language plpgsql as $$ begin raise exception 'trapped'; end $$`);
  expect(
    await hearing(
      database.adminUrl,
      'set search_path = workshop, pg_catalog; set role builder; create table workshop.bench (id int)',
    ),
  ).toBe(true);
  await database.sql('drop schema workshop cascade; drop role builder');
});
