import { readFileSync, writeFileSync } from 'node:fs';
import { printSchema } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { load } from '../../../examples/music/index.ts';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const FILE = new URL('../../../examples/music/schema.graphql', import.meta.url);

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

test('examples/music/schema.graphql is what anon may ask (UPDATE_SCHEMA=1 rewrites it)', async () => {
  const { schema } = await api.engine.get('anon');
  const printed = `${printSchema(schema)}\n`;
  if (process.env.UPDATE_SCHEMA === '1') writeFileSync(FILE, printed);
  expect(readFileSync(FILE, 'utf8')).toBe(printed);
});
