import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, codeOf, PASSWORD, startAuth } from '../../support/auth.ts';
import { type CookieClient, cookieClient, ownPage } from '../../support/cookie-client.ts';
import {
  browse,
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../../support/identity-provider.ts';
import { temporaryFolder } from '../../support/server-process.ts';
import { totpCode } from '../../support/totp.ts';

const SITE = 'https://shop.example.org/';
const folder = temporaryFolder();

let server: AuthServer;
let provider: IdentityProvider;
let count = 0;

beforeAll(async () => {
  provider = await startIdentityProvider();
  const works = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, issuer: provider.issuer };
  const auth = {
    siteUrl: SITE,
    cookies: { enabled: true },
    anonymous: { enabled: true },
    manualLinking: true,
    refresh: { reuseSeconds: 0 },
    sessions: { inactivitySeconds: 86_400 },
    providers: { works },
  };
  writeFileSync(join(folder.path, 'goforward.yaml'), JSON.stringify({ auth }));
  server = await startAuth({}, folder.path);
  provider.open(`${server.url}/callback`);
});

afterAll(async () => {
  await server.close();
  await provider.close();
  folder.remove();
});

const ALONE = () => ({ ...ownPage(server), 'x-goforward-session': 'cookie' });
const NAMES = ['goforward-access', 'goforward-refresh'];

async function signedUp(told = ownPage(server)) {
  count += 1;
  const email = `cookie${count}@example.org`;
  const client = cookieClient(server);
  const response = await client.send('/auth/v1/signup', { body: { email, password: PASSWORD }, told });
  const body = (await response.json()) as Record<string, unknown> & { user: { id: string } };
  return { client, email, body };
}

const me = async (client: CookieClient) =>
  (await client.send('/auth/v1/user', { method: 'GET', told: { 'sec-fetch-site': 'same-origin' } })).status;

describe('signing in', () => {
  it('leaves two cookies that no script can read, beside the tokens or instead of them', async () => {
    const { client, body } = await signedUp();
    expect([...client.cookies.keys()].sort()).toEqual(NAMES);
    expect(client.lines()).toEqual([
      expect.stringMatching(/; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax$/),
    ]);
    expect(body).toMatchObject({
      access_token: client.cookies.get(NAMES[0]!),
      refresh_token: client.cookies.get(NAMES[1]!),
    });
    const alone = await signedUp(ALONE());
    expect([...alone.client.cookies.keys()].sort()).toEqual(NAMES);
    expect(alone.body).toMatchObject({
      token_type: 'bearer',
      expires_in: 3600,
      user: { email: alone.email },
    });
    expect(JSON.stringify(alone.body)).not.toMatch(/_token"/);
    expect(await me(alone.client)).toBe(200);
  });

  it('does so in GraphQL, whatever is selected', async () => {
    const { email } = await signedUp();
    const client = cookieClient(server);
    const signIn = (selection: string) =>
      `mutation { signIn(email: "${email}", password: "${PASSWORD}") { ${selection} } }`;
    await client.graphql(signIn('expiresIn'));
    expect(await me(client)).toBe(200);
    expect(await client.graphql(signIn('accessToken refreshToken expiresIn'), {}, ALONE())).toEqual({
      data: { signIn: { accessToken: null, refreshToken: null, expiresIn: 3600 } },
    });
    const anonymous = cookieClient(server);
    await anonymous.graphql('mutation { signInAnonymously { expiresIn } }');
    expect(await anonymous.graphql('{ me { isAnonymous } }')).toEqual({
      data: { me: { isAnonymous: true } },
    });
  });

  it('by a code does so as well', async () => {
    const { email } = await signedUp();
    const client = cookieClient(server);
    await client.send('/auth/v1/otp', { body: { email } });
    const token = codeOf(await server.sent(email));
    await client.send('/auth/v1/verify', { body: { type: 'email', email, token } });
    expect(await me(client)).toBe(200);
  });

  it('with our header is refused to other pages', async () => {
    const { email } = await signedUp();
    const client = cookieClient(server);
    const told = { origin: 'https://evil.example.com', 'x-goforward-session': 'cookie' };
    const body = { email, password: PASSWORD };
    const response = await client.send('/auth/v1/token?grant_type=password', { body, told });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error_code: 'untrusted-origin' });
    expect(client.lines()).toEqual([]);
  });

  it('tells of a token that no browser would keep', async () => {
    const { client } = await signedUp();
    const data = { long: 'x'.repeat(4000) };
    expect((await client.send('/auth/v1/user', { method: 'PUT', body: { data } })).status).toBe(200);
    const refreshed = await client.send('/auth/v1/token?grant_type=refresh_token');
    expect(refreshed.status).toBe(422);
    expect(await refreshed.json()).toMatchObject({ error_code: 'session-too-large' });
  });
});

