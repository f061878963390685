import { printType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table country (id int primary key, name text not null, secret text);
    create table city (id int primary key, name text not null, country_id int not null references country,
      capital_of int references country, population bigint);
    create table half_key (a int, b int, note text, primary key (a, b));
    create table locked (id int primary key, country_id int not null references country);
    create function big_cities() returns setof city language sql stable as $$ select * from city $$;
    create function shout(country) returns text language sql stable as $$ select upper($1.name) $$;
    revoke execute on function big_cities() from public;

    grant select (id, name) on country to anon;
    grant select (id, name, population) on city to anon;
    grant select (a, note) on half_key to anon;
    grant select on country, city, locked to authenticated;
    grant execute on function big_cities() to authenticated;
    grant insert, update, delete on country to authenticated;
    alter table country enable row level security;
    create policy read_all on country for select to authenticated using (true);
    insert into country values (1, 'Chile', 'x'); insert into city values (1, 'Arica', 1, null, 220000)`);
  api = await openDataApi(database);
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

/** What the platform offers every role. */
const OWN = [
  ...['authSettings', 'me', 'myApiKeys', 'myFactors', 'myPasskeys', 'mySessions', 'recoveryCodesLeft'],
];

async function fieldsOf(role: string, type: string): Promise<string[]> {
  const { schema } = await api.engine.get(role);
  const found = schema.getType(type);
  return found && 'getFields' in found ? Object.keys(found.getFields()) : [];
}

test('a role sees the columns that it may select, in every type of the table', async () => {
  expect(await fieldsOf('anon', 'country')).toEqual(['id', 'name', 'node_id']);
  expect(await fieldsOf('anon', 'country_bool_exp')).toEqual(['_and', '_not', '_or', 'id', 'name']);
  expect(await fieldsOf('anon', 'country_order_by')).toEqual(['id', 'name']);
  expect(await fieldsOf('anon', 'country_max_fields')).toEqual(['id', 'name']);
  const { schema } = await api.engine.get('anon');
  expect(printType(schema.getType('country_select_column')!)).not.toContain('secret');
  expect(await fieldsOf('authenticated', 'country')).toEqual([
    ...['cities_by_capital_of', 'cities_by_capital_of_aggregate', 'cities_by_capital_of_connection'],
    ...['cities_by_capital_of_group_by', 'cities_by_country_id', 'cities_by_country_id_aggregate'],
    ...['cities_by_country_id_connection', 'cities_by_country_id_group_by', 'id'],
    ...['lockeds', 'lockeds_aggregate', 'lockeds_connection', 'lockeds_group_by'],
    ...['name', 'node_id', 'secret', 'shout'],
  ]);
});

test('a relation needs the columns of its key on both sides', async () => {
  expect(await fieldsOf('anon', 'city')).toEqual(['id', 'name', 'node_id', 'population']);
  expect(await fieldsOf('authenticated', 'city')).toContain('country');
});

test('a look-up needs every column of the key', async () => {
  expect(await fieldsOf('anon', 'query_root')).toEqual([
    ...['city', 'city_aggregate', 'city_by_pk', 'city_connection', 'city_group_by'],
    ...['country', 'country_aggregate', 'country_by_pk', 'country_connection', 'country_group_by'],
    ...['half_key', 'half_key_aggregate', 'half_key_group_by', 'node'],
    ...OWN,
  ]);
});

test('a function needs its own grant, a computed field the whole row', async () => {
  expect(await fieldsOf('anon', 'country')).not.toContain('shout');
  expect(await fieldsOf('authenticated', 'query_root')).toEqual(
    expect.arrayContaining(['big_cities', 'big_cities_aggregate']),
  );
});

test('a relation is certain only where nothing can hide the row', async () => {
  const { schema } = await api.engine.get('authenticated');
  expect(printType(schema.getType('city')!)).toMatch(/^ {2}country: country$/m);
  await database.sql('alter table country disable row level security');
  await api.catalog.reload();
  const { schema: open } = await api.engine.get('authenticated');
  expect(printType(open.getType('city')!)).toMatch(/^ {2}country: country!$/m);
  expect(printType(open.getType('city')!)).toMatch(/^ {2}capital_of_by_capital_of: country$/m);
});

test('what a role sees, it may read', async () => {
  for (const role of ['anon', 'authenticated', 'service_role']) {
    const { schema } = await api.engine.get(role);
    for (const root of Object.keys(schema.getQueryType()!.getFields()).filter(
      (name) => !/_(aggregate|connection|group_by)$/.test(name) && schema.getType(name),
    )) {
      const type = schema.getType(root) as unknown as { getFields(): Record<string, { type: unknown }> };
      const scalars = Object.entries(type.getFields())
        .filter(([, { type: of }]) => /^(Int|String|bigint)!?$/.test(String(of)))
        .map(([name]) => name);
      const answer = await api.ask(`{ ${root} { ${scalars.join(' ')} } }`, role);
      expect(answer.errors, `${role} reads ${root}`).toBeUndefined();
    }
  }
});

test('a role without any grant is told that there is nothing', async () => {
  await database.sql('create role nobody_at_all nologin; grant nobody_at_all to authenticator');
  try {
    expect(await fieldsOf('nobody_at_all', 'query_root')).toEqual(['no_queries_available', ...OWN]);
    expect(await api.ask('{ no_queries_available }', 'nobody_at_all')).toEqual({
      data: { no_queries_available: '' },
    });
  } finally {
    await database.sql('drop role nobody_at_all');
  }
});

test.each(['not_a_role', 'goforward_platform'])(
  'the role %s, which the API may not become, has no schema and reads nothing',
  async (role) => {
    await expect(fieldsOf(role, 'query_root')).rejects.toMatchObject({ code: 'access-denied' });
    const answer = await api.ask('{ __schema { queryType { name } } }', role);
    expect(answer).toEqual({ errors: [expect.objectContaining({ extensions: expect.anything() })] });
    expect(answer.errors?.[0]?.extensions.code).toBe('access-denied');
  },
);
