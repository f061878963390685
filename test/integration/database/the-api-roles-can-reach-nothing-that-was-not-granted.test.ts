import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { query } from '../../support/query.ts';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`create table public.secret (id int, owner text); insert into public.secret values (1, 'somebody');
    alter table public.secret enable row level security`);
  client = new Client({ connectionString: database.apiUrl });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

async function as(role: string, statement: string): Promise<unknown[]> {
  await client.query('begin');
  try {
    await client.query('select set_config($1, $2, true)', ['role', role]);
    return (await client.query(statement)).rows;
  } finally {
    await client.query('rollback');
  }
}

const FORBIDDEN = [
  'create table public.mine (id int)',
  'create temporary table mine (id int)',
  'create schema mine',
  'create function public.mine() returns int language sql as $$ select 1 $$',
  'create role mine',
  'alter role authenticator superuser',
  'alter role anon bypassrls',
  'grant service_role to anon',
  'select * from public.secret',
  'select * from goforward.api_key',
  'select * from goforward._prisma_migrations',
  'select rolpassword from pg_authid',
  `select pg_read_file('/etc/passwd')`,
  `copy (select 1) to program 'true'`,
  'set session authorization postgres',
];

describe.each(['anon', 'authenticated'])('%s', (role) => {
  it.each(FORBIDDEN)('may not: %s', async (statement) => {
    await expect(as(role, statement)).rejects.toMatchObject({ code: '42501' });
  });
});

it.each(FORBIDDEN)('the API login itself may not: %s', async (statement) => {
  await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
});

it('lets the API login become the three roles and nobody else', async () => {
  for (const role of ['anon', 'authenticated', 'service_role']) {
    expect(await as(role, 'select current_user::text as name')).toEqual([{ name: role }]);
  }
  for (const role of ['postgres', 'goforward_platform', 'pg_read_all_data', 'pg_execute_server_program']) {
    await expect(as(role, 'select 1')).rejects.toMatchObject({ code: '42501' });
  }
});

it('lets service_role read and write what others made, past row level security, but change no schema', async () => {
  expect(await as('service_role', 'select * from public.secret')).toEqual([{ id: 1, owner: 'somebody' }]);
  expect(await as('service_role', 'update public.secret set id = 2 returning id')).toEqual([{ id: 2 }]);
  for (const statement of [
    'create table public.mine (id int)',
    'create temporary table mine (id int)',
    'create role mine',
  ]) {
    await expect(as('service_role', statement)).rejects.toMatchObject({ code: '42501' });
  }
});

it('keeps the platform login below a superuser, though owner of its schemas', async () => {
  const { platformUrl } = database;
  await query(
    platformUrl,
    'create table public.made (id int); drop table public.made; create schema made; drop schema made',
  );
  await query(
    platformUrl,
    'create role made_by_platform; grant anon to made_by_platform; drop role made_by_platform',
  );
  for (const statement of [
    'alter role goforward_platform superuser',
    'alter role goforward_platform bypassrls',
    'set role postgres',
    'alter system set log_statement = none',
    'create role mine superuser',
    `select pg_read_file('/etc/passwd')`,
    `copy (select 1) to program 'true'`,
    'create or replace function goforward.notify_ddl() returns event_trigger language plpgsql as $$ begin end $$',
  ]) {
    await expect(query(platformUrl, statement), statement).rejects.toMatchObject({ code: '42501' });
  }
});
