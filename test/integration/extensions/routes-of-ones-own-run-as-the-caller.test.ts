/** Modules named in the configuration: their routes, their transactions as the caller, and what is wrong with a module told at the start. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { load } from '../../../examples/music/index.ts';
import { loadExtensions } from '../../../src/extensions/load.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, TEST_JWT_SECRET, type TestDatabase } from '../../support/database.ts';
import { signHs256 } from '../../support/tokens.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/extension/orders.ts', import.meta.url));

let folder: string;
let database: TestDatabase;
let app: TestApp;

const OWN = `
export default function (server) {
  server.registerRoute({ method: 'GET', path: '/functions/v1/echo/:a/:b', handler: ({ params, query, caller, headers }) =>
    ({ params, word: query.get('word'), role: caller.role, sub: caller.claims?.sub ?? null, agent: headers['user-agent'] }) });
  server.registerRoute({ method: 'POST', path: '/functions/v1/fail', handler: async ({ transaction }) => {
    await transaction(async ({ query }) => {
      await query("insert into note (body) values ('lost')");
      throw new Error('a secret of the module');
    });
  } });
  server.registerRoute({ method: 'POST', path: '/functions/v1/nothing', handler: () => undefined });
  server.registerRoute({ method: 'POST', path: '/functions/v1/break', handler: ({ transaction }) =>
    transaction(({ query }) => query('select * from secret_note')) });
  server.registerRoute({ method: 'POST', path: '/functions/v1/mess', handler: ({ transaction }) =>
    transaction(({ query }) => query("select set_config('role', 'none', false), set_config('TimeZone', 'Asia/Tokyo', false)")) });
  server.registerRoute({ method: 'GET', path: '/functions/v1/zone', handler: ({ transaction }) =>
    transaction(({ query }) => query("select current_user::text as role, current_setting('TimeZone') as zone")) });
  let kept;
  server.registerRoute({ method: 'POST', path: '/functions/v1/late', handler: async ({ transaction }) => {
    await transaction(async ({ query }) => { kept = query; });
    return kept('select 1');
  } });
}
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goforward-extension-'));
  writeFileSync(join(folder, 'own.mjs'), OWN);
  database = await createTestDatabase();
  const platform = new pg.Client({ connectionString: database.platformUrl });
  await platform.connect();
  await load(platform);
  await platform.end();
  await database.sql(`
    create table note (id int generated always as identity, body text); create table secret_note (id int);
    grant insert, select on note to anon;`);
  writeFileSync(join(folder, 'goforward.yaml'), `extensions: [own.mjs, ${JSON.stringify(EXAMPLE)}]\n`);
  app = await startApp(database, {}, folder);
});
afterAll(async () => {
  await app?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

const signToken = (claims: Record<string, unknown>) =>
  signHs256({ exp: Math.floor(Date.now() / 1000) + 600, ...claims }, TEST_JWT_SECRET);

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${app.url}${path}`, { headers });
  return { status: response.status, body: await response.json() };
};

test('the handler gets parameters, query, headers and the verified caller', async () => {
  const token = signToken({ sub: '7', role: 'authenticated' });
  const headers = { 'user-agent': 'me', authorization: `Bearer ${token}` };
  expect(await get('/functions/v1/echo/x%20y/%C3%A9?word=a%2Bb', headers)).toEqual({
    status: 200,
    body: { params: { a: 'x y', b: 'é' }, word: 'a+b', role: 'authenticated', sub: '7', agent: 'me' },
  });
  expect((await get('/functions/v1/echo/1/2')).body).toMatchObject({ role: 'anon', sub: null });
  expect((await get('/functions/v1/echo/1/2', { authorization: 'Bearer x.y.z' })).status).toBe(401);
});

test('what a handler throws is masked and logged, and its transaction leaves nothing', async () => {
  const { status, text } = await app.post('/functions/v1/fail', {});
  expect(status).toBe(500);
  expect(text).not.toContain('secret');
  expect(await database.sql('select * from note')).toEqual([]);
  expect(app.observations.some((one) => one.type === 'unexpected-error')).toBe(true);
});

test('an error of the database is told as everywhere', async () => {
  const { status, text } = await app.post('/functions/v1/break', {});
  expect(status).toBe(401);
  expect(text).toContain('permission denied for table secret_note');
});

test('nothing returned is 204; a transaction that has ended takes no more', async () => {
  expect(await app.post('/functions/v1/nothing', {})).toEqual({ status: 204, text: '' });
  expect((await app.post('/functions/v1/late', {})).status).toBe(500);
});

test('what a handler leaves on its session meets nobody else', async () => {
  for (let round = 0; round < 30; round++) {
    await app.post('/functions/v1/mess', {});
    expect((await get('/functions/v1/zone')).body).toEqual([{ role: 'anon', zone: 'UTC' }]);
  }
});

describe('the example', () => {
  test('a customer sees his own sales', async () => {
    const [customer] = await database.sql<{ email: string; total: string }>(
      `select email, sum(total)::text as total from invoice join customer using (customer_id) where extract(year from invoice_date) =
       (select extract(year from min(invoice_date)) from invoice) group by 1 order by 1 limit 1`,
    );
    const [{ year }] = (await database.sql(
      'select extract(year from min(invoice_date))::int as year from invoice',
    )) as [{ year: number }];
    const token = signToken({ sub: 'x', role: 'authenticated', email: customer!.email });
    const mine = await get(`/functions/v1/sales/${year}`, { authorization: `Bearer ${token}` });
    const total = (mine.body as { total: string }[]).reduce(
      (sum, one) => sum + Math.round(Number(one.total) * 100),
      0,
    );
    expect(total).toBe(Math.round(Number(customer!.total) * 100));
    expect((await get(`/functions/v1/sales/${year}`)).status).toBe(401);
  });

  test('a playlist is made with its tracks or not at all', async () => {
    const token = app.keys.service;
    const made = await app.post('/functions/v1/playlists', { name: 'Mine', tracks: [1, 2] }, token);
    expect(made.status).toBe(201);
    const refused = await app.post('/functions/v1/playlists', { name: 'Broken', tracks: [1, 1] }, token);
    expect(refused.status).toBe(409);
    expect(await database.sql("select name from playlist where name in ('Mine', 'Broken')")).toEqual([
      { name: 'Mine' },
    ]);
  });
});

describe('a module that cannot be used is told at the start, in one sentence', () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  test.each([
    ['missing.mjs', undefined, /cannot be loaded/],
    ['broken.mjs', 'export default (', /cannot be loaded/],
    ['empty.mjs', 'export const a = 1;', /no function as its default export/],
    ['throws.mjs', 'export default () => { throw new Error("not today"); }', /not today/],
    [
      'own-address.mjs',
      'export default (s) => s.registerRoute({ method: "GET", path: "/rest/v1/x", handler() {} })',
      /server's own/,
    ],
    [
      'no-path.mjs',
      'export default (s) => s.registerRoute({ method: "GET", path: "x y", handler() {} })',
      /is no path/,
    ],
    [
      'twice.mjs',
      'export default (s) => { for (const p of ["/f/:a", "/f/:b"]) s.registerRoute({ method: "GET", path: p, handler() {} }) }',
      /twice/,
    ],
  ])('%s', async (name, text, message) => {
    const file = text === undefined ? join(folder, name) : write(name, text);
    await expect(loadExtensions([file])).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(message),
    });
  });
});
