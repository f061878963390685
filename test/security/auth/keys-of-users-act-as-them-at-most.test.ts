/** Keys that users make: what they may is what the user may, never more; and all the ways to make more of one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { askGraphql } from '../../support/auth-graphql.ts';
import { totpCode } from '../../support/totp.ts';

/** A hook that takes something away from one user's tokens. */
const EXTENSION = `
export default function (server) {
  server.registerAuthProvider({ name: 'owner', authenticate: (email) => ({ subject: email, email, emailVerified: true }) });
  server.registerAuthHook('customClaims', (claims, user) =>
    user.email?.startsWith('lowered') ? { ...claims, role: 'anon' } : claims);
}
`;

let folder: string;
let server: AuthServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goforward-user-keys-'));
  writeFileSync(join(folder, 'own.mjs'), EXTENSION);
  writeFileSync(join(folder, 'goforward.yaml'), 'extensions: [own.mjs]\n');
  server = await startAuth({ GOFORWARD_AUTH_API_KEYS_PER_USER: '3' }, folder);
  await server.database.sql(`
    create table note (id int generated always as identity primary key, owner uuid default auth.uid(), body text);
    create table other (id int primary key);
    alter table note enable row level security;
    create policy own on note using (owner = auth.uid()) with check (owner = auth.uid());
    create policy strong on note as restrictive for delete using (auth.jwt() ->> 'aal' = 'aal2');
    grant select, insert, update, delete on note to authenticated; grant select on other to authenticated;
    create function who() returns json language sql stable as 'select auth.jwt()';
    grant execute on function who to authenticated, anon`);
  await server.app.post('/meta/v1/reload', {}, server.app.keys.service);
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Person {
  id: string;
  email: string;
  token: string;
}

let people = 0;
async function signUp(name = 'user'): Promise<Person> {
  people += 1;
  const email = `${name}${people}@example.org`;
  const { data } = await server.client().signUp({ email, password: PASSWORD });
  return { id: data.user!.id, email, token: data.session!.access_token };
}

const CREATE = `mutation ($scopes: [AuthKeyScopeInput!], $expires: DateTime, $name: String = "script") {
  createMyApiKey(name: $name, scopes: $scopes, expiresAt: $expires) { key apiKey { id kind userId expiresAt } }
}`;

interface Made {
  key: string;
  apiKey: { id: string; kind: string; userId: string; expiresAt: string };
}

const attempt = (token: string | undefined, variables: object = {}) =>
  askGraphql(server, CREATE, { variables, ...(token === undefined ? {} : { key: token }) });

