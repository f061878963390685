/** Our reading of variables and that of graphql-js agree on every value: what it takes, and what comes of it. */
import * as fc from 'fast-check';
import { buildSchema, GraphQLError, getVariableValues, parse, type VariableDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { VariableErrors, VariableReader } from '../../../src/graphql/variables.ts';

const schema = buildSchema(`
  enum Direction { asc desc }
  input Comparison { _eq: Int _in: [Int!] _is_null: Boolean }
  input Where { _and: [Where!] _not: Where id: Comparison name: String }
  input Row { id: Int! name: String tags: [String!] direction: Direction = asc matrix: [[Int!]!] child: Row }
  type Query { a(where: Where, rows: [Row!]!, ids: [Int], direction: Direction, row: Row!): Int }
`);

function definitionsOf(text: string): readonly VariableDefinitionNode[] {
  const [operation] = parse(`query (${text}) { a }`).definitions;
  return (operation as { variableDefinitions: readonly VariableDefinitionNode[] }).variableDefinitions;
}

const definitions = definitionsOf(
  '$where: Where, $rows: [Row!]!, $ids: [Int] = [1, null], $direction: Direction = desc, $row: Row!',
);

const leaf = fc.oneof(
  fc.constantFrom(null, undefined, true, 'asc', 'x', '7', 0, 1.5, 2 ** 40, {}, [], [null]),
  fc.integer({ min: -5, max: 5 }),
);
const key = fc.constantFrom(
  ...[
    'id',
    'name',
    'tags',
    'direction',
    'matrix',
    'child',
    '_and',
    '_not',
    '_eq',
    '_in',
    '_is_null',
    'other',
    '__proto__',
  ],
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    fc.record(
      { id: fc.integer(), name: fc.string(), tags: fc.array(fc.string(), { maxLength: 2 }) },
      { requiredKeys: ['id'] },
    ),
  ),
}));
const variables = fc.dictionary(
  fc.constantFrom('where', 'rows', 'ids', 'direction', 'row', 'unknown'),
  value as fc.Arbitrary<unknown>,
);

/** As it comes out of JSON. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

test('the same values, and errors where it has errors', () => {
  let taken = 0;
  const row = { id: 1, name: 'a' };
  fc.assert(
    fc.property(variables, fc.boolean(), (given, complete) => {
      const request = plain(complete ? { rows: [row], row, ...given } : given) as Record<string, unknown>;
      const theirs = getVariableValues(schema, definitions, request, { maxErrors: 10 });
      const reader = new VariableReader(schema, definitions);
      if (theirs.errors) {
        expect(() => reader.read(request)).toThrow(VariableErrors);
        return;
      }
      taken += 1;
      expect(plain(reader.read(request))).toEqual(plain(theirs.coerced));
    }),
    { numRuns: 1000 },
  );
  expect(taken).toBeGreaterThan(30);
});

test('what is wrong is told in the words of graphql-js', () => {
  const reader = new VariableReader(schema, definitions);
  const request = { rows: [{ id: 1 }, { id: 'x', what: 1 }], row: null };
  const told = (() => {
    try {
      reader.read(request);
      return [];
    } catch (error) {
      return (error as VariableErrors).errors;
    }
  })();
  expect(told.every((one) => one instanceof GraphQLError)).toBe(true);
  expect(told.map(({ message }) => message)).toEqual(
    getVariableValues(schema, definitions, request, { maxErrors: 10 }).errors?.map(({ message }) => message),
  );
});

test('an array may come as the literal that PostgreSQL prints', () => {
  const reader = new VariableReader(schema, definitionsOf('$row: Row!, $ids: [Int]'));
  expect(reader.read({ row: { id: 1, tags: '{a,"b c"}' }, ids: '{1,2}' })).toEqual({
    row: { id: 1, tags: '{a,"b c"}', direction: 'asc' },
    ids: '{1,2}',
  });
});
