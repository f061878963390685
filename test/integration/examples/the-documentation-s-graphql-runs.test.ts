/**
 * Every ```graphql block of the documentation runs against the music store, as the service. A ```json block right behind it holds
 * its variables (`json variables`) or what it answers (`json answer`).
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { load } from '../../../examples/music/index.ts';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const text = readFileSync(new URL('../../../docs/graphql.md', import.meta.url), 'utf8');
const BLOCK =
  /```graphql\n(?<query>[\s\S]*?)```(?:\s*```json variables\n(?<variables>[\s\S]*?)```)?(?:\s*```json answer\n(?<answer>[\s\S]*?)```)?/g;
const examples = [...text.matchAll(BLOCK)].map(({ groups, index }) => ({
  line: text.slice(0, index).split('\n').length,
  query: groups!.query!,
  variables: JSON.parse(groups!.variables ?? '{}') as Record<string, unknown>,
  answer: groups!.answer,
}));

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  const platform = new pg.Client({ connectionString: database.platformUrl });
  await platform.connect();
  await load(platform);
  await platform.end();
  api = await openDataApi(database);
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

test('there are examples', () => {
  expect(examples.length).toBeGreaterThanOrEqual(6);
  expect(examples.filter(({ answer }) => answer).length).toBeGreaterThanOrEqual(4);
});

test.each(examples)('line $line', async ({ query, variables, answer }) => {
  const given = await api.ask(query, 'service_role', variables);
  expect(given.errors).toBeUndefined();
  if (answer) expect(given.data).toEqual(JSON.parse(answer));
});