async function createKey(token: string, variables: object = {}): Promise<Made> {
  const answer = await attempt(token, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data?.createMyApiKey as Made;
}

const rest = async (key: string, path: string, init: RequestInit = {}) => {
  const headers = { apikey: key, 'content-type': 'application/json', prefer: 'return=representation' };
  const response = await fetch(`${server.app.url}/rest/v1${path}`, { headers, ...init });
  return { status: response.status, body: await response.json() };
};
const write = (body: string) => ({ method: 'POST', body: JSON.stringify({ body }) });
const codeOf = (answer: Awaited<ReturnType<typeof askGraphql>>) => answer.errors?.[0]?.extensions.code;

describe('acting as the user', () => {
  test('rows are those of the user, on every door', async () => {
    const [ada, ben] = [await signUp(), await signUp()];
    const { key, apiKey } = await createKey(ada.token);
    expect(key).toMatch(/^sb_user_/);
    expect(apiKey).toMatchObject({ kind: 'user', userId: ada.id });
    await rest(ben.token, '/note', write('of Ben'));
    const made = await rest(key, '/note', write('of Ada'));
    expect(made).toMatchObject({ status: 201, body: [{ owner: ada.id }] });
    expect((await rest(key, '/note?select=body')).body).toEqual([{ body: 'of Ada' }]);
    const asked = await askGraphql(server, '{ note { body } }', { key });
    expect(asked.data).toEqual({ note: [{ body: 'of Ada' }] });
  });

  test('claims are those of the user at this moment, and never a second factor', async () => {
    const ada = await signUp();
    const { key } = await createKey(ada.token);
    const claims = async () => (await rest(key, '/rpc/who', { method: 'POST', body: '{}' })).body;
    expect(await claims()).toMatchObject({
      sub: ada.id,
      email: ada.email,
      role: 'authenticated',
      aal: 'aal1',
      amr: [{ method: 'api_key' }],
    });
    expect(await claims()).not.toHaveProperty('session_id');
    await server.admin.updateUserById(ada.id, { app_metadata: { team: 'blue' } });
    await expect.poll(claims, { timeout: 4000 }).toMatchObject({ app_metadata: { team: 'blue' } });
    const { body } = await rest(key, '/note', write('kept'));
    await rest(key, `/note?id=eq.${body[0].id}`, { method: 'DELETE' });
    expect((await rest(key, `/note?id=eq.${body[0].id}&select=body`)).body).toEqual([{ body: 'kept' }]);
  });

  test('a scope makes it less, and a wide one not more', async () => {
    const ada = await signUp();
    const { key } = await createKey(ada.token, { scopes: [{ tables: ['public.note'], verbs: ['select'] }] });
    expect((await rest(key, '/note')).status).toBe(200);
    expect(await rest(key, '/note', write('x'))).toMatchObject({
      status: 403,
      body: { code: 'scope-denied' },
    });
    expect((await rest(key, '/other')).body.code).toBe('scope-denied');
    const wide = await createKey(ada.token, {
      scopes: [{ tables: ['public.*', 'auth.*'], verbs: ['select', 'insert', 'update', 'delete'] }],
    });
    expect((await rest(wide.key, '/other', { method: 'DELETE' })).body.code).toBe('42501');
  });

  test('what a hook takes from the tokens of the user the key does not have either', async () => {
    const ada = await signUp('lowered');
    const { id } = ada;
    await server.database.sql(`update auth.users set role = 'authenticated' where id = $1`, [id]);
    const made = await server.database.sql<{ id: string }>('select id from auth.users where id = $1', [id]);
    expect(made).toHaveLength(1);
    const { key } = await createKey(ada.token);
    expect((await rest(key, '/rpc/who', { method: 'POST', body: '{}' })).body).toMatchObject({
      role: 'anon',
    });
  });
});

describe('what changes the account is not for keys', () => {
  test.each([
    ['GET', '/user', undefined],
    ['PUT', '/user', { password: 'another password' }],
    ['PUT', '/user', { email: 'thief@example.org' }],
    ['PUT', '/user', { data: { a: 1 } }],
    ['GET', '/reauthenticate', undefined],
    ['POST', '/logout', undefined],
    ['POST', '/factors', { factor_type: 'totp' }],
    ['DELETE', '/factors/00000000-0000-4000-8000-000000000000', undefined],
    ['POST', '/factors/recovery-codes', {}],
    ['GET', '/passkeys', undefined],
    ['POST', '/passkeys/registration/options', {}],
    ['GET', '/user/identities/authorize?provider=google', undefined],
    ['DELETE', '/user/identities/00000000-0000-4000-8000-000000000000', undefined],
  ])('%s %s', async (method, path, body) => {
    const { key } = await createKey((await signUp()).token);
    const response = await server.request(path, {
      method,
      headers: { apikey: key, authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 403,
      body: { error_code: 'api_key_not_allowed' },
    });
  });

  test.each([
    'mutation { updateUser(password: "another password") { id } }',
    'mutation { updateUser(email: "thief@example.org") { id } }',
    'mutation { createMyApiKey(name: "more") { key } }',
    'mutation { revokeMyApiKey(id: "00000000-0000-4000-8000-000000000000") { id } }',
    'mutation { signOut }',
    'mutation { reauthenticate }',
    '{ myApiKeys { id } }',
    '{ mySessions { id } }',
  ])('%s', async (query) => {
    const { key } = await createKey((await signUp()).token);
    expect(codeOf(await askGraphql(server, query, { key }))).toBe('api_key_not_allowed');
  });

  test('nor is administration, even of a user whose role is that of the service', async () => {
    const ada = await signUp();
    const { key } = await createKey(ada.token);
    await server.database.sql(`update auth.users set role = 'service_role' where id = $1`, [ada.id]);
    await expect
      .poll(async () => (await rest(key, '/rpc/who', { method: 'POST', body: '{}' })).body.role, {
        timeout: 4000,
      })
      .toBe('service_role');
    const headers = { apikey: key, authorization: `Bearer ${key}` };
    const response = await server.request('/admin/users', { headers });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 403,
      body: { error_code: 'not_admin' },
    });
    expect(codeOf(await askGraphql(server, '{ apiKeys { id } }', { key }))).toBe('validation-failed');
    const { status } = await server.app.post('/meta/v1/query', { query: 'select 1' }, key);
    expect(status).toBe(403);
  });

  test('a key is no admin secret', async () => {
    const { key } = await createKey((await signUp()).token);
    const response = await fetch(`${server.app.url}/rest/v1/note`, {
      headers: { 'x-hasura-admin-secret': key },
    });
    expect(response.status).toBe(401);
    const asked = await fetch(`${server.app.url}/rest/v1/note`, {
      headers: { apikey: key, 'x-hasura-role': 'service_role' },
    });
    expect(asked.status).toBe(401);
  });
});

