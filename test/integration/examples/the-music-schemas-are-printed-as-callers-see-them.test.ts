import { readFileSync, writeFileSync } from 'node:fs';
import { printSchema } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { load } from '../../../examples/music/index.ts';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const MUSIC = new URL('../../../examples/music/', import.meta.url);

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  const client = new pg.Client(database.platformUrl);
  await client.connect();
  await load(client);
  await client.end();
  api = await openDataApi(database);
});

afterAll(async () => {
  await api.close();
  await database.drop();
});

test.each([
  ['anon', 'schema.graphql'],
  ['service_role', 'client/schema.graphql'],
])('what %s may ask is printed in %s (UPDATE_SCHEMA=1 rewrites it)', async (role, name) => {
  const file = new URL(name, MUSIC);
  const { schema } = await api.engine.get(role);
  const printed = `${printSchema(schema)}\n`;
  if (process.env.UPDATE_SCHEMA === '1') writeFileSync(file, printed);
  expect(readFileSync(file, 'utf8')).toBe(printed);
});