describe('refreshing', () => {
  it('takes the cookie, and never tells what came by cookie', async () => {
    const { client } = await signedUp();
    const before = new Map(client.cookies);
    client.cookies.delete('goforward-access');
    const response = await client.send('/auth/v1/token?grant_type=refresh_token');
    expect(response.status).toBe(200);
    expect(await response.text()).not.toMatch(/_token"/);
    expect(client.cookies.get('goforward-refresh')).not.toBe(before.get('goforward-refresh'));
    expect(await me(client)).toBe(200);
    const again = await client.graphql('mutation { refreshSession { accessToken refreshToken expiresIn } }');
    expect(again).toEqual({
      data: { refreshSession: { accessToken: null, refreshToken: null, expiresIn: 3600 } },
    });
  });

  it('with a spent token ends the session and takes the cookies back', async () => {
    const { client } = await signedUp();
    const spent = cookieClient(server, [['goforward-refresh', client.cookies.get('goforward-refresh')!]]);
    await client.send('/auth/v1/token?grant_type=refresh_token');
    await client.send('/auth/v1/token?grant_type=refresh_token');
    const refused = await spent.send('/auth/v1/token?grant_type=refresh_token');
    expect(await refused.json()).toMatchObject({ error_code: 'refresh_token_already_used' });
    expect(spent.cookies.size).toBe(0);
  });
});

describe('a session that has ended', () => {
  it('is noticed once, and then the browser is nobody', async () => {
    const { client, body } = await signedUp();
    const id = body.user.id;
    await server.app.post(
      '/graphql',
      { query: `mutation { revokeSessions(userId: "${id}") }` },
      server.app.keys.service,
    );
    const first = await client.send('/graphql', { body: { query: '{ me { id } }' } });
    expect(first.status).toBe(401);
    expect(client.cookies.has('goforward-access')).toBe(false);
    expect(await client.graphql('{ me { id } }')).toEqual({ data: { me: null } });
  });

  it('keeps nobody from signing in anew', async () => {
    const { client, email, body } = await signedUp();
    await server.admin.updateUserById(body.user.id, { ban_duration: '1h' });
    await server.admin.updateUserById(body.user.id, { ban_duration: 'none' });
    const again = { body: { email, password: PASSWORD } };
    expect((await client.send('/auth/v1/token?grant_type=password', again)).status).toBe(200);
    expect(await me(client)).toBe(200);
  });
});

describe('signing out', () => {
  const sessions = async (id: string) =>
    (await server.database.sql('select 1 from auth.sessions where user_id = $1', [id])).length;

  it.each([
    ['REST', (client: CookieClient) => client.send('/auth/v1/logout')],
    ['GraphQL', (client: CookieClient) => client.graphql('mutation { signOut }')],
  ])('takes the cookies back over %s, also where only the refresh token is left', async (_door, signOut) => {
    for (const withAccess of [true, false]) {
      const { client, body } = await signedUp();
      if (!withAccess) client.cookies.delete('goforward-access');
      await signOut(client);
      expect(client.cookies.size).toBe(0);
      expect(await sessions(body.user.id)).toBe(0);
    }
  });

  it('the others leaves this one', async () => {
    const { client, email, body } = await signedUp();
    await server.client().signInWithPassword({ email, password: PASSWORD });
    await client.send('/auth/v1/logout?scope=others');
    expect(await me(client)).toBe(200);
    expect(await sessions(body.user.id)).toBe(1);
  });

  it('is nothing for strangers', async () => {
    expect((await cookieClient(server).send('/auth/v1/logout')).status).toBe(401);
  });
});

it('a second factor raises the session in its cookies', async () => {
  const { client } = await signedUp();
  const enrolled = await client.send('/auth/v1/factors', { body: { factor_type: 'totp' } });
  const { id, totp } = (await enrolled.json()) as { id: string; totp: { secret: string } };
  const challenge = (await (await client.send(`/auth/v1/factors/${id}/challenge`)).json()) as { id: string };
  const body = { challenge_id: challenge.id, code: totpCode(totp.secret) };
  const verified = await client.send(`/auth/v1/factors/${id}/verify`, { body });
  expect(verified.status).toBe(200);
  expect(await verified.text()).not.toMatch(/_token"/);
  const sessions = await client.graphql('{ mySessions { aal isCurrent } }');
  expect(sessions).toEqual({ data: { mySessions: [{ aal: 'aal2', isCurrent: true }] } });
});

describe('linking an identity', () => {
  const identities = async (id: string) =>
    (await server.database.sql('select provider from auth.identities where user_id = $1', [id])).length;

  /** The address that the provider sends the browser to, with all that the provider gave. */
  async function begun(client: CookieClient, subject: string): Promise<string> {
    provider.people.set(subject, { email: `${subject}@example.org`, email_verified: true });
    const { data } = await client.graphql<{ data: { linkIdentity: string } }>(
      `mutation { linkIdentity(provider: "works", queryParams: {login_hint: "${subject}"}) }`,
    );
    return (await browse(data.linkIdentity, `${server.url}/callback`)).href.slice(server.app.url.length);
  }

  const fromProvider = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };

  it('is for the browser that began', async () => {
    const { client, body } = await signedUp();
    const back = await begun(client, `mine${count}`);
    const answer = await client.send(back, { method: 'GET', told: fromProvider });
    expect(answer.headers.get('location')).toContain('access_token=');
    expect(await identities(body.user.id)).toBe(2);
  });

  it('is finished by no other, signed in or not, nor by who knows only the state', async () => {
    const { client: attacker, body } = await signedUp();
    const { client: victim } = await signedUp();
    for (const other of [victim, cookieClient(server), cookieClient(server, [['goforward-flow', 'x']])]) {
      const back = await begun(attacker, `victim${count}`);
      const answer = await other.send(back, { method: 'GET', told: fromProvider });
      expect(answer.headers.get('location')).toContain('error_code=bad_oauth_state');
      expect(await identities(body.user.id)).toBe(1);
    }
    const first = await begun(attacker, `victim${count}`);
    await begun(attacker, `other${count}`);
    const late = await attacker.send(first, { method: 'GET', told: fromProvider });
    expect(late.headers.get('location')).toContain('error_code=bad_oauth_state');
  });

  it('is begun by no page that may not use cookies, even with a token', async () => {
    const { body } = await signedUp();
    const { data } = await server.client().signInWithPassword({
      email: `cookie${count}@example.org`,
      password: PASSWORD,
    });
    const headers = { authorization: `Bearer ${data.session!.access_token}` };
    const response = await server.request('/user/identities/authorize?provider=works', { headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error_code: 'untrusted-origin' });
    expect(await identities(body.user.id)).toBe(1);
  });
});
