/** Every answer is the one that plain SQL gives to that caller, on databases, policies, grants and questions drawn at random. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import type { QueryModel } from './reference/query-model.ts';
import { runOracle } from './reference/oracle.ts';
import type { Sabotage } from './reference/subject.ts';

/** Fixed, so that a failure in CI is not a matter of luck; `npm run fuzz` draws others. */
const SEED = 20_261_122;
const CASES = 500;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
});

test('the server answers and refuses as PostgreSQL does', { timeout: 240_000 }, async () => {
  const result = await runOracle({ ...database, cases: CASES, seed: SEED });
  expect(result.failure).toBeUndefined();
  console.log(result);
});
