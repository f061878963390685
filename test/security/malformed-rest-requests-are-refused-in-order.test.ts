/** 5,000 spoilt requests; `npm run fuzz` sends 100,000. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { fuzzRest } from './reference/rest-fuzz.ts';

const REQUESTS = 5_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

test('never a 5xx, a stack, a statement or a path; nobody waits', { timeout: 120_000 }, async () => {
  const { facts, failure } = await fuzzRest(database, { requests: REQUESTS, seed: 20_251_125 });
  expect(failure).toBeUndefined();
  expect(facts.requests).toBe(REQUESTS);
  // Spoilt too much they would all fail in the same place.
  expect(facts.byStatus['200'] ?? 0).toBeGreaterThan(REQUESTS / 50);
  expect(facts.byStatus['400'] ?? 0).toBeGreaterThan(REQUESTS / 10);
});
