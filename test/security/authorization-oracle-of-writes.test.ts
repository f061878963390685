/** Every write leaves, answers and is refused what plain SQL of that caller leaves, answers and is refused; databases and mutations are drawn at random. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import type { Sabotage } from './reference/subject.ts';
import { runWriteOracle } from './writes/write-oracle.ts';

/** Fixed, so that a failure in CI is not a matter of luck; `npm run fuzz` draws others. */
const SEED = 20_261_125;
const CASES = 500;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
});

test('the server writes, answers and refuses as PostgreSQL does', { timeout: 180_000 }, async () => {
  // Some draws end a database early, so a few more are asked for than are wanted.
  const result = await runWriteOracle({ ...database, cases: CASES * 1.3, seed: SEED });
  expect(result.failure).toBeUndefined();
  expect(result.cases).toBeGreaterThan(CASES);
  // A run that only refuses, or writes nothing, would prove nothing.
  expect(result.written).toBeGreaterThan(CASES / 8);
  expect(result.overRest).toBeGreaterThan(CASES / 2);
  expect(result.byGrants).toBeGreaterThan(CASES / 10);
  expect(result.byPolicies).toBeGreaterThan(CASES / 20);
  expect(result.byOthers).toBeGreaterThan(CASES / 20);
});

const replaced = (pattern: RegExp, by: string): Sabotage => ({ sql: (text) => text.replaceAll(pattern, by) });

/** A server that is wrong on purpose. */
const WRONG: Record<string, Sabotage> = {
  'everything runs as the service': { caller: (caller) => ({ ...caller, role: 'service_role' }) },
  "another user's claims are brought": {
    caller: ({ role, claims }) => ({ role, claims: { ...claims, sub: claims.sub === 'u1' ? 'u2' : 'u1' } }),
  },
  'the claims are forgotten': { caller: ({ role }) => ({ role, claims: {} }) },
  'a column that may not be inserted is offered': {
    grants: (grants) => ({ ...grants, canInsert: () => true }),
  },
  'a column that may not be updated is offered': {
    grants: (grants) => ({ ...grants, canUpdate: () => true }),
  },
  'a column that may not be read is offered': { grants: (grants) => ({ ...grants, canSelect: () => true }) },
  'a delete that was not granted is offered': { grants: (grants) => ({ ...grants, canDelete: () => true }) },
  'a delete that was granted is hidden': { grants: (grants) => ({ ...grants, canDelete: () => false }) },
  'a column that may be inserted is hidden': {
    grants: (grants) => ({ ...grants, canInsert: (one) => one.name !== 'tenant' && grants.canInsert(one) }),
  },
  'a column that may be updated is hidden': {
    grants: (grants) => ({ ...grants, canUpdate: (one) => one.name !== 'tenant' && grants.canUpdate(one) }),
  },
  'an update forgets its condition': replaced(
    /(update public.*? where )(.*?)( returning)/gs,
    '$1(($2) or true)$3',
  ),
  'a delete forgets its condition': replaced(
    /(delete from public.*? where )(.*?)( returning)/gs,
    '$1(($2) or true)$3',
  ),
  'a row too many is counted': replaced(/count\(\*\)::text/g, '(count(*) + 1)::text'),
  'an upsert updates nothing': replaced(/do update set .*? returning/gs, 'do nothing returning'),
  'a conflict is not expected': replaced(/ on conflict on constraint \w+ do nothing/g, ''),
  'an upsert forgets its condition': replaced(
    /(do update set .*? where )(.*?)( returning)/gs,
    '$1(($2) or true)$3',
  ),
  'an increment decrements': replaced(/ \+ /g, ' - '),
  'what is appended comes first': replaced(/= (\w+\.data) \|\| (\$\d+::jsonb)/g, '= $2 || $1'),
  'a path is a key': replaced(/ #- (\$\d+)::text\[\]/g, ' - ($1::text[])[1]'),
  'all children belong to the first row': replaced(/\.o = i\.p\d/g, '.o = 1'),
  'rows are written backwards': replaced(/order by i\.o\b/g, 'order by i.o desc'),
  'a parent that was swallowed is not missed': replaced(
    /case when count\(\*\) = /g,
    'case when 0 = 0 or 0 = ',
  ),
  'rows of children are not counted': replaced(
    /select count\(\*\)::text, null from w/g,
    "select '0', null from w",
  ),
  'a column too many is written': replaced(/set owner = /g, 'set hidden = null, owner = '),
};

describe('the oracle of writes notices when', () => {
  test.each(Object.entries(WRONG))('%s', { timeout: 120_000 }, async (_name, sabotage) => {
    const { failure } = await runWriteOracle({
      ...database,
      sabotage,
      cases: 5000,
      seed: SEED,
      shrink: false,
    });
    expect(failure).toMatch(
      /^(expected|PostgreSQL refuses|the server refuses|the schema of the role|the tables hold|a parent)/,
    );
  });
});
