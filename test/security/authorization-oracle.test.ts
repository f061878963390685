/** Every answer is the one that plain SQL gives to that caller, on databases, policies, grants and questions drawn at random. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type OracleInput, runOracle } from './reference/oracle.ts';
import type { CallerModel } from './reference/schema-model.ts';

/** Fixed, so that a failure in CI is not a matter of luck; `npm run fuzz` draws others. */
const SEED = 20_261_122;
const CASES = 1000;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
});

test('the server answers and refuses as PostgreSQL does', { timeout: 180_000 }, async () => {
  const result = await runOracle({ ...database, cases: CASES, seed: SEED });
  expect(result.failure).toBeUndefined();
  // A run that only refuses, or finds no rows, would prove nothing.
  expect(result.answered).toBeGreaterThan(CASES / 2);
  expect(result.withRows).toBeGreaterThan(CASES / 4);
  expect(result.refused).toBeGreaterThan(CASES / 10);
  expect(result.overRest).toBeGreaterThan(CASES / 3);
});

const swap = ({ role, claims }: CallerModel): CallerModel => ({
  role,
  claims: { ...claims, sub: claims.sub === 'u1' ? 'u2' : 'u1' },
});

/** A server, or a reference, that is wrong on purpose. */
const WRONG: Record<string, Pick<OracleInput, 'sabotage' | 'mistaken'>> = {
  "the reference sees every caller's rows": {
    mistaken: (query) => ({ ...query, caller: { ...query.caller, role: 'service_role' } }),
  },
  'the server runs everything as the service': {
    sabotage: { caller: (caller) => ({ ...caller, role: 'service_role' }) },
  },
  "the server brings another user's claims": { sabotage: { caller: swap } },
  'the server forgets the claims': { sabotage: { caller: ({ role }) => ({ role, claims: {} }) } },
  'the schema offers columns that were not granted': {
    sabotage: { grants: (grants) => ({ ...grants, canSelect: () => true }) },
  },
  'the schema hides a column that was granted': {
    sabotage: {
      grants: (grants) => ({
        ...grants,
        canSelect: (column) => column.name !== 'tenant' && grants.canSelect(column),
      }),
    },
  },
  'the schema offers functions that were not granted': {
    sabotage: { grants: (grants) => ({ ...grants, canExecute: () => true }) },
  },
  'a negation is lost': { sabotage: { sql: (text) => text.replaceAll('not (', '(') } },
  'an order is turned round': { sabotage: { sql: (text) => text.replaceAll(' desc', '') } },
  'nulls stand at the wrong end': {
    sabotage: { sql: (text) => text.replaceAll(/ nulls (first|last)/g, '') },
  },
  'a page is a row too long': { sabotage: { sql: (text) => text.replaceAll('limit 2', 'limit 3') } },
  'an offset is ignored': { sabotage: { sql: (text) => text.replaceAll('offset 1', 'offset 0') } },
  'half of a composite key ties rows': {
    sabotage: { sql: (text) => text.replaceAll(/ and "?\w+"?\."?b"? = "?\w+"?\."?f\d_b"?/g, '') },
  },
  'a distinct count counts all': {
    sabotage: { sql: (text) => text.replaceAll('count(distinct ', 'count(') },
  },
};

describe('the oracle notices when', () => {
  test.each(Object.entries(WRONG))('%s', { timeout: 120_000 }, async (_name, wrong) => {
    const { failure } = await runOracle({ ...database, ...wrong, cases: 4000, seed: SEED, shrink: false });
    expect(failure).toMatch(/^(expected|PostgreSQL refuses|the server refuses|the schema of the role)/);
  });
});
