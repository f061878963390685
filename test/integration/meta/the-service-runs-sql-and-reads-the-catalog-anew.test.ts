import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, TEST_JWT_SECRET, type TestDatabase } from '../../support/database.ts';
import { signHs256 } from '../../support/tokens.ts';

let database: TestDatabase;
let app: TestApp;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goforward-meta-'));
  writeFileSync(join(folder, 'metadata.json'), '{}');
  database = await createTestDatabase();
  await database.sql('create table known (id int primary key); grant select on known to anon');
  app = await startApp(database, { GOFORWARD_API_METADATA: join(folder, 'metadata.json') });
});
afterAll(async () => {
  await app?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

const userToken = () =>
  signHs256(
    { role: 'authenticated', sub: 'u1', aud: 'authenticated', exp: Math.floor(Date.now() / 1000) + 60 },
    TEST_JWT_SECRET,
  );

async function run(query: string): Promise<{ status: number; body: unknown }> {
  const { status, text } = await app.post('/meta/v1/query', { query }, app.keys.service);
  return { status, body: JSON.parse(text) };
}

describe('who may', () => {
  test.each(['/meta/v1/query', '/meta/v1/reload'])('%s is for the service key alone', async (path) => {
    const refused = async (key?: string) => {
      const { status, text } = await app.post(path, { query: 'select 1 as one' }, key);
      return [status, (JSON.parse(text) as { code: string }).code];
    };
    expect(await refused()).toEqual([401, 'service-key-required']);
    expect(await refused(app.keys.anon)).toEqual([401, 'service-key-required']);
    expect(await refused(userToken())).toEqual([403, 'service-key-required']);
    expect((await app.post(path, { query: 'select 1 as one' }, app.keys.service)).status).toBe(200);
  });

  test('GET is no way in', async () => {
    const response = await fetch(`${app.url}/meta/v1/query`, { headers: { apikey: app.keys.service } });
    expect(response.status).toBe(404);
  });
});

describe('SQL', () => {
  test('rows come as JSON, and nothing is rounded', async () => {
    expect(
      await run(`select 1 as int, 9007199254740993::bigint as big, 1.50::numeric as exact, true as yes, null as nothing,
        '{"a": [1]}'::jsonb as json, array[1, 2] as list, 'NaN'::float8 as nan, date '2026-01-02' as day`),
    ).toEqual({
      status: 200,
      body: [
        {
          int: 1,
          big: '9007199254740993',
          exact: '1.50',
          yes: true,
          nothing: null,
          json: { a: [1] },
          list: '{1,2}',
          nan: 'NaN',
          day: '2026-01-02',
        },
      ],
    });
  });

  test('several statements are one transaction, and the rows are those of the last', async () => {
    expect(
      await run('create table made (id int); insert into made values (1), (2); select * from made'),
    ).toEqual({
      status: 200,
      body: [{ id: 1 }, { id: 2 }],
    });
    expect((await run('insert into made values (3); select 1 / 0')).status).toBe(400);
    expect((await run('select count(*)::int as n from made')).body).toEqual([{ n: 2 }]);
    expect(await run('drop table made')).toEqual({ status: 200, body: [] });
  });

  test('an error is told in the words of PostgreSQL', async () => {
    expect(await run('select nonsense from known')).toEqual({
      status: 400,
      body: {
        error: 'column "nonsense" does not exist',
        message: 'column "nonsense" does not exist',
        code: '42703',
        position: '8',
      },
    });
  });

  test('it never runs as a superuser, and cannot become one', async () => {
    expect(
      (
        await run(
          'select current_user <> session_user as other, rolsuper from pg_roles where rolname = current_user',
        )
      ).body,
    ).toEqual([{ other: false, rolsuper: false }]);
    const [superuser] = await database.sql<{ name: string }>('select current_user as name');
    expect((await run(`set role "${superuser?.name}"`)).body).toMatchObject({ code: '42501' });
    expect((await run("copy (select 1) to program 'true'")).body).toMatchObject({ code: '42501' });
    expect((await run("select pg_read_file('/etc/passwd')")).body).toMatchObject({ code: '42501' });
  });

  test('what it does to its session dies with it', async () => {
    await run("set application_name = 'left behind'; create temp table mine (id int)");
    expect(
      (await run("select current_setting('application_name') as name, to_regclass('pg_temp.mine') as temp"))
        .body,
    ).toEqual([{ name: 'goforward meta', temp: null }]);
  });

  test.each([
    ['no JSON', 'select 1'],
    ['no query', '{"sql": "select 1"}'],
    ['an empty one', '{"query": " "}'],
    ['a number', '{"query": 1}'],
  ])('%s is refused', async (_, body) => {
    const response = await fetch(`${app.url}/meta/v1/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', apikey: app.keys.service },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid-request' });
  });

  test('it is written down who ran what', async () => {
    await run("select 'to be remembered'");
    expect(
      await database.sql(
        "select actor_role, action, detail from goforward.audit_event where detail ->> 'query' like '%remembered%'",
      ),
    ).toEqual([
      { actor_role: 'service_role', action: 'meta.query', detail: { query: "select 'to be remembered'" } },
    ]);
  });
});

describe('reload', () => {
  test('answers when every schema has followed', async () => {
    await database.sql('create table brand_new (id int primary key); grant select on brand_new to anon');
    const before = await app.post('/meta/v1/reload', {}, app.keys.service);
    expect(before.status).toBe(200);
    const { reloaded, version } = JSON.parse(before.text) as { reloaded: boolean; version: number };
    expect(reloaded).toBe(true);
    const answer = await app.post('/graphql', { query: '{ brand_new { id } }' });
    expect(JSON.parse(answer.text)).toEqual({ data: { brand_new: [] } });
    const after = await app.post('/meta/v1/reload', {}, app.keys.service);
    expect((JSON.parse(after.text) as { version: number }).version).toBeGreaterThan(version);
  });

  test('a metadata file that cannot be read is told, and what was served is served on', async () => {
    writeFileSync(join(folder, 'metadata.json'), '{');
    const { status, text } = await app.post('/meta/v1/reload', {}, app.keys.service);
    expect(JSON.parse(text)).toMatchObject({ code: 'config-invalid' });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(JSON.parse((await app.post('/graphql', { query: '{ known { id } }' })).text)).toEqual({
      data: { known: [] },
    });
    writeFileSync(join(folder, 'metadata.json'), '{}');
    expect((await app.post('/meta/v1/reload', {}, app.keys.service)).status).toBe(200);
  });
});

test('a column that is gone is a refusal of the request, never an error of the server', async () => {
  await run('create table shrinking (id int primary key, soon_gone int); grant select on shrinking to anon');
  await app.post('/meta/v1/reload', {}, app.keys.service);
  const ask = () => app.post('/graphql', { query: '{ shrinking { soon_gone } }' });
  expect(JSON.parse((await ask()).text)).toEqual({ data: { shrinking: [] } });
  await run('alter table shrinking drop column soon_gone');
  // The first of these come before the schema has followed.
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { status, text } = await ask();
    expect(status).toBe(200);
    const { errors } = JSON.parse(text) as { errors: { extensions: { code: string } }[] };
    expect(errors.map((error) => error.extensions.code)).toEqual(['validation-failed']);
  }
  expect(app.observations.filter((one) => one.type === 'unexpected-error')).toEqual([]);
});
