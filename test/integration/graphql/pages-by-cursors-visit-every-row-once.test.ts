/** Pages of connections, forward and backward, put together are the list: whatever the order, the nulls and the page size. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table artist (id int primary key, name text);
    create table album (id bigint, part int, artist_id int references artist, title text not null, rating int,
      released timestamptz, price numeric not null, primary key (id, part));
    create function title_length(album) returns int language sql stable as 'select nullif(length($1.title), 3)';
    insert into artist values (1, 'Ada'), (2, null), (3, 'a "quoted" \\ name'), (4, 'Zoë');
    insert into album select n, n % 2, nullif(n % 5, 0), repeat('x', n % 4), nullif(n % 3, 0),
      case when n % 4 > 0 then timestamptz '2026-01-01' + n % 4 * interval '1.000001 seconds' end, n % 3 / 3.0
      from generate_series(1, 23) n;
    grant select on all tables in schema public to anon;
    grant execute on all functions in schema public to anon;
  `);
  api = await openDataApi(database);
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

interface Page {
  nodes: { id: number; part: number }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  totalCount: number;
}

const ORDERS = [
  '[]',
  '{id: desc}',
  '{title: asc}',
  '[{rating: asc}, {title: desc}]',
  '{rating: asc_nulls_first}',
  '[{rating: desc}, {released: asc_nulls_first}]',
  '{released: desc_nulls_last}',
  '[{price: asc}, {id: asc}]',
  '[{artist: {name: asc}}, {rating: desc_nulls_last}]',
  '[{title_length: desc}, {part: asc}]',
];

const WHERE = 'where: {id: {_gt: 2}}';

async function pageOf(order: string, args: string): Promise<Page> {
  const answer = await api.ask(
    `{ album_connection(${WHERE}, order_by: ${order}, ${args}) {
      nodes { id part } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`,
  );
  expect(answer.errors).toBeUndefined();
  return answer.data!.album_connection as Page;
}

/** The list, its last keys made up as those of the connection are. */
async function listOf(order: string): Promise<Page['nodes']> {
  const rest = /^\[?\{\w+: desc/.test(order) ? '{id: desc}, {part: desc}' : '{id: asc}, {part: asc}';
  const given = order.replace(/^\[|\]$/g, '');
  const answer = await api.ask(`{ album(${WHERE}, order_by: [${given} ${rest}]) { id part } }`);
  return answer.data!.album as Page['nodes'];
}

describe.each(ORDERS)('order_by: %s', (order) => {
  test.each([1, 2, 7, 21, 100])('pages of %i', async (size) => {
    const list = await listOf(order);
    expect(list.length).toBe(21);
    const forward: Page['nodes'] = [];
    let after: string | undefined;
    do {
      const page = await pageOf(order, `first: ${size}${after ? `, after: "${after}"` : ''}`);
      expect(page.pageInfo.hasPreviousPage).toBe(forward.length > 0);
      forward.push(...page.nodes);
      expect(page.pageInfo.hasNextPage).toBe(forward.length < list.length);
      expect(page.totalCount).toBe(list.length);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
    } while (after);
    expect(forward).toEqual(list);
    const backward: Page['nodes'] = [];
    let before: string | undefined;
    do {
      const page = await pageOf(order, `last: ${size}${before ? `, before: "${before}"` : ''}`);
      expect(page.pageInfo.hasNextPage).toBe(backward.length > 0);
      backward.unshift(...page.nodes);
      expect(page.pageInfo.hasPreviousPage).toBe(backward.length < list.length);
      before = page.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : undefined;
    } while (before);
    expect(backward).toEqual(list);
  });

  test('between two cursors', async () => {
    const list = await listOf(order);
    const { pageInfo } = await pageOf(order, 'first: 4');
    const { pageInfo: end } = await pageOf(order, 'last: 4');
    const between = `after: "${pageInfo.endCursor}", before: "${end.startCursor}"`;
    expect((await pageOf(order, `first: 3, ${between}`)).nodes).toEqual(list.slice(4, 7));
    expect((await pageOf(order, `last: 3, ${between}`)).nodes).toEqual(list.slice(-7, -4));
    expect((await pageOf(order, between)).nodes).toEqual(list.slice(4, -4));
  });
});

test('a row that is deleted between two pages does not lose the place', async () => {
  const first = await pageOf('{id: asc}', 'first: 3');
  await database.sql('delete from album where id = 5');
  const second = await pageOf('{id: asc}', `first: 2, after: "${first.pageInfo.endCursor}"`);
  expect(second.nodes.map(({ id }) => id)).toEqual([6, 7]);
});

test('an index serves the position: no row before it is read', async () => {
  await database.sql('create table event (id bigint primary key, kind int not null, body text);');
  await database.sql(
    `insert into event select n, n % 7, 'x' from generate_series(1, 20000) n; create index on event (kind, id); analyze event;
     grant select on event to anon;`,
  );
  await api.catalog.reload();
  const query = (after: string) =>
    `{ event_connection(first: 10, order_by: {kind: asc}${after}) { nodes { id } pageInfo { endCursor } } }`;
  let cursor = '';
  for (let page = 0; page < 3; page++) {
    const answer = await api.ask(query(cursor));
    const { pageInfo } = answer.data!.event_connection as Page;
    cursor = `, after: "${pageInfo.endCursor}"`;
  }
  const roleSchema = await api.engine.get('anon');
  const prepared = roleSchema.document(query(cursor)).operation(undefined).prepare({});
  if (prepared.kind !== 'query') throw new Error('a query');
  const { text, parameters } = prepared.query;
  const plan = await database.sql(
    `prepare q as ${text}; set plan_cache_mode = force_custom_plan; explain (analyze, format json) execute q(${parameters.map(({ value }) => `'${value}'`).join(', ')})`,
  );
  const shown = JSON.stringify(plan);
  expect(shown).toContain('Index Cond');
  expect(shown).not.toContain('Seq Scan');
});
