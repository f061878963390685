import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BootstrapOptions, type BootstrapResult, bootstrap } from '../../../src/database/bootstrap.ts';
import { withLogin } from '../../../src/database/connection-url.ts';
import { AppError } from '../../../src/errors.ts';
import type { Observation } from '../../../src/observation.ts';
import { TEST_JWT_SECRET, urlOfDatabase } from '../../support/database.ts';
import { query } from '../../support/query.ts';
import { startThrowawayServer, type ThrowawayServer } from '../../support/throwaway-server.ts';

// Every test has a server of its own, as roles belong to the server.
let server: ThrowawayServer;
let observations: Observation[];

beforeEach(async () => {
  server = await startThrowawayServer();
  observations = [];
});

afterEach(() => server.stop());

function run(options: Partial<BootstrapOptions> = {}): Promise<BootstrapResult> {
  return bootstrap({
    adminUrl: server.adminUrl,
    mode: 'auto',
    jwtSecret: TEST_JWT_SECRET,
    defaultPrivileges: 'none',
    schemas: ['public'],
    observe: (observation) => observations.push(observation),
    ...options,
  });
}

const userOf = async (url: string): Promise<unknown> =>
  (await query(url, 'select current_user::text as name'))[0]?.name;

async function createDatabase(name: string): Promise<string> {
  await query(server.adminUrl, `create database ${name}`);
  return urlOfDatabase(server.adminUrl, name);
}

/** The roles and schemas of a database; what a bootstrap that must not write leaves as it was. */
function inventory(): Promise<unknown[]> {
  return query(
    server.adminUrl,
    `select rolname::text as name from pg_roles union all select nspname from pg_namespace where nspname !~ '^pg_t' order by 1`,
  );
}

describe('a superuser', () => {
  it('gets two logins that are no superusers, and nothing to do at the second start', async () => {
    const first = await run();
    expect(await userOf(first.platformUrl)).toBe('goforward_platform');
    expect(await userOf(first.apiUrl)).toBe('authenticator');
    expect(first).toMatchObject({ ddlEvents: true, warnings: [] });
    const supers = await query(server.adminUrl, 'select rolname::text from pg_roles where rolsuper');
    expect(supers).toEqual([{ rolname: 'postgres' }]);

    observations = [];
    expect(await run()).toEqual(first);
    expect(observations).toEqual([]);
  });

  it('may start many processes at once, on one database and on several', async () => {
    const others = [await createDatabase('one'), await createDatabase('two')];
    const urls = [server.adminUrl, server.adminUrl, server.adminUrl, ...others, ...others];
    const results = await Promise.all(urls.map((adminUrl) => run({ adminUrl })));
    for (const result of results) {
      expect(await userOf(result.platformUrl)).toBe('goforward_platform');
      expect(await userOf(result.apiUrl)).toBe('authenticator');
    }
    observations = [];
    for (const adminUrl of urls) await run({ adminUrl });
    expect(observations).toEqual([]);
  });

  it('follows a new JWT secret with new passwords', async () => {
    const before = await run();
    const after = await run({ jwtSecret: `${TEST_JWT_SECRET}, changed` });
    expect(await userOf(after.apiUrl)).toBe('authenticator');
    expect(await userOf(after.platformUrl)).toBe('goforward_platform');
    await expect(userOf(before.apiUrl)).rejects.toMatchObject({ code: '28P01' });
  });

  it('does not take the logins of another project on the same server', async () => {
    const first = await run();
    const second = await run({
      adminUrl: await createDatabase('other'),
      jwtSecret: `another ${TEST_JWT_SECRET}`,
    });
    expect(await userOf(second.apiUrl)).toMatch(/^authenticator_[0-9a-f]{8}$/);
    expect(await userOf(second.platformUrl)).toMatch(/^goforward_platform_[0-9a-f]{8}$/);
    expect(await userOf(first.apiUrl)).toBe('authenticator');
    expect(
      await query(second.apiUrl, 'begin; set local role anon; select current_user::text as name'),
    ).toEqual([{ name: 'anon' }]);
  });

  it('leaves the roles and functions of a Supabase database as they are', async () => {
    await query(
      server.adminUrl,
      `create role anon nologin noinherit; create role authenticated nologin noinherit;
       create role service_role nologin noinherit bypassrls;
       create role authenticator login noinherit password 'theirs';
       create role custom; grant anon, authenticated, service_role, custom to authenticator;
       create role supabase_auth_admin; create schema auth authorization supabase_auth_admin;
       create function auth.uid() returns uuid language sql stable as 'select null::uuid'`,
    );
    const theirs = `select (select prosrc from pg_proc where oid = 'auth.uid()'::regprocedure) as source,
      array(select (rolname, rolinherit, rolcanlogin, rolbypassrls, rolpassword)::text from pg_authid
            where rolname in ('anon', 'authenticated', 'service_role', 'authenticator') order by rolname) as roles,
      (select nspowner::regrole::text from pg_namespace where nspname = 'auth') as owner`;
    const before = await query(server.adminUrl, theirs);
    const result = await run();
    expect(await query(server.adminUrl, theirs)).toEqual(before);
    expect(await userOf(withLogin(server.adminUrl, 'authenticator', 'theirs'))).toBe('authenticator');
    // what their login may become, ours may become
    expect(await query(result.apiUrl, 'set role custom; select current_user::text as name')).toEqual([
      { name: 'custom' },
    ]);
    await query(server.adminUrl, 'create table public.thing (id int)');
    expect(await query(result.apiUrl, 'set role service_role; select * from public.thing')).toEqual([]);
    await query(result.platformUrl, 'create table auth.ours (id int)');
  });

  it('makes no API login where the configuration names one', async () => {
    const apiUrl = 'postgres://somebody:secret@127.0.0.1/postgres';
    expect((await run({ apiUrl })).apiUrl).toBe(apiUrl);
    expect(
      await query(server.adminUrl, `select 1 from pg_roles where rolname like 'authenticator%'`),
    ).toEqual([]);
  });

  it('replaces a DDL notifier that is not a superuser’s', async () => {
    const { platformUrl } = await run();
    await query(server.adminUrl, 'drop function goforward.notify_ddl() cascade');
    await query(
      platformUrl,
      `create function goforward.notify_ddl() returns event_trigger language plpgsql as 'begin end';
       comment on function goforward.notify_ddl() is 'GoForward, version 1'`,
    );
    expect((await run()).ddlEvents).toBe(true);
    const [owner] = await query(
      server.adminUrl,
      `select proowner::regrole::text as name from pg_proc where proname = 'notify_ddl'`,
    );
    expect(owner).toEqual({ name: 'postgres' });
  });

  it('writes nothing and lists everything when the bootstrap is off', async () => {
    const before = await inventory();
    const error = await run({ mode: 'off' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'bootstrap-needed', message: expect.stringContaining('off') });
    expect(await inventory()).toEqual(before);
    await query(server.adminUrl, (error as AppError).details!);
    expect(await userOf((await run({ mode: 'off' })).platformUrl)).toBe('goforward_platform');
  });
});

