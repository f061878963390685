/** Sessions in cookies are attacked as pages of others would: no request that they can make is done in the user's name. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { type CookieClient, cookieClient, ownPage, type Told } from '../../support/cookie-client.ts';
import { freePort } from '../../support/scratch-cluster.ts';

const LISTED = 'https://app.example.org';
const EVIL = 'https://evil.example.com';
const EMAIL = 'ada@example.org';

let server: AuthServer;
let victim: CookieClient;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_COOKIES_ENABLED: 'true',
    GOFORWARD_AUTH_COOKIES_ORIGINS: LISTED,
    GOFORWARD_AUTH_MANUAL_LINKING: 'true',
  });
  await server.database.sql(`create table note (id int primary key, owner uuid default auth.uid(), text text);
    alter table note enable row level security;
    create policy own on note using (owner = auth.uid());
    grant all on note to authenticated; grant select on note to anon;
    create function seen_cookies() returns text stable language sql as $$ select current_setting('request.cookies', true) $$`);
  await server.app.post('/meta/v1/reload', {}, server.app.keys.service);
  await server.admin.createUser({ email: EMAIL, password: PASSWORD, email_confirm: true });
  victim = await signedIn();
  await victim.graphql('mutation { insert_note_one(object: {id: 1, text: "mine"}) { id } }');
});

afterAll(() => server.close());

const SIGN_IN = '/auth/v1/token?grant_type=password';
const credentials = { email: EMAIL, password: PASSWORD };

async function signedIn(): Promise<CookieClient> {
  const client = cookieClient(server);
  expect((await client.send(SIGN_IN, { body: credentials })).status).toBe(200);
  return client;
}

/** Where requests come from that nobody but the user should be able to make. */
const FOREIGN: [string, (own: string) => Told][] = [
  ['another site', () => ({ origin: EVIL, 'sec-fetch-site': 'cross-site' })],
  ['another site, in an old browser', () => ({ origin: EVIL })],
  ['another port of the same host', () => ({ origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' })],
  ['another scheme', (own) => ({ origin: own.replace('http:', 'https:') })],
  ['a name that ends with ours', (own) => ({ origin: `${own}.evil.example.com` })],
  ['a name that begins as a listed one', () => ({ origin: `${LISTED}.evil.example.com` })],
  ['a page without an origin', () => ({ origin: 'null' })],
  ['a page without an origin that says it is ours', () => ({ origin: 'null', 'sec-fetch-site': 'same-origin' })],
  ['a form of another site, in a browser that hides its origin', () => ({ 'sec-fetch-site': 'cross-site' })],
  ['a form of a neighbour', () => ({ 'sec-fetch-site': 'same-site' })],
  ['two origins at once', (own) => ({ origin: `${EVIL}, ${own}` })],
  ['another site with our header', () => ({ origin: EVIL, 'x-goforward-session': '1' })],
  ['nobody says where', () => ({})],
]; // biome-ignore format: a table

const query = (document: string) => `/graphql?query=${encodeURIComponent(document)}`;
const WRITE = { query: 'mutation { insert_note_one(object: {id: 666, text: "ridden"}) { id } }' };

/** What could be done or learned with a cookie, in every form that reaches a handler. */
const RIDDEN: [string, string, string, unknown, Told?][] = [
  ['a GraphQL mutation', 'POST', '/graphql', WRITE],
  ['a GraphQL mutation as text', 'POST', '/graphql', JSON.stringify(WRITE), { 'content-type': 'text/plain' }],
  ['a GraphQL mutation in Hasura’s manner', 'POST', '/v1/graphql', WRITE],
  ['the same as text', 'POST', '/v1/graphql', JSON.stringify(WRITE), { 'content-type': 'text/plain' }],
  ['a batch', 'POST', '/v1/graphql', [WRITE, WRITE]],
  ['a GraphQL query', 'POST', '/graphql', { query: '{ note { id } }' }],
  ['a GraphQL query by GET', 'GET', query('{ note { id } }'), undefined],
  ['a GraphQL query by GET in Hasura’s manner', 'GET', `/v1${query('{ note { id } }')}`, undefined],
  ['a write over REST', 'POST', '/rest/v1/note', { id: 666, text: 'ridden' }],
  ['a write over REST by a form', 'POST', '/rest/v1/note', 'id=666&text=ridden', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['a removal over REST', 'DELETE', '/rest/v1/note?id=eq.1', undefined],
  ['a batch over REST', 'POST', '/rest/v1/batch', [{ method: 'DELETE', path: '/note?id=eq.1' }]],
  ['a change of oneself', 'PUT', '/auth/v1/user', { data: { ridden: true } }],
  ['a change of oneself as text', 'PUT', '/auth/v1/user', '{"data": {"ridden": true}}', { 'content-type': 'text/plain' }],
  ['a look at oneself', 'GET', '/auth/v1/user', undefined],
  ['a mail', 'GET', '/auth/v1/reauthenticate', undefined],
  ['a factor', 'POST', '/auth/v1/factors', { factor_type: 'totp' }],
  ['an identity', 'GET', '/auth/v1/user/identities/authorize?provider=x', undefined],
  ['a sign-out', 'POST', '/auth/v1/logout', undefined],
]; // biome-ignore format: a table

describe.each(FOREIGN)('from %s', (_from, told) => {
  const facts = () =>
    server.database.sql(`select (select json_agg(n order by id) from note n) as notes,
      (select count(*) from auth.sessions) as sessions, (select count(*) from auth.mfa_factors) as factors,
      (select json_agg(raw_user_meta_data) from auth.users) as users`);

  it.each(RIDDEN)('%s is not done', async (_what, method, path, body, more = {}) => {
    const before = await facts();
    const own = new URL(server.app.url).origin;
    const response = await victim.send(path, { method, body, told: { ...told(own), ...more } });
    const text = await response.text();
    // The manner of Hasura has no statuses.
    expect([200, 403]).toContain(response.status);
    expect(text).toContain('"untrusted-origin"');
    expect(text).not.toContain('mine');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(await facts()).toEqual(before);
  });

  it('a sign-in leaves nothing in the browser, so nobody is signed in as somebody else', async () => {
    const own = new URL(server.app.url).origin;
    const client = cookieClient(server);
    const asText = { ...told(own), 'content-type': 'text/plain' };
    if ('x-goforward-session' in asText) expect(asText['x-goforward-session']).not.toBe('cookie');
    await client.send(SIGN_IN, { body: JSON.stringify(credentials), told: asText });
    await client.send('/graphql', {
      told: told(own),
      body: { query: `mutation { signIn(email: "${EMAIL}", password: "${PASSWORD}") { expiresIn } }` },
    });
    expect(client.lines()).toEqual([]);
  });

  it('the refresh token of the cookie is not used', async () => {
    const own = new URL(server.app.url).origin;
    const before = victim.cookies.get('goforward-refresh');
    const response = await victim.send('/auth/v1/token?grant_type=refresh_token', { told: told(own) });
    expect(await response.json()).toMatchObject({ error_code: 'validation_failed' });
    expect(victim.cookies.get('goforward-refresh')).toBe(before);
  });
});

describe('trusted pages', () => {
  it.each<[string, (own: string) => Told]>([
    ['the server itself', (own) => ({ origin: own })],
    ['the server under another name', () => ({ origin: 'http://other', 'sec-fetch-site': 'same-origin' })],
    ['a page of the server that reads', () => ({ 'sec-fetch-site': 'same-origin' })],
    ['a listed origin', () => ({ origin: LISTED, 'sec-fetch-site': 'same-site' })],
    ['a client that is no browser, with our header', () => ({ 'x-goforward-session': '1' })],
  ])('%s speaks by cookie on every door', async (_from, from) => {
    const told = from(new URL(server.app.url).origin);
    expect(await victim.graphql('{ note { id } }', undefined, told)).toEqual({ data: { note: [{ id: 1 }] } });
    const byGet = await victim.send(query('{ note { id } }'), { method: 'GET', told });
    expect(await byGet.json()).toEqual({ data: { note: [{ id: 1 }] } });
    const rest = await victim.send('/rest/v1/note?select=id', { method: 'GET', told });
    expect(await rest.json()).toEqual([{ id: 1 }]);
    const me = await victim.send('/auth/v1/user', { method: 'GET', told });
    expect(await me.json()).toMatchObject({ email: EMAIL });
    expect(me.headers.get('vary')).toContain('cookie');
    expect(rest.headers.get('cache-control')).toMatch(/private|no-store/);
  });

  it('what only reads needs no page: nobody else can see the answer', async () => {
    const rest = await victim.send('/rest/v1/note?select=id', { method: 'GET', told: { origin: EVIL } });
    expect(await rest.json()).toEqual([{ id: 1 }]);
    expect(rest.headers.get('access-control-allow-credentials')).toBeNull();
    expect(rest.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('CORS lets cookies be sent from listed origins, by name', async () => {
    const preflight = async (origin: string) => {
      const told = { origin, 'access-control-request-method': 'POST' };
      const { headers } = await cookieClient(server).send('/graphql', { method: 'OPTIONS', told });
      return [
        headers.get('access-control-allow-origin'),
        headers.get('access-control-allow-credentials'),
        headers.get('vary'),
      ];
    };
    expect(await preflight(LISTED)).toEqual([LISTED, 'true', 'origin']);
    expect(await preflight(EVIL)).toEqual(['*', null, 'origin']);
    expect(await preflight('null')).toEqual(['*', null, 'origin']);
    const answer = await victim.send('/graphql', { body: { query: '{ x }' }, told: { origin: LISTED } });
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
  });
});

describe('beside another credential', () => {
  it('a cookie says nothing, wherever it comes from', async () => {
    const anonymous = { authorization: `Bearer ${server.app.keys.anon}`, origin: EVIL };
    expect(await victim.graphql('{ note { id } me { id } }', undefined, anonymous)).toEqual({
      data: { note: [], me: null },
    });
    const wrong = { authorization: 'Bearer nonsense', ...ownPage(server) };
    const refused = await victim.send('/graphql', { body: { query: '{ note { id } }' }, told: wrong });
    expect(refused.status).toBe(401);
    expect(refused.headers.getSetCookie()).toEqual([]);
    const admin = { 'x-hasura-admin-secret': server.app.keys.secret, origin: EVIL };
    expect(await victim.graphql('{ authUsers { totalCount } }', undefined, admin)).toEqual({
      data: { authUsers: { totalCount: 1 } },
    });
    const refreshed = await victim.send('/auth/v1/token?grant_type=refresh_token', {
      told: { ...ownPage(server), authorization: `Bearer ${server.app.keys.anon}` },
    });
    expect(await refreshed.json()).toMatchObject({ error_code: 'validation_failed' });
  });

  it('a key stays a key: the cookie speaks, the key is judged', async () => {
    const told = { ...ownPage(server), apikey: server.app.keys.anon };
    expect(await victim.graphql('{ note { id } }', undefined, told)).toEqual({ data: { note: [{ id: 1 }] } });
    const wrong = await victim.send('/rest/v1/note', {
      method: 'GET',
      told: { ...ownPage(server), apikey: 'nonsense' },
    });
    expect(wrong.status).toBe(401);
  });
});

describe('cookies that others have set', () => {
  it('of another name say nothing', async () => {
    const token = victim.cookies.get('goforward-access')!;
    for (const name of ['__Host-goforward-access', 'Goforward-Access', 'goforward-access2', 'access']) {
      const client = cookieClient(server, [[name, token]]);
      expect(await client.graphql('{ me { id } }')).toEqual({ data: { me: null } });
    }
  });

  it('of our name beside ours are refused', async () => {
    const cookie = `goforward-access=x; goforward-access=${victim.cookies.get('goforward-access')}`;
    const told = { ...ownPage(server), cookie };
    const response = await cookieClient(server).send('/graphql', { body: { query: '{ me { id } }' }, told });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('"invalid-headers"');
  });

  it('behind https only those count that no other host can set', async () => {
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const https = await startAuth({
      GOFORWARD_SERVER_PORT: String(port),
      GOFORWARD_AUTH_COOKIES_ENABLED: 'true',
      GOFORWARD_SERVER_PUBLIC_URL: 'https://api.example.org',
    });
    try {
      const told = { origin: 'https://api.example.org' };
      const client = cookieClient(https, [], base);
      await client.send('/auth/v1/signup', { body: credentials, told });
      expect(client.lines()).toEqual([
        expect.stringMatching(
          /^__Host-goforward-access=[\w.-]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/,
        ),
        expect.stringMatching(
          /^__Host-goforward-refresh=[\w.-]+; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure$/,
        ),
      ]);
      expect(await client.graphql('{ me { email } }', undefined, told)).toEqual({
        data: { me: { email: EMAIL } },
      });
      const token = client.cookies.get('__Host-goforward-access')!;
      const tossed = cookieClient(https, [['goforward-access', token]], base);
      expect(await tossed.graphql('{ me { email } }', undefined, told)).toEqual({ data: { me: null } });
    } finally {
      await https.close();
    }
  });
});

it('functions of the database see the cookies of others, not these', async () => {
  const client = cookieClient(server, [...victim.cookies, ['theme', 'dark']]);
  const response = await client.send('/rest/v1/rpc/seen_cookies', { method: 'GET' });
  expect(await response.json()).toBe('{"theme":"dark"}');
});
