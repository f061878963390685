/** `/admin/oauth/clients` by the client of Supabase: made, listed, changed, removed; and what users let in. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth();
});
afterAll(() => server?.close());

const REDIRECTS = [
  'https://app.example.org/callback',
  'http://localhost:3000/callback',
  'com.example.app:/callback',
];
const create = async (more: object = {}) => {
  const made = await server.admin.oauth.createClient({
    client_name: 'Reader',
    redirect_uris: REDIRECTS,
    ...more,
  });
  expect(made.error).toBeNull();
  return made.data!;
};

test('a client is made, read, changed and removed', async () => {
  const made = await create({ client_uri: 'https://app.example.org' });
  expect(made).toEqual({
    client_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    client_secret: expect.stringMatching(/^[\w-]{43}$/),
    client_type: 'confidential',
    client_name: 'Reader',
    client_uri: 'https://app.example.org',
    redirect_uris: REDIRECTS,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    registration_type: 'manual',
    created_at: expect.any(String),
    updated_at: expect.any(String),
  });
  const { client_secret, ...shown } = made;
  expect((await server.admin.oauth.getClient(made.client_id)).data).toEqual(shown);
  const logo = 'https://app.example.org/logo.png';
  const changed = await server.admin.oauth.updateClient(made.client_id, { logo_uri: logo });
  expect(changed.data).toEqual({ ...shown, logo_uri: logo, updated_at: expect.any(String) });
  expect((await server.admin.oauth.deleteClient(made.client_id)).error).toBeNull();
  const gone = await server.admin.oauth.getClient(made.client_id);
  expect(gone).toMatchObject({ data: null, error: { status: 404, code: 'oauth_client_not_found' } });
  expect((await server.admin.oauth.deleteClient(made.client_id)).error?.status).toBe(404);
});

test('of a secret the hash is kept; a new one takes the place of the old', async () => {
  const made = await create();
  const kept = async () => {
    const [row] = await server.database.sql<{ hash: string }>(
      'select client_secret_hash as hash from auth.oauth_clients where id = $1',
      [made.client_id],
    );
    return row?.hash;
  };
  const hash = (secret: string | undefined) =>
    createHash('sha256')
      .update(secret ?? '')
      .digest('base64url');
  expect(await kept()).toBe(hash(made.client_secret));
  const renewed = await server.admin.oauth.regenerateClientSecret(made.client_id);
  expect(renewed.data).toMatchObject({ client_id: made.client_id, client_name: 'Reader' });
  expect(renewed.data?.client_secret).not.toBe(made.client_secret);
  expect(await kept()).toBe(hash(renewed.data?.client_secret));
});

test('a public client has no secret', async () => {
  const made = await create({ token_endpoint_auth_method: 'none' });
  expect(made).toMatchObject({ client_type: 'public', token_endpoint_auth_method: 'none' });
  expect(made).not.toHaveProperty('client_secret');
  const renewed = await server.admin.oauth.regenerateClientSecret(made.client_id);
  expect(renewed.error).toMatchObject({ status: 400, code: 'validation_failed' });
  const turned = await server.admin.oauth.updateClient(made.client_id, {
    token_endpoint_auth_method: 'client_secret_post',
  });
  expect(turned.error?.message).toMatch(/token_endpoint_auth_method/);
});

test('clients are listed newest first, in pages', async () => {
  const made = [await create(), await create(), await create()].map((one) => one.client_id);
  const all = await server.admin.oauth.listClients();
  expect(all.data).toMatchObject({ aud: 'authenticated' });
  expect(all.data.clients.map((one) => one.client_id).slice(0, 3)).toEqual(made.toReversed());
  expect(all.data.clients.every((one) => one.client_secret === undefined)).toBe(true);
  const page = await server.admin.oauth.listClients({ page: 1, perPage: 2 });
  expect(page.data.clients).toHaveLength(2);
  expect(page.data).toMatchObject({ nextPage: 2, total: all.data.clients.length });
  expect((await server.admin.oauth.listClients({ page: -1, perPage: 2 })).error?.status).toBe(400);
});

describe('refused, naming the member:', () => {
  test.each([
    ['no redirect', { redirect_uris: [] }, /redirect_uris/],
    ['a redirect that is no address', { redirect_uris: ['callback'] }, /redirect_uris/],
    [
      'a redirect over plain HTTP',
      { redirect_uris: ['http://app.example.org/'] },
      /redirect_uris must be https/,
    ],
    [
      'a redirect with a fragment',
      { redirect_uris: ['https://app.example.org/#a'] },
      /redirect_uris.*fragment/,
    ],
    ['a redirect that is a script', { redirect_uris: ['javascript:alert(1)'] }, /redirect_uris.*javascript/],
    ['too many redirects', { redirect_uris: Array(11).fill('https://app.example.org/') }, /redirect_uris/],
    ['no name', { client_name: '' }, /client_name/],
    ['an unknown grant', { grant_types: ['password'] }, /grant_types/],
    ['an unknown response', { response_types: ['token'] }, /response_types/],
    ['a logo that is a script', { logo_uri: 'javascript:alert(1)' }, /logo_uri/],
    [
      'a secret of a public client',
      { client_type: 'public', token_endpoint_auth_method: 'client_secret_post' },
      /token_endpoint/,
    ],
  ])('%s', async (_what, more, message) => {
    const settings = { client_name: 'Bad', redirect_uris: REDIRECTS, ...more };
    const { data, error } = await server.admin.oauth.createClient(settings as never);
    expect(data).toBeNull();
    expect(error).toMatchObject({
      status: 400,
      code: 'validation_failed',
      message: expect.stringMatching(message),
    });
  });
});

test('it is none of anybody else’s business', async () => {
  const { data } = await server.client().signUp({ email: 'u@example.org', password: PASSWORD });
  for (const key of [server.app.keys.anon, data.session!.access_token]) {
    const headers = { apikey: server.app.keys.anon, authorization: `Bearer ${key}` };
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['DELETE', '/00000000-0000-4000-8000-000000000000'],
    ]) {
      const response = await server.request(`/admin/oauth/clients${path}`, { method: method!, headers });
      expect(response.status).toBe(403);
    }
  }
  const { error } = await server.admin.oauth.getClient('00000000-0000-0000-0000-000000000000');
  expect(error?.code).toBe('oauth_client_not_found');
});

test('users see which applications they let in, and take that back', async () => {
  const made = await create();
  const client = server.client();
  const { data } = await client.signUp({ email: 'granting@example.org', password: PASSWORD });
  expect((await client.oauth.listGrants()).data).toEqual([]);
  const other = await server.client().signUp({ email: 'other@example.org', password: PASSWORD });
  const letIn = (userId: string) =>
    server.database.sql(
      `insert into auth.sessions (user_id, oauth_client_id, scopes) values ($1, $2, 'openid email')`,
      [userId, made.client_id],
    );
  await letIn(data.user!.id);
  await letIn(other.data.user!.id);
  expect((await client.oauth.listGrants()).data).toEqual([
    {
      client: { id: made.client_id, name: 'Reader', uri: '', logo_uri: '' },
      scopes: ['openid', 'email'],
      granted_at: expect.any(String),
    },
  ]);
  expect((await client.oauth.revokeGrant({ clientId: made.client_id })).error).toBeNull();
  expect((await client.oauth.listGrants()).data).toEqual([]);
  expect((await client.oauth.revokeGrant({ clientId: made.client_id })).error?.code).toBe(
    'oauth_grant_not_found',
  );
  const left = await server.database.sql('select 1 from auth.sessions where oauth_client_id = $1', [
    made.client_id,
  ]);
  expect(left).toHaveLength(1);
  await server.admin.oauth.deleteClient(made.client_id);
  expect(
    await server.database.sql('select 1 from auth.sessions where oauth_client_id = $1', [made.client_id]),
  ).toEqual([]);
});

test('ways to sign in that are not there say so', async () => {
  const web3 = await server.request('/token?grant_type=web3', {
    method: 'POST',
    body: JSON.stringify({ chain: 'ethereum', message: 'm', signature: 's' }),
  });
  expect(web3.status).toBe(422);
  expect(await web3.json()).toMatchObject({ error_code: 'web3_provider_disabled' });
  const { error } = await server.client().signInWithSSO({ domain: 'example.org' });
  expect(error).toMatchObject({ status: 404, code: 'saml_provider_disabled' });
});
