/** API keys with a scope, through every door of the running server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthServer, startAuth } from '../../support/auth.ts';
import { askGraphql } from '../../support/auth-graphql.ts';

const EXTENSION = `
export default function (server) {
  server.registerRoute({ method: 'GET', path: '/functions/v1/orders', handler: ({ transaction }) =>
    transaction(({ query }) => query('select * from orders')) });
  server.registerRoute({ method: 'GET', path: '/functions/v1/word', handler: ({ caller }) => ({ role: caller.role }) });
}
`;

let folder: string;
let server: AuthServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goforward-scopes-'));
  writeFileSync(join(folder, 'own.mjs'), EXTENSION);
  writeFileSync(join(folder, 'goforward.yaml'), 'extensions: [own.mjs]\n');
  server = await startAuth({}, folder);
  await server.database.sql(`
    create table customer (id int primary key, name text);
    create table orders (id int primary key, customer_id int references customer, total int);
    create table secret (id int primary key, word text);
    insert into customer values (1, 'Ada'); insert into orders values (1, 1, 10); insert into secret values (1, 'x');
    create function total() returns int language sql stable as 'select sum(total)::int from orders';
    create function burn() returns int language sql as 'delete from secret; select 1';
    create function label(orders) returns text language sql stable as $$ select 'no. ' || $1.id $$;
    grant all on all tables in schema public to service_role`);
  await server.app.post('/meta/v1/reload', {}, server.app.keys.service);
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const CREATE = `mutation ($role: String!, $scopes: [AuthKeyScopeInput!]) {
  createApiKey(name: "worker", role: $role, scopes: $scopes) { key apiKey { id scopes { tables verbs functions } } }
}`;

interface Made {
  key: string;
  apiKey: { id: string; scopes: unknown };
}

async function create(scopes: unknown, role = 'service_role'): Promise<Made> {
  const key = server.app.keys.service;
  const answer = await askGraphql(server, CREATE, { variables: { role, scopes }, key });
  expect(answer.errors).toBeUndefined();
  return answer.data?.createApiKey as Made;
}

const ORDERS = [{ tables: ['public.orders'], verbs: ['select', 'insert'], functions: ['public.total'] }];

async function graphql(key: string, query: string) {
  const response = await fetch(`${server.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', apikey: key },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: (await response.json()) as { data?: unknown; errors?: unknown[] } };
}

async function rest(key: string, method: string, path: string, body?: unknown, headers = {}) {
  const response = await fetch(`${server.app.url}/rest/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', apikey: key, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const denied = (verb: string, name: string) => ({
  status: 403,
  body: { code: 'scope-denied', message: `The scope of this key does not cover ${verb} on public.${name}` },
});

describe('over GraphQL', () => {
  test('what the scope covers is answered', async () => {
    const { key } = await create(ORDERS);
    expect(await graphql(key, '{ orders { id total } total }')).toEqual({
      status: 200,
      body: { data: { orders: [{ id: 1, total: 10 }], total: 10 } },
    });
  });

  test.each([
    ['another table', '{ secret { word } }', 'select', 'secret'],
    ['a relation', '{ orders { customer { name } } }', 'select', 'customer'],
    [
      'a condition on a relation',
      '{ orders(where: {customer: {name: {_eq: "Ada"}}}) { id } }',
      'select',
      'customer',
    ],
    ['an order by a relation', '{ orders(order_by: {customer: {name: asc}}) { id } }', 'select', 'customer'],
    ['an aggregate', '{ secret_aggregate { aggregate { count } } }', 'select', 'secret'],
    ['a page', '{ secret_connection(first: 1) { edges { cursor } } }', 'select', 'secret'],
    ['a row by its key', '{ secret_by_pk(id: 1) { id } }', 'select', 'secret'],
    ['a computed field', '{ orders { label } }', 'execute', 'label'],
    [
      'an update',
      'mutation { update_orders(where: {}, _set: {total: 0}) { affected_rows } }',
      'update',
      'orders',
    ],
    ['a delete', 'mutation { delete_orders(where: {}) { affected_rows } }', 'delete', 'orders'],
    [
      'an upsert',
      `mutation { insert_orders(objects: [{id: 1, total: 0}],
        on_conflict: {constraint: orders_pkey, update_columns: [total]}) { affected_rows } }`,
      'update',
      'orders',
    ],
    [
      'a nested row',
      'mutation { insert_orders(objects: [{id: 9, customer: {data: {id: 9}}}]) { affected_rows } }',
      'insert',
      'customer',
    ],
    ['a function that writes', 'mutation { burn }', 'execute', 'burn'],
    [
      'a mixed operation',
      '{ __typename authSettings { signupEnabled } secret { word } }',
      'select',
      'secret',
    ],
  ])('%s is refused, naming verb and table', async (_what, query, verb, name) => {
    const { key } = await create(ORDERS);
    const { status, body } = await graphql(key, query);
    const place = verb === 'execute' ? { function: `public.${name}` } : { table: `public.${name}` };
    expect({ status, error: body.errors?.[0] }).toMatchObject({
      status: 403,
      error: {
        message: `The scope of this key does not cover ${verb} on public.${name}`,
        extensions: { code: 'scope-denied', verb, ...place },
      },
    });
    expect(await server.database.sql('select * from secret')).toHaveLength(1);
  });

  test('the manner of Hasura refuses the same', async () => {
    const { key } = await create(ORDERS);
    const { text } = await server.app.post('/v1/graphql', { query: '{ secret { word } }' }, key);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'scope-denied' } }] });
  });

  test('introspection shows what the scope covers', async () => {
    const { key } = await create(ORDERS);
    const names = async (of: string) => {
      const { body } = await graphql(
        of,
        '{ __schema { queryType { fields { name } } mutationType { fields { name } } } }',
      );
      return JSON.stringify(body);
    };
    const shown = await names(key);
    expect(shown).toContain('"orders"');
    expect(shown).toContain('"insert_orders"');
    for (const hidden of ['secret', 'customer', 'update_orders', 'burn', 'apiKeys'])
      expect(shown).not.toContain(`"${hidden}"`);
    expect(await names(server.app.keys.service)).toContain('"secret"');
  });

  test('fields for the service alone are not there for a key with a scope', async () => {
    const { key } = await create(ORDERS);
    for (const query of [
      '{ apiKeys { id } }',
      '{ authUsers { totalCount } }',
      'mutation { createApiKey(name: "a", role: "service_role") { key } }',
    ]) {
      const { body } = await graphql(key, query);
      expect(body).toMatchObject({ errors: [{ extensions: { code: 'validation-failed' } }] });
    }
  });
});

describe('over REST', () => {
  test('what the scope covers is answered', async () => {
    const { key } = await create(ORDERS);
    expect(await rest(key, 'GET', '/orders?select=id')).toEqual({ status: 200, body: [{ id: 1 }] });
    expect(await rest(key, 'POST', '/rpc/total')).toEqual({ status: 200, body: 10 });
  });

  test.each([
    ['another table', 'GET', '/secret', undefined, 'select', 'secret'],
    ['an embedded relation', 'GET', '/orders?select=id,customer(name)', undefined, 'select', 'customer'],
    [
      'a relation that only filters',
      'GET',
      '/orders?select=id,customer!inner()&customer.name=eq.Ada',
      undefined,
      'select',
      'customer',
    ],
    [
      'an order by a relation',
      'GET',
      '/orders?select=id,customer()&order=customer(name)',
      undefined,
      'select',
      'customer',
    ],
    ['an update', 'PATCH', '/orders?id=eq.1', { total: 0 }, 'update', 'orders'],
    ['a delete', 'DELETE', '/orders?id=eq.1', undefined, 'delete', 'orders'],
    ['a put', 'PUT', '/orders?id=eq.1', { id: 1, customer_id: 1, total: 0 }, 'update', 'orders'],
    ['a function', 'POST', '/rpc/burn', {}, 'execute', 'burn'],
    ['a part of a batch', 'POST', '/batch', [{ path: '/orders' }, { path: '/secret' }], 'select', 'secret'],
  ])('%s is refused, naming verb and table', async (_what, method, path, body, verb, name) => {
    const { key } = await create(ORDERS);
    const refused = await rest(key, method, path, body);
    const own = path === '/batch' ? { status: refused.status, body: refused.body[1].body } : refused;
    expect(own).toMatchObject(denied(verb, name));
    expect(await server.database.sql('select total from orders where id = 1')).toEqual([{ total: 10 }]);
  });

  test('an upsert needs both verbs', async () => {
    const { key } = await create(ORDERS);
    const prefer = { prefer: 'resolution=merge-duplicates' };
    expect(await rest(key, 'POST', '/orders', { id: 1, total: 0 }, prefer)).toMatchObject(
      denied('update', 'orders'),
    );
    const { key: both } = await create([{ tables: ['public.*'], verbs: ['insert', 'update'] }]);
    expect((await rest(both, 'POST', '/orders', { id: 1, customer_id: 1, total: 10 }, prefer)).status).toBe(
      200,
    );
  });

  test('writing is not reading: what is written is shown only where rows may be read', async () => {
    const { key } = await create([{ tables: ['public.secret'], verbs: ['insert'] }]);
    const shown = { prefer: 'return=representation' };
    expect(await rest(key, 'POST', '/secret', { id: 5 }, shown)).toMatchObject(denied('select', 'secret'));
    expect((await rest(key, 'POST', '/secret', { id: 5 })).status).toBe(201);
    await server.database.sql('delete from secret where id = 5');
  });

  test('huge answers, row by row, are refused as well', async () => {
    const { key } = await create(ORDERS);
    expect(await rest(key, 'GET', '/secret?limit=100000')).toMatchObject(denied('select', 'secret'));
  });

  test('the description shows what the scope covers', async () => {
    const { key } = await create(ORDERS);
    const described = JSON.stringify((await rest(key, 'GET', '/')).body);
    expect(described).toContain('/orders');
    expect(described).not.toContain('/secret');
    expect(described).not.toContain('/rpc/burn');
  });
});

describe('elsewhere', () => {
  test('administration is closed, whatever the scope says', async () => {
    const { key } = await create([
      { tables: ['public.*', 'auth.*'], verbs: ['select', 'insert', 'update', 'delete'] },
    ]);
    for (const path of ['/auth/v1/admin/users', '/auth/v1/admin/audit', '/auth/v1/dev/outbox']) {
      const response = await fetch(`${server.app.url}${path}`, {
        headers: { apikey: key, authorization: `Bearer ${key}` },
      });
      expect({ path, status: response.status }).toEqual({ path, status: 403 });
      expect(await response.json()).toMatchObject({ error_code: 'not_admin' });
    }
    for (const path of ['/meta/v1/reload', '/meta/v1/query']) {
      const { status, text } = await server.app.post(path, { query: 'select 1' }, key);
      expect({ status, code: JSON.parse(text).code }).toEqual({ status: 403, code: 'service-key-required' });
    }
  });

  test('statements of an extension are refused, the rest of it is not', async () => {
    const { key } = await create(ORDERS);
    const get = (path: string) => fetch(`${server.app.url}${path}`, { headers: { apikey: key } });
    expect((await get('/functions/v1/word')).status).toBe(200);
    const refused = await get('/functions/v1/orders');
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 403,
      body: { code: 'scope-denied' },
    });
  });

  test('beside a key without a scope a scope stays', async () => {
    const { key } = await create(ORDERS);
    const headers = { authorization: `Bearer ${key}`, apikey: server.app.keys.service };
    const response = await fetch(`${server.app.url}/rest/v1/secret`, { headers });
    expect(response.status).toBe(403);
  });

  test('the role still rules: a scope gives nothing', async () => {
    const { key } = await create([{ tables: ['public.secret'], verbs: ['select'] }], 'anon');
    const { status, body } = await rest(key, 'GET', '/secret');
    expect({ status, code: body.code }).toEqual({ status: 401, code: '42501' });
  });
});

describe('the life of a key', () => {
  test('a rotated key keeps its scope; a revoked one ends within two seconds', async () => {
    const { apiKey, key } = await create(ORDERS);
    expect(apiKey.scopes).toEqual([
      { tables: ['public.orders'], verbs: ['select', 'insert'], functions: ['public.total'] },
    ]);
    const rotate = 'mutation ($id: ID!) { rotateApiKey(id: $id) { key apiKey { id scopes { tables } } } }';
    const options = { variables: { id: apiKey.id }, key: server.app.keys.service };
    const made = (await askGraphql(server, rotate, options)).data?.rotateApiKey as Made;
    expect(made.apiKey.scopes).toEqual([{ tables: ['public.orders'] }]);
    expect(await rest(made.key, 'GET', '/secret')).toMatchObject(denied('select', 'secret'));
    expect((await rest(made.key, 'GET', '/orders')).status).toBe(200);
    await expect.poll(async () => (await rest(key, 'GET', '/orders')).status, { timeout: 4000 }).toBe(401);
    const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) { revokedAt } }';
    await askGraphql(server, revoke, { variables: { id: made.apiKey.id }, key: server.app.keys.service });
    await expect
      .poll(async () => (await rest(made.key, 'GET', '/orders')).status, { timeout: 4000 })
      .toBe(401);
  });

  test('use is noted once a minute', async () => {
    const { apiKey, key } = await create(ORDERS);
    const used = async () => {
      const [row] = await server.database.sql<{ at: string | null; version: string }>(
        'select last_used_at::text as at, xmin::text as version from goforward.api_key where id = $1',
        [apiKey.id],
      );
      return row!;
    };
    await rest(key, 'GET', '/orders');
    await expect.poll(async () => (await used()).at).not.toBeNull();
    const noted = await used();
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await rest(key, 'GET', '/orders');
    await server.database.sql('select 1');
    expect(await used()).toEqual(noted);
    await server.database.sql(
      `update goforward.api_key set last_used_at = now() - interval '61 seconds' where id = $1`,
      [apiKey.id],
    );
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await rest(key, 'GET', '/orders');
    await expect
      .poll(async () => new Date((await used()).at ?? 0).getTime())
      .toBeGreaterThan(Date.now() - 30_000);
  });

  test.each([
    ['nothing', []],
    ['an entry that names nothing', [{}]],
    ['tables without verbs', [{ tables: ['public.orders'] }]],
    ['verbs without tables', [{ verbs: ['select'] }]],
    ['a name without a schema', [{ tables: ['orders'], verbs: ['select'] }]],
    ['a table that does not exist', [{ tables: ['public.ordres'], verbs: ['select'] }]],
    ['a schema that does not exist', [{ tables: ['shop.*'], verbs: ['select'] }]],
    ['a function that does not exist', [{ functions: ['public.orders'] }]],
  ])('a scope of %s is refused', async (_what, scopes) => {
    const variables = { role: 'service_role', scopes };
    const answer = await askGraphql(server, CREATE, { variables, key: server.app.keys.service });
    expect(answer.errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^scopes/),
      extensions: { code: 'validation_failed' },
    });
  });
});
