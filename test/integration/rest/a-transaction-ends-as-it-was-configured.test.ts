/** How requests end, what is called before them, and what the database itself may set. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readRoleSettings } from '../../../src/database/role-settings.ts';
import { PREFIX, withRoleSettings } from '../../../src/rest/role-settings.ts';
import { startApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openRestApi, type RestApi } from '../../support/rest-api.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table note (id int primary key, text text, reply_to int references note deferrable initially deferred);
    create table visit (role text);
    create role note_reader;
    grant note_reader to authenticator;
    grant select, insert, update, delete on note to anon;
    grant select, insert, delete on note to note_reader;
    grant insert on visit to anon, authenticated;
    create function check_in() returns void language plpgsql as $$
      declare wanted text := nullif(current_setting('request.headers')::json ->> 'x-role', ''); begin
        if current_setting('request.method') = 'DELETE' then raise sqlstate 'PT451' using message = 'Not today'; end if;
        if wanted is not null then perform set_config('role', wanted, true); end if;
        perform set_config('response.headers', '[{"X-Checked": "yes"}]', true);
      end $$;
    create function whoami() returns text stable language sql as $$ select current_user::text $$;
    create function timeout() returns text stable language sql as $$ select current_setting('statement_timeout') $$;`);
});
beforeEach(() => database.sql('truncate note, visit'));
afterAll(async () => {
  await database.sql('drop owned by note_reader; drop role note_reader');
  await database?.drop();
});

const notes = async () => (await database.sql('select count(*)::int as n from note'))[0]?.n as number;

async function using<T>(
  settings: Parameters<typeof openRestApi>[1],
  use: (api: RestApi) => Promise<T>,
): Promise<T> {
  const api = await openRestApi(database, settings);
  try {
    return await use(api);
  } finally {
    await api.close();
  }
}

const insert = (api: RestApi, id: number, prefer?: string) =>
  api.ask('POST', '/note', { body: { id }, ...(prefer === undefined ? {} : { headers: { prefer } }) });

test.each([
  ['commit', [1, 1, 1]],
  ['commit-allow-override', [1, 0, 1]],
  ['rollback', [0, 0, 0]],
  ['rollback-allow-override', [0, 0, 1]],
] as const)('transactionEnd %s', (transactionEnd, kept) =>
  using({ settings: { transactionEnd } }, async (api) => {
    const seen: number[] = [];
    for (const prefer of [undefined, 'tx=rollback', 'tx=commit']) {
      await database.sql('truncate note');
      const { status, headers } = await insert(api, 1, prefer);
      expect(status).toBe(201);
      const mayChoose = prefer !== undefined && transactionEnd.endsWith('override');
      expect(headers['preference-applied']).toBe(mayChoose ? prefer : undefined);
      seen.push(await notes());
    }
    expect(seen).toEqual(kept);
  }),
);

test('what is rolled back is checked as if it were not, and leaves the session clean', () =>
  using({ settings: { transactionEnd: 'rollback' } }, async (api) => {
    const broken = await api.ask('POST', '/note', { body: { id: 1, reply_to: 9 } });
    expect(broken).toMatchObject({ status: 409, json: { code: '23503' } });
    for (let n = 0; n < 6; n += 1) expect((await api.ask('GET', '/rpc/whoami')).json).toBe('anon');
  }));

describe('a function that is called before', () => {
  const settings = { settings: { preRequest: 'public.check_in' } };

  test('may take another role, which the request then runs as', () =>
    using(settings, async (api) => {
      const asReader = { headers: { 'x-role': 'note_reader' } };
      expect((await api.ask('GET', '/rpc/whoami', asReader)).json).toBe('note_reader');
      expect((await api.ask('POST', '/note', { body: { id: 1 }, ...asReader })).status).toBe(201);
      expect((await api.ask('PATCH', '/note', { body: { text: 'x' }, ...asReader })).status).toBe(401);
      expect((await api.ask('GET', '/rpc/whoami')).json).toBe('anon');
    }));

  test('may shape the answer, and refuse', () =>
    using(settings, async (api) => {
      expect((await api.ask('GET', '/note')).headers).toMatchObject({ 'x-checked': 'yes' });
      expect(await api.ask('DELETE', '/note')).toMatchObject({
        status: 451,
        json: { code: 'PT451', message: 'Not today' },
      });
    }));

  test('is called for each request of a batch', () =>
    using(settings, async (api) => {
      const { json } = await api.ask('POST', '/batch', {
        body: [{ path: '/rpc/whoami', headers: { 'x-role': 'note_reader' } }, { path: '/rpc/whoami' }],
      });
      expect((json as { body: string }[]).map(({ body }) => body)).toEqual(['note_reader', 'anon']);
    }));
});

describe('settings of roles', () => {
  const configured = {
    schemas: ['public'],
    extraSearchPath: ['extensions'],
    maxRows: 10,
    aggregates: false,
    plan: false,
    transactionEnd: 'commit' as const,
  };

  test('of the login override the configuration, and those that cannot be read are told', async () => {
    await database.sql(`
      alter role authenticator in database ${database.name} set pgrst.db_max_rows = '3';
      alter role authenticator in database ${database.name} set pgrst.db_tx_end = 'rollback';
      alter role authenticator in database ${database.name} set pgrst.db_aggregates_enabled = 'true';
      alter role authenticator in database ${database.name} set pgrst.db_extra_search_path = 'extensions, pg_temp';
      alter role authenticator in database ${database.name} set pgrst.db_pre_request = 'public.check_in';
      alter role authenticator in database ${database.name} set pgrst.db_plan_enabled = 'perhaps';
      alter role authenticator in database ${database.name} set pgrst.db_schemas = 'auth';
      alter role note_reader in database ${database.name} set statement_timeout = '7s';`);
    const warnings: string[] = [];
    const roles = await readRoleSettings(poolOf(database), 'authenticator', PREFIX);
    const settings = withRoleSettings(configured, roles, (warning) => warnings.push(warning));
    expect(settings).toMatchObject({
      schemas: ['public'],
      extraSearchPath: ['extensions', 'pg_temp'],
      maxRows: 3,
      aggregates: true,
      plan: false,
      transactionEnd: 'rollback',
      preRequest: 'public.check_in',
    });
    expect(warnings.sort()).toEqual([
      'pgrst.db_plan_enabled = "perhaps" is not used: it must be true or false',
      'pgrst.db_schemas = "auth" is not used: it must name schemas of api.schemas',
    ]);
    expect(settings.byRole?.get('note_reader')).toEqual([['statement_timeout', '7s']]);
  });

  test('of the role hold for its requests, and the server reads them anew when it is told to', async () => {
    await database.sql(`alter role authenticator in database ${database.name} reset all;
      alter role anon in database ${database.name} set statement_timeout = '9s'`);
    const app = await startApp(database);
    try {
      const timeout = async () => (await fetch(`${app.url}/rest/v1/rpc/timeout`)).json();
      expect(await timeout()).toBe('9s');
      await database.sql(
        `alter role anon in database ${database.name} set statement_timeout = '8s'; notify pgrst, 'reload config'`,
      );
      await expect.poll(timeout, { timeout: 5000 }).toBe('8s');
    } finally {
      await app.stop();
    }
  });
});

function poolOf({ sql }: TestDatabase): Parameters<typeof readRoleSettings>[0] {
  return { query: async (text: string, values: unknown[]) => ({ rows: await sql(text, values) }) } as never;
}
