import { getVariableValues } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileQuery } from '../../../src/data/sql/compile.ts';
import { bind } from '../../../src/data/sql/value.ts';
import { RequestVariables } from '../../../src/graphql/lower/request-variables.ts';
import { lowerTableFields } from '../../../src/graphql/lower/selection.ts';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

/** PostgreSQL takes 1,664 entries in a select list and 63 bytes in a name. */
const ALIASES = 1700;

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table person (id int primary key, name text, boss_id int references person);
    insert into person values (1, 'Ann', null), (2, 'Ben', 1);
    grant select on person to anon`);
  api = await openDataApi(database, {
    env: {
      GOFORWARD_API_GRAPHQL_ALIASES: '100000',
      GOFORWARD_API_GRAPHQL_TOKENS: '1000000',
      GOFORWARD_API_GRAPHQL_DOCUMENT_BYTES: '10000000',
      GOFORWARD_API_GRAPHQL_ROOT_FIELDS: '10000',
    },
  });
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

const many = (field: string) =>
  Array.from({ length: ALIASES }, (_, index) => `a${index}: ${field}`).join(' ');

test.each([
  ['of one row', `{ person_by_pk(id: 2) { ${many('name')} } }`, 'person_by_pk'],
  [
    'of listed rows with a relation',
    `{ person(where: {id: {_eq: 2}}) { boss { id } ${many('name')} } }`,
    'person',
  ],
  ['of a related row', `{ person(where: {boss: {}}) { boss { ${many('id')} } } }`, 'person'],
])('%s', async (_, query, root) => {
  const answer = await api.ask(query);
  expect(answer.errors).toBeUndefined();
  const text = JSON.stringify(answer.data?.[root]);
  expect(text.match(/"a\d+":/g)).toHaveLength(ALIASES);
  expect(text).toContain(`"a${ALIASES - 1}":`);
});

test('of the root', async () => {
  const answer = await api.ask(`{ ${many('person_by_pk(id: 1) { id }')} }`);
  expect(answer.errors).toBeUndefined();
  expect(Object.values(answer.data ?? {}).filter((one) => JSON.stringify(one) === '{"id":1}')).toHaveLength(
    ALIASES,
  );
});

test('of an aggregate: its numbers are one select list, and too many are refused', async () => {
  const fits = await api.ask(`{ person_aggregate { aggregate { ${many('count').split(' a1600:')[0]} } } }`);
  expect(fits.errors).toBeUndefined();
  expect(JSON.stringify(fits.data).match(/"a\d+":2/g)).toHaveLength(1600);
  const answer = await api.ask(`{ person_aggregate { aggregate { ${many('count')} } } }`);
  expect(answer.errors?.map((error) => error.extensions.code)).toEqual(['limit-exceeded']);
});

test('PostgreSQL 15, which has no json_object, answers the same', async () => {
  const long = 'k'.repeat(70);
  const query = `{ person(order_by: {id: asc}) { ${long}1: name ${long}2: boss { ${long}: name } ${many('id')} }
    ${long}: person_aggregate { aggregate { ${long}3: count } nodes { ${long}4: id } } none: person_by_pk(id: 9) { ${long}: id } }`;
  const roleSchema = await api.engine.get('anon');
  const { operation } = roleSchema.document(query).operation(undefined);
  const { coerced = {} } = getVariableValues(roleSchema.schema, [], {});
  const plan = lowerTableFields(operation.selectionSet, roleSchema.schema.getQueryType()!, {
    variables: new RequestVariables(coerced),
    fragments: new Map(),
  });
  const { text, parameters } = compileQuery(plan, { ...roleSchema.catalog, serverVersion: 150_000 }, 1000);
  expect(text).toContain('json_build_object(');
  expect(text).not.toMatch(/\bjson_object\(/);
  const [row] = await database.sql<{ answer: string }>(`select (${text}) as answer`, bind(parameters, {}));
  expect(JSON.parse(row?.answer ?? '')).toEqual((await api.ask(query)).data);
});
