/** Live queries over WebSocket on a database that is polled: the first answer at once, then one for each change, and nothing else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, TEST_JWT_SECRET, type TestDatabase } from '../../support/database.ts';
import { createShop } from '../../support/shop.ts';
import { openSignedIn, subscribe } from '../../support/socket-client.ts';
import { signHs256 } from '../../support/tokens.ts';

let database: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  await createShop(database);
  app = await startApp(database, { GOFORWARD_REALTIME_POLL_MS: '50' });
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

const tokenOf = (sub: string) =>
  signHs256({ role: 'authenticated', aud: 'authenticated', sub, exp: 4_000_000_000 }, TEST_JWT_SECRET);

test('the answer comes at once, and again for each change', async () => {
  const client = await openSignedIn(app.url, '/graphql');
  subscribe(client, 'a', 'subscription($id: Int!) { item_by_pk(id: $id) { name } }', { id: 1 });
  expect(await client.payloads('a', 1)).toEqual([{ data: { item_by_pk: { name: 'item 1' } } }]);
  await database.sql("update item set name = 'one' where id = 1");
  await client.payloads('a', 2);
  await database.sql('update item set price = price + 1 where id = 1');
  await database.sql("update item set name = 'uno' where id = 1");
  expect(await client.payloads('a', 3)).toEqual([
    { data: { item_by_pk: { name: 'item 1' } } },
    { data: { item_by_pk: { name: 'one' } } },
    { data: { item_by_pk: { name: 'uno' } } },
  ]);
  await client.close();
});

test('every field of a query is one of a subscription: aggregates, functions, groups, pages, nodes', async () => {
  const client = await openSignedIn(app.url, '/graphql');
  const fields = {
    aggregate: 'item_aggregate { aggregate { count } }',
    function: 'cheaper_than(args: {most: 3}, order_by: {id: asc}) { id }',
    group: 'item_group_by(keys: [maker_id], order_by: {keys: {maker_id: asc}}) { keys { maker_id } }',
    page: 'item_connection(first: 1) { edges { node { id } } }',
  };
  for (const [id, field] of Object.entries(fields)) {
    subscribe(client, id, `subscription { ${field} }`);
    const live = await client.payloads(id, 1);
    const { text } = await app.post('/graphql', { query: `{ ${field} }` });
    expect(live).toEqual([JSON.parse(text)]);
  }
  await client.close();
});

test('a user sees his own rows only, and what becomes his', async () => {
  const ada = await openSignedIn(app.url, '/graphql', {
    headers: { Authorization: `Bearer ${tokenOf('ada')}` },
  });
  const bob = await openSignedIn(app.url, '/graphql', { Authorization: `Bearer ${tokenOf('bob')}` });
  for (const client of [ada, bob])
    subscribe(client, 'b', 'subscription { basket(order_by: {id: asc}) { id } }');
  expect(await ada.payloads('b', 1)).toEqual([{ data: { basket: [{ id: 1 }] } }]);
  expect(await bob.payloads('b', 1)).toEqual([{ data: { basket: [{ id: 2 }] } }]);
  await database.sql("insert into basket values (3, 'bob', 3)");
  expect((await bob.payloads('b', 2))[1]).toEqual({ data: { basket: [{ id: 2 }, { id: 3 }] } });
  expect(ada.messages.filter(({ id }) => id === 'b')).toHaveLength(1);
  await ada.close();
  await bob.close();
});

test('several fields come together where the operation asks for it, in one snapshot', async () => {
  const client = await openSignedIn(app.url, '/graphql');
  subscribe(client, 'one', 'subscription { item { id } maker { id } }');
  expect((await client.heard(({ id }) => id === 'one')).payload).toMatchObject([
    { message: 'subscriptions must select one top level field', extensions: { code: 'validation-failed' } },
  ]);
  subscribe(
    client,
    'two',
    'subscription @_multiple_top_level_fields { item_by_pk(id: 2) { id } maker_by_pk(id: 1) { id } __typename }',
  );
  expect(await client.payloads('two', 1)).toEqual([
    { data: { item_by_pk: { id: 2 }, maker_by_pk: { id: 1 }, __typename: 'subscription_root' } },
  ]);
  await client.close();
});

test('nothing comes for a subscription that was stopped, and its id may be used again', async () => {
  const client = await openSignedIn(app.url, '/graphql');
  subscribe(client, 'x', 'subscription { maker_by_pk(id: 1) { name } }');
  await client.payloads('x', 1);
  client.say({ id: 'x', type: 'complete' });
  subscribe(client, 'y', 'subscription { maker_by_pk(id: 1) { name id } }');
  await client.payloads('y', 1);
  await database.sql("update maker set name = 'another' where id = 1");
  await client.payloads('y', 2);
  expect(client.messages.filter(({ id }) => id === 'x')).toHaveLength(1);
  subscribe(client, 'x', 'subscription { maker_by_pk(id: 2) { name } }');
  expect((await client.payloads('x', 2))[1]).toEqual({ data: { maker_by_pk: { name: 'maker 2' } } });
  await client.close();
});

test('queries and mutations are answered on the same socket', async () => {
  const client = await openSignedIn(app.url, '/graphql', { apikey: app.keys.service });
  subscribe(client, 'q', '{ item_by_pk(id: 3) { id } }');
  await client.heard(({ id, type }) => id === 'q' && type === 'complete');
  expect(client.messages.filter(({ id }) => id === 'q')).toEqual([
    { id: 'q', type: 'next', payload: { data: { item_by_pk: { id: 3 } } } },
    { id: 'q', type: 'complete' },
  ]);
  subscribe(client, 'm', 'mutation { update_item_by_pk(pk_columns: {id: 3}, _set: {name: "m"}) { name } }');
  expect(await client.payloads('m', 1)).toEqual([{ data: { update_item_by_pk: { name: 'm' } } }]);
  await client.close();
});

test('what fails ends with its error: when it is read, when it is first run, and later', async () => {
  const client = await openSignedIn(app.url, '/graphql');
  subscribe(client, 'unknown', 'subscription { nothing { id } }');
  subscribe(client, 'failing', 'subscription { broken { id result } }');
  for (const [id, code] of [
    ['unknown', 'validation-failed'],
    ['failing', 'data-exception'],
  ])
    expect((await client.heard((one) => one.id === id)).payload).toMatchObject([{ extensions: { code } }]);
  await database.sql(
    'create view may_fail as select 10 / id as ten from maker; grant select on may_fail to anon',
  );
  await expect
    .poll(async () => (await app.post('/graphql', { query: '{ may_fail { ten } }' })).text)
    .toContain('10');
  subscribe(client, 'later', 'subscription { may_fail { ten } }');
  await client.payloads('later', 1);
  await database.sql("insert into maker values (0, 'none')");
  const { payload } = await client.heard(({ id, type }) => id === 'later' && type === 'error');
  expect(payload).toMatchObject([{ extensions: { code: 'data-exception' } }]);
  await database.sql('delete from maker where id = 0');
  await client.close();
});

test('a subscription is no request over HTTP', async () => {
  for (const path of ['/graphql', '/v1/graphql']) {
    const { text } = await app.post(path, { query: 'subscription { item { id } }' });
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'not-supported' } }] });
  }
});
