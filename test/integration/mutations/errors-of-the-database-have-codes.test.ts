/** Errors that PostgreSQL has a code of its own for, and what they are called in the answer. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create extension ltree schema extensions;
    create table place (id int primary key, path extensions.ltree, data jsonb);
    create table visit (id int primary key, place_id int references place on delete restrict);
    insert into place values (1, 'a.b');
    insert into visit values (1, 1);
    grant all on place, visit to service_role;`);
  api = await openDataApi(database);
});
afterAll(async () => {
  await api.close();
  await database.drop();
});

test.each([
  [
    'a row that others hold fast',
    'mutation { delete_place(where: {}) { affected_rows } }',
    { code: 'constraint-violation', constraint: 'visit_place_id_fkey' },
  ],
  [
    'a label that is none',
    '{ place(where: {path: {_ancestor_any: ["a..b"]}}) { id } }',
    { code: 'parse-failed', sqlState: '42601' },
  ],
  [
    'a label that is none, written',
    'mutation { insert_place_one(object: {id: 2, path: "a..b"}) { id } }',
    { code: 'parse-failed', sqlState: '42601' },
  ],
])('%s', async (_name, query, extensions) => {
  const { errors, data } = await api.ask(query, 'service_role');
  expect({ data, errors }).toMatchObject({ data: null, errors: [{ extensions }] });
  expect(api.observations.filter(({ type }) => type === 'unexpected-error')).toEqual([]);
});
