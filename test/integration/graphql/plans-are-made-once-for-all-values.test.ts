/** A document is lowered and compiled once, whatever values its variables bring; only what shapes the statement makes another plan. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table owner (id int primary key, name text not null);
    create table item (id int primary key, name text, size int, tags text[], data jsonb, owner_id int references owner);
    insert into owner values (1, 'Ada');
    insert into item select n, 'item ' || n, n, '{}', '{}', 1 from generate_series(1, 20) n;
    grant select, insert, update, delete on all tables in schema public to anon;
  `);
  api = await openDataApi(database);
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

/** How many plans the requests made, and what they answered. */
async function plansOf(query: string, requests: readonly Record<string, unknown>[]) {
  const roleSchema = await api.engine.get('anon');
  const made = new Set<unknown>();
  const answers: unknown[] = [];
  for (const variables of requests) {
    const prepared = roleSchema.document(query).operation(undefined).prepare(variables);
    made.add(
      prepared.kind === 'query'
        ? prepared.query
        : prepared.kind === 'mutation'
          ? prepared.mutation
          : prepared,
    );
    const answer = await api.ask(query, 'anon', variables);
    expect(answer.errors).toBeUndefined();
    answers.push(answer.data);
  }
  return { plans: made.size, answers };
}

test('conditions in a variable', async () => {
  const query = 'query ($where: item_bool_exp) { item(where: $where, order_by: {id: asc}) { id } }';
  const { plans, answers } = await plansOf(query, [
    { where: { id: { _eq: 3 }, owner: { name: { _eq: 'Ada' } } } },
    { where: { id: { _eq: 4 }, owner: { name: { _eq: 'Ada' } } } },
    { where: { id: { _eq: 5 }, owner: { name: { _eq: 'Bo' } } } },
  ]);
  expect(answers).toEqual([{ item: [{ id: 3 }] }, { item: [{ id: 4 }] }, { item: [] }]);
  expect(plans).toBe(1);
});

test('lists of scalars of any length, in a condition in a variable', async () => {
  const query = 'query ($where: item_bool_exp) { item(where: $where, order_by: {id: asc}) { id } }';
  const { plans, answers } = await plansOf(query, [
    { where: { id: { _in: [1] } } },
    { where: { id: { _in: [2, 3, 99] } } },
    { where: { id: { _in: 4 } } },
  ]);
  expect(answers).toEqual([{ item: [{ id: 1 }] }, { item: [{ id: 2 }, { id: 3 }] }, { item: [{ id: 4 }] }]);
  expect(plans).toBe(1);
});

test('what shapes the statement makes another plan, and the right one', async () => {
  const query =
    'query ($where: item_bool_exp, $order: [item_order_by!]) { item(where: $where, order_by: $order, limit: 2) { id } }';
  const requests = [
    { where: { id: { _lt: 5 } }, order: [{ id: 'asc' }] },
    { where: { id: { _lt: 5 } }, order: [{ id: 'desc' }] },
    { where: { id: { _gt: 5 } }, order: [{ id: 'asc' }] },
    { where: { name: { _is_null: true } }, order: null },
    { where: { name: { _is_null: false }, id: { _eq: 1 } }, order: [] },
    { where: { id: { _lt: 4 } }, order: [{ id: 'desc' }] },
  ];
  const { plans, answers } = await plansOf(query, requests);
  const ids = (list: number[]) => ({ item: list.map((id) => ({ id })) });
  expect(answers).toEqual([ids([1, 2]), ids([4, 3]), ids([6, 7]), ids([]), ids([1]), ids([3, 2])]);
  expect(plans).toBeGreaterThanOrEqual(5);
});

test('rows to be inserted, any number of them', async () => {
  const query = `mutation ($rows: [item_insert_input!]!) {
    insert_item(objects: $rows) { affected_rows returning { id name tags data } } }`;
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: from + index,
      name: `n "${index}"`,
      data: { index },
    }));
  const { plans, answers } = await plansOf(query, [
    { rows: rows(100, 1) },
    { rows: rows(200, 3) },
    { rows: rows(300, 500) },
  ]);
  expect(
    answers.map((one) => (one as { insert_item: { affected_rows: number } }).insert_item.affected_rows),
  ).toEqual([1, 3, 500]);
  expect((answers[1] as { insert_item: { returning: unknown[] } }).insert_item.returning[2]).toEqual({
    id: 202,
    name: 'n "2"',
    tags: null,
    data: { index: 2 },
  });
  expect(plans).toBe(1);
});

test('rows with other columns, arrays, nulls, upserts and nested rows keep their meaning', async () => {
  const query = `mutation ($rows: [item_insert_input!]!, $conflict: item_on_conflict) {
    insert_item(objects: $rows, on_conflict: $conflict) { returning { id name size tags data owner { name } } } }`;
  const conflict = { constraint: 'item_pkey', update_columns: ['name', 'size'] };
  const { answers } = await plansOf(query, [
    {
      rows: [
        { id: 1001, tags: ['a', 'b,c'] },
        { id: 1002, tags: '{x,NULL}' },
        { id: 1003, tags: null },
      ],
    },
    { rows: [{ id: 1001, name: 'new', size: 5 }], conflict },
    {
      rows: [
        { id: 1004, name: null },
        { name: 'other order', id: 1005 },
      ],
    },
    {
      rows: [
        { id: 1006, data: [1, { a: null }] },
        { id: 1007, size: 3 },
      ],
    },
    {
      rows: [
        { id: 1008, owner: { data: { id: 2, name: 'Bo' } } },
        { id: 1009, owner: { data: { id: 3, name: 'Cy' } } },
      ],
    },
  ]);
  const row = (id: number, more: object = {}) => ({
    id,
    name: null,
    size: null,
    tags: null,
    data: null,
    owner: null,
    ...more,
  });
  expect(answers).toEqual([
    {
      insert_item: {
        returning: [row(1001, { tags: ['a', 'b,c'] }), row(1002, { tags: ['x', null] }), row(1003)],
      },
    },
    { insert_item: { returning: [row(1001, { name: 'new', size: 5, tags: ['a', 'b,c'] })] } },
    { insert_item: { returning: [row(1004), row(1005, { name: 'other order' })] } },
    { insert_item: { returning: [row(1006, { data: [1, { a: null }] }), row(1007, { size: 3 })] } },
    {
      insert_item: {
        returning: [row(1008, { owner: { name: 'Bo' } }), row(1009, { owner: { name: 'Cy' } })],
      },
    },
  ]);
});