describe('a login without a superuser’s rights', () => {
  async function createLogin(attributes: string): Promise<string> {
    await query(server.adminUrl, `create role owner login ${attributes} password 'owner'`);
    await query(server.adminUrl, 'create database app owner owner');
    return withLogin(urlOfDatabase(server.adminUrl, 'app'), 'owner', 'owner');
  }

  it.each(['nocreaterole', 'createrole'])(
    'with %s is told all that an administrator must run, and works after that',
    async (attribute) => {
      const adminUrl = await createLogin(attribute);
      const before = await inventory();
      const error = await run({ adminUrl }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(AppError);
      const { code, details = '' } = error as AppError;
      expect(code).toBe('bootstrap-needed');
      expect(details).toContain('create role service_role nologin inherit bypassrls;');
      expect(await inventory()).toEqual(before);

      await query(urlOfDatabase(server.adminUrl, 'app'), details);
      const result = await run({ adminUrl });
      expect(result).toMatchObject({ platformUrl: adminUrl, ddlEvents: true, warnings: [] });
      expect(await query(result.apiUrl, 'set role anon; select auth.uid() as uid')).toEqual([{ uid: null }]);
      await query(adminUrl, 'create table goforward.thing (id int); create table auth.thing (id int)');
    },
  );

  it('never prints a password, only its verifier', async () => {
    const adminUrl = await createLogin('createrole');
    const { details = '' } = (await run({ adminUrl }).catch((reason: unknown) => reason)) as AppError;
    const passwords = [...details.matchAll(/password '([^']*)'/g)].map((match) => match[1]);
    expect(passwords).toEqual([expect.stringMatching(/^SCRAM-SHA-256\$4096:/)]);
  });

  it('does it alone where it may, and hears no DDL events', async () => {
    const adminUrl = await createLogin('createrole bypassrls');
    await query(server.adminUrl, 'grant pg_read_all_data, pg_write_all_data to owner with admin option');
    const result = await run({ adminUrl });
    expect(result).toMatchObject({ platformUrl: adminUrl, ddlEvents: false, warnings: [] });
    expect(await userOf(result.apiUrl)).toBe('authenticator');
    observations = [];
    expect(await run({ adminUrl })).toEqual(result);
    expect(observations).toEqual([]);
  });
});

it('tells in one sentence without the password that it cannot connect', async () => {
  const wrong = withLogin(server.adminUrl, 'postgres', 'guessed-password');
  const closed = 'postgres://postgres:guessed-password@127.0.0.1:1/postgres';
  for (const adminUrl of [wrong, closed]) {
    const error = (await run({ adminUrl }).catch((reason: unknown) => reason)) as AppError;
    expect(error).toMatchObject({
      code: 'database-unreachable',
      message: expect.stringContaining('127.0.0.1'),
    });
    expect(`${error.message}${error.hint}${error.details}`).not.toContain('guessed-password');
  }
});

it('names a schema of the API that does not exist', async () => {
  const { warnings } = await run({ schemas: ['public', 'shop'] });
  expect(warnings).toEqual(['The schema "shop" of api.schemas does not exist.']);
});

it('gives the API roles everything on new objects only when told so', async () => {
  const { platformUrl, apiUrl } = await run({ defaultPrivileges: 'supabase' });
  await query(platformUrl, 'create table public.by_platform (id serial)');
  await query(server.adminUrl, 'create table public.by_superuser (id serial)');
  for (const table of ['by_platform', 'by_superuser']) {
    await query(apiUrl, `set role anon; insert into public.${table} default values`);
  }
  observations = [];
  await run({ defaultPrivileges: 'supabase' });
  expect(observations).toEqual([]);
});