describe('making keys', () => {
  test('needs a user, and the second factor of who has one', async () => {
    expect(codeOf(await attempt(undefined))).toBe('no_authorization');
    expect(codeOf(await attempt(server.app.keys.service))).toBe('bad_jwt');
    const client = server.client();
    const email = 'factor@example.org';
    await client.signUp({ email, password: PASSWORD });
    const enrolled = await client.mfa.enroll({ factorType: 'totp' });
    const factorId = enrolled.data!.id;
    await client.mfa.challengeAndVerify({ factorId, code: totpCode(enrolled.data!.totp.secret) });
    const strong = (await client.getSession()).data.session!.access_token;
    const weak = (await server.client().signInWithPassword({ email, password: PASSWORD })).data.session!;
    expect(codeOf(await attempt(weak.access_token))).toBe('insufficient_aal');
    expect((await attempt(strong)).errors).toBeUndefined();
  });

  test('a key ends: after ninety days where nothing is said, within a year, never before now', async () => {
    const { token } = await signUp();
    const day = 86_400_000;
    const { apiKey } = await createKey(token);
    const days = (new Date(apiKey.expiresAt).getTime() - Date.now()) / day;
    expect(Math.round(days)).toBe(90);
    const at = (ms: number) => ({ expires: new Date(Date.now() + ms).toISOString() });
    expect(codeOf(await attempt(token, at(366 * day)))).toBe('validation_failed');
    expect(codeOf(await attempt(token, at(-1000)))).toBe('validation_failed');
    expect((await attempt(token, at(364 * day))).errors).toBeUndefined();
  });

  test('as many as are allowed, also when all are asked for at once', async () => {
    const { token } = await signUp();
    const answers = await Promise.all(Array.from({ length: 12 }, () => attempt(token)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(3);
    const codes = answers.flatMap((one) => codeOf(one) ?? []);
    expect(new Set(codes)).toEqual(new Set(['too_many_api_keys']));
  });

  test('what a scope names tells nothing of what there is', async () => {
    const { token } = await signUp();
    const naming = (table: string) => attempt(token, { scopes: [{ tables: [table], verbs: ['select'] }] });
    expect((await naming('auth.users')).errors).toBeUndefined();
    expect((await naming('auth.no_such_table')).errors).toBeUndefined();
    expect(codeOf(await naming('users'))).toBe('validation_failed');
  });

  test('keys of others are neither seen nor revoked', async () => {
    const [ada, ben] = [await signUp(), await signUp()];
    const { apiKey, key } = await createKey(ada.token);
    const revoke = `mutation ($id: ID!) { revokeMyApiKey(id: $id) { id revokedAt } }`;
    const variables = { id: apiKey.id };
    expect(codeOf(await askGraphql(server, revoke, { variables, key: ben.token }))).toBe('validation_failed');
    expect((await askGraphql(server, '{ myApiKeys { id } }', { key: ben.token })).data).toEqual({
      myApiKeys: [],
    });
    const mine = await askGraphql(server, '{ myApiKeys { id name } }', { key: ada.token });
    expect(mine.data).toEqual({ myApiKeys: [{ id: apiKey.id, name: 'script' }] });
    expect((await rest(key, '/note')).status).toBe(200);
  });
});

describe('a key ends within two seconds', () => {
  const ends = async (end: (ada: Person, made: Made) => Promise<unknown>) => {
    const ada = await signUp();
    const made = await createKey(ada.token);
    expect((await rest(made.key, '/note')).status).toBe(200);
    await end(ada, made);
    await expect.poll(async () => (await rest(made.key, '/note')).status, { timeout: 4000 }).toBe(401);
  };

  test('when it is revoked', () =>
    ends(async ({ token }, { apiKey }) => {
      const revoke = `mutation ($id: ID!) { revokeMyApiKey(id: $id) { revokedAt } }`;
      const answer = await askGraphql(server, revoke, { variables: { id: apiKey.id }, key: token });
      expect(answer.errors).toBeUndefined();
    }));
  test('when the user is banned', () =>
    ends(({ id }) => server.admin.updateUserById(id, { ban_duration: '1h' })));
  test('when the user is deleted', () => ends(({ id }) => server.admin.deleteUser(id)));
  test('when the user is deleted softly', () => ends(({ id }) => server.admin.deleteUser(id, true)));
  test('when the owner of the address comes, who had never shown that it is theirs', () =>
    ends(async ({ id, email }) => {
      await server.database.sql('update auth.users set email_confirmed_at = null where id = $1', [id]);
      const body = JSON.stringify({ provider: 'owner', credentials: email });
      const response = await server.request('/token?grant_type=custom', { method: 'POST', body });
      expect(await response.json()).toMatchObject({ user: { id } });
    }));
  test('when its time is over', () =>
    ends((_ada, { apiKey }) =>
      server.database.sql('update goforward.api_key set expires_at = now() where id = $1', [apiKey.id]),
    ));
});

test('administrators see and end keys of users, and cannot have one made anew', async () => {
  const { apiKey } = await createKey((await signUp()).token);
  const key = server.app.keys.service;
  const listed = await askGraphql(server, '{ apiKeys { id userId kind } }', { key });
  expect(listed.data?.apiKeys).toContainEqual({ id: apiKey.id, userId: apiKey.userId, kind: 'user' });
  const variables = { id: apiKey.id };
  const rotate = 'mutation ($id: ID!) { rotateApiKey(id: $id) { key } }';
  expect(codeOf(await askGraphql(server, rotate, { variables, key }))).toBe('validation_failed');
  const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) { revokedAt } }';
  expect((await askGraphql(server, revoke, { variables, key })).errors).toBeUndefined();
});
