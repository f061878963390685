import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import {
  browse,
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../../support/identity-provider.ts';

const SITE = 'https://shop.example.org/';

let provider: IdentityProvider;
let other: IdentityProvider;
let server: AuthServer;
let directory: string;

beforeAll(async () => {
  [provider, other] = await Promise.all([startIdentityProvider(), startIdentityProvider()]);
  directory = await mkdtemp(join(tmpdir(), 'goforward-providers-'));
  const settings = (issuer: string) => ({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, issuer });
  const auth = {
    siteUrl: SITE,
    redirectUrls: ['https://app.example.org/**'],
    manualLinking: true,
    anonymous: { enabled: true },
    email: { autoconfirm: false },
    providers: {
      works: settings(provider.issuer),
      other: settings(other.issuer),
      off: { ...settings(provider.issuer), enabled: false },
    },
  };
  await writeFile(join(directory, 'goforward.yaml'), JSON.stringify({ auth }));
  server = await startAuth({}, directory);
  provider.open(`${server.url}/callback`);
  other.open(`${server.url}/callback`);
});

afterAll(async () => {
  await server.close();
  await Promise.all([provider.close(), other.close()]);
  await rm(directory, { recursive: true });
});

/** Signs in as that subject; where the browser ends up. */
async function visit(subject: string, { name = 'works', redirectTo = SITE, more = '' } = {}): Promise<URL> {
  const query = new URLSearchParams({ provider: name, redirect_to: redirectTo, login_hint: subject });
  return browse(`${server.url}/authorize?${query}${more}`, 'https://');
}

function fragmentOf(url: URL): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(url.hash.slice(1)));
}

async function userOf(token: string) {
  const { data, error } = await server.client().getUser(token);
  expect(error).toBeNull();
  return data.user!;
}

async function signIn(subject: string, name = 'works') {
  const fragment = fragmentOf(await visit(subject, { name }));
  expect(fragment.error_description).toBeUndefined();
  return userOf(fragment.access_token!);
}

const grant = (body: Record<string, unknown>, token?: string) =>
  server.request('/token?grant_type=id_token', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

describe('the code flow', () => {
  it('makes a user, gives the session in the fragment, and knows the user again', async () => {
    provider.people.set('ann', {
      email: 'Ann@Example.org',
      email_verified: true,
      name: 'Ann',
      picture: 'https://x/a.png',
    });
    const place = await visit('ann', { redirectTo: 'https://app.example.org/in?sb_flow_id=1' });
    expect(`${place.origin}${place.pathname}${place.search}`).toBe('https://app.example.org/in?sb_flow_id=1');
    const fragment = fragmentOf(place);
    expect(fragment).toMatchObject({ token_type: 'bearer', expires_in: '3600' });
    expect(fragment.provider_token).toBeTruthy();
    expect(fragment.type).toBeUndefined();
    const user = await userOf(fragment.access_token!);
    expect(user).toMatchObject({
      email: 'ann@example.org',
      app_metadata: { provider: 'works', providers: ['works'] },
      user_metadata: { full_name: 'Ann', avatar_url: 'https://x/a.png', email_verified: true },
    });
    expect(user.identities).toMatchObject([
      {
        provider: 'works',
        id: 'ann',
        identity_data: { sub: 'ann', iss: provider.issuer, email_verified: true },
      },
    ]);
    expect((await signIn('ann')).id).toBe(user.id);
    const claims = JSON.parse(Buffer.from(fragment.access_token!.split('.')[1]!, 'base64url').toString());
    expect(claims.amr).toMatchObject([{ method: 'oauth' }]);
  });

  it('gives a client with PKCE a code, once, and keeps the tokens of the provider sealed', async () => {
    provider.people.set('pia', { email: 'pia@example.org', email_verified: true });
    const client = server.client('pkce');
    const { data } = await client.signInWithOAuth({
      provider: 'works' as 'google',
      options: { redirectTo: SITE, queryParams: { login_hint: 'pia' }, skipBrowserRedirect: true },
    });
    const place = await browse(data.url!, SITE);
    const code = place.searchParams.get('code')!;
    expect(place.hash).toBe('');
    const [flow] = await server.database.sql(
      'select f::text as all, provider_access_token from auth.flow_state f',
    );
    expect(flow!.all).not.toContain(code);
    const stranger = await server
      .client('pkce')
      .exchangeCodeForSession(code)
      .catch((error: unknown) => ({ error }));
    expect(stranger.error).toBeTruthy();
    const { data: session, error } = await client.exchangeCodeForSession(code);
    expect(error).toBeNull();
    expect(session.user).toMatchObject({ email: 'pia@example.org' });
    expect(session.session!.provider_token).toBeTruthy();
    expect(flow!.provider_access_token).not.toContain(session.session!.provider_token!);
    const again = await server.request('/token?grant_type=pkce', {
      method: 'POST',
      body: JSON.stringify({ auth_code: code, code_verifier: 'a'.repeat(56) }),
    });
    expect(again.status).toBe(404);
  });

  it('takes a state once, and no state of its own invention', async () => {
    provider.people.set('sam', { email: 'sam@example.org', email_verified: true });
    const start = `${server.url}/authorize?provider=works&login_hint=sam`;
    const back = await browse(start, `${server.url}/callback`);
    const first = await fetch(back, { redirect: 'manual' });
    expect(fragmentOf(new URL(first.headers.get('location')!)).access_token).toBeTruthy();
    for (const address of [
      back.href,
      `${server.url}/callback?code=x`,
      `${server.url}/callback?code=x&state=guess`,
      `${server.url}/callback?code=x&state=6f1c1a9e-95c5-4f0e-8d4f-111111111111`,
    ]) {
      const response = await fetch(address, { redirect: 'manual' });
      const place = new URL(response.headers.get('location')!);
      expect(place.origin).toBe('https://shop.example.org');
      expect(place.searchParams.get('error_code')).toBe('bad_oauth_state');
      expect(fragmentOf(place).access_token).toBeUndefined();
    }
  });

  it('takes a state once under 50 requests at once, and so the code that comes of it', async () => {
    provider.people.set('race', { email: 'race@example.org', email_verified: true });
    const verifier = 'v'.repeat(56);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = `provider=works&login_hint=race&code_challenge=${challenge}&code_challenge_method=s256`;
    const back = await browse(`${server.url}/authorize?${query}`, `${server.url}/callback`);
    const places = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const response = await fetch(back, { redirect: 'manual' });
        return new URL(response.headers.get('location')!);
      }),
    );
    const codes = places.flatMap((place) => place.searchParams.get('code') ?? []);
    expect(codes).toHaveLength(1);
    const exchanges = await Promise.all(
      Array.from({ length: 50 }, () =>
        server.request('/token?grant_type=pkce', {
          method: 'POST',
          body: JSON.stringify({ auth_code: codes[0], code_verifier: verifier }),
        }),
      ),
    );
    expect(exchanges.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('takes no code that another state has fetched', async () => {
    provider.people.set('eve', { email: 'eve@example.org', email_verified: true });
    provider.people.set('vic', { email: 'vic@example.org', email_verified: true });
    const eve = await browse(
      `${server.url}/authorize?provider=works&login_hint=eve`,
      `${server.url}/callback`,
    );
    const vic = await browse(
      `${server.url}/authorize?provider=works&login_hint=vic`,
      `${server.url}/callback`,
    );
    vic.searchParams.set('code', eve.searchParams.get('code')!);
    const response = await fetch(vic, { redirect: 'manual' });
    expect(fragmentOf(new URL(response.headers.get('location')!))).toMatchObject({
      error_code: 'bad_oauth_callback',
      error_description: 'Unable to exchange external code',
    });
  });

  it('tells the site what the provider refused', async () => {
    const place = await visit('refuses', { redirectTo: 'https://app.example.org/in' });
    expect(place.pathname).toBe('/in');
    expect(fragmentOf(place)).toMatchObject({
      error: 'access_denied',
      error_code: 'bad_oauth_callback',
      error_description: 'The user said no',
    });
  });

  it('knows the providers that are configured and on', async () => {
    for (const name of ['off', 'google', '__proto__', 'constructor']) {
      const response = await server.request(`/authorize?provider=${name}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error_code: 'oauth_provider_not_supported' });
    }
    const settings = (await (await server.request('/settings')).json()) as {
      external: Record<string, boolean>;
    };
    expect(settings.external).toMatchObject({ works: true, off: false, google: false });
  });

  it('passes on what the app asks the provider, but nothing that is between the servers', async () => {
    const response = await server.request(
      '/authorize?provider=works&prompt=login&scopes=calendar&redirect_uri=https://evil.example.com&client_id=evil&state=evil&response_type=token&nonce=evil',
    );
    const { searchParams } = new URL(response.headers.get('location')!);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      prompt: 'login',
      client_id: CLIENT_ID,
      redirect_uri: `${server.url}/callback`,
      response_type: 'code',
      scope: 'openid email profile calendar',
      code_challenge_method: 'S256',
    });
    expect(searchParams.toString()).not.toContain('evil');
    expect(searchParams.get('nonce')!.length).toBeGreaterThan(20);
  });
});

describe('where a user is sent afterwards', () => {
  it.each([
    '//evil.example.com',
    '\\\\evil.example.com',
    '/\\evil.example.com',
    'https:evil.example.com',
    'https://evil.example.com',
    'https://shop.example.org@evil.example.com/',
    'https://shop.example.org.evil.example.com/',
    'https://app.example.org.evil.example.com/',
    'https://app。example。org.evil.example.com/',
    'https://evil.example.com/https://app.example.org/',
    'https://app.example.org/x\r\nlocation: https://evil.example.com',
    'javascript:alert(1)//https://shop.example.org',
  ])('%j is not it', async (redirectTo) => {
    provider.people.set('ann', { email: 'ann@example.org', email_verified: true });
    const place = await visit('ann', { redirectTo });
    expect(place.origin).toBe('https://shop.example.org');
    expect(place.href).not.toContain('evil');
  });
});

describe('whose account it is', () => {
  it('links an address that both sides have shown to be theirs', async () => {
    const email = 'both@example.org';
    const { data } = await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    provider.people.set('both', { email, email_verified: true });
    const user = await signIn('both');
    expect(user.id).toBe(data.user!.id);
    expect(user.app_metadata.providers).toEqual(['email', 'works']);
    expect((await server.client().signInWithPassword({ email, password: PASSWORD })).error).toBeNull();
  });

  it('never links an address that the provider does not vouch for', async () => {
    const email = 'owner@example.org';
    const { data } = await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    provider.people.set('mallory', { email });
    other.people.set('mallory', { email, email_verified: false });
    for (const name of ['works', 'other']) {
      const user = await signIn('mallory', name);
      expect(user.id).not.toBe(data.user!.id);
      expect(user.email).toBe('');
    }
  });

  it('takes everything from whoever claimed the address before its owner came', async () => {
    const email = 'victim@example.org';
    const attacker = server.client();
    await attacker.signUp({ email, password: PASSWORD, options: { data: { role: 'attacker' } } });
    other.people.set('attacker', { email, email_verified: false });
    const byProvider = fragmentOf(await visit('attacker', { name: 'other' }));
    const [before] = await server.database.sql('select id from auth.users where email = $1', [email]);
    // Even with a session, a second factor and a phone, which should not have come about.
    await server.database.sql(
      `insert into auth.sessions (user_id) select id from auth.users where email = '${email}';
       insert into auth.mfa_factors (user_id, factor_type, status) select id, 'totp', 'verified' from auth.users where email = '${email}';
       update auth.users set phone = '4915100000001', phone_confirmed_at = now() where email = '${email}';`,
    );
    provider.people.set('victim', { email, email_verified: true, name: 'The Owner' });
    const owner = await signIn('victim');
    expect(owner).toMatchObject({ id: before!.id, email, phone: '' });
    expect(owner.user_metadata).not.toHaveProperty('role');
    expect(owner.identities!.map(({ provider }) => provider)).toEqual(['works']);
    expect(owner.factors).toBeUndefined();
    const sessions = await server.database.sql('select id from auth.sessions where user_id = $1', [owner.id]);
    expect(sessions).toHaveLength(1);
    const password = await server.client().signInWithPassword({ email, password: PASSWORD });
    expect(password.error).toMatchObject({ code: 'invalid_credentials' });
    expect((await userOf(byProvider.access_token!)).id).not.toBe(owner.id);
    expect((await signIn('attacker', 'other')).id).not.toBe(owner.id);
    const tokens = await server.database.sql('select id from auth.one_time_tokens where user_id = $1', [
      owner.id,
    ]);
    expect(tokens).toEqual([]);
  });

  it('keeps subjects of two issuers apart, and those of an issuer that was exchanged', async () => {
    provider.people.set('same', {});
    other.people.set('same', {});
    const one = await signIn('same');
    const two = await signIn('same', 'other');
    expect(one.id).not.toBe(two.id);
    await server.database.sql(
      `update auth.identities set identity_data = identity_data || '{"iss": "https://old.example.org"}' where user_id = $1`,
      [one.id],
    );
    expect(fragmentOf(await visit('same'))).toMatchObject({ error_code: 'bad_oauth_callback' });
  });

  it('makes one user of many that come at once', async () => {
    provider.people.set('many', { email: 'many@example.org', email_verified: true });
    other.people.set('many', { email: 'many@example.org', email_verified: true });
    const users = await Promise.all(
      Array.from({ length: 10 }, (_, index) => signIn('many', index % 2 === 0 ? 'works' : 'other')),
    );
    expect(new Set(users.map(({ id }) => id)).size).toBe(1);
  });

  it('keeps out who is banned', async () => {
    provider.people.set('banned', { email: 'banned@example.org', email_verified: true });
    const user = await signIn('banned');
    await server.admin.updateUserById(user.id, { ban_duration: '1h' });
    expect(fragmentOf(await visit('banned'))).toMatchObject({ error_code: 'user_banned' });
  });
});

describe('linking by hand', () => {
  it('adds an identity to whoever is signed in, and takes it off again', async () => {
    const email = 'linker@example.org';
    await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    const client = server.client();
    await client.signInWithPassword({ email, password: PASSWORD });
    provider.people.set('linked', { email: 'elsewhere@example.org', email_verified: true });
    const { data, error } = await client.linkIdentity({
      provider: 'works' as 'google',
      options: { redirectTo: SITE, queryParams: { login_hint: 'linked' }, skipBrowserRedirect: true },
    });
    expect(error).toBeNull();
    const place = await browse(data.url!, SITE);
    expect(fragmentOf(place).error_description).toBeUndefined();
    const identities = (await client.getUserIdentities()).data!.identities;
    expect(identities.map(({ provider }) => provider)).toEqual(['email', 'works']);
    expect((await client.getUser()).data.user!.email).toBe(email);
    const stranger = await server.client().signInWithPassword({ email, password: PASSWORD });
    const foreign = await server.request(`/user/identities/${identities[1]!.identity_id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${fragmentOf(await visit('ann')).access_token}` },
    });
    expect(foreign.status).toBe(422);
    expect(stranger.error).toBeNull();
    expect((await client.unlinkIdentity(identities[0]!)).error).toBeNull();
    expect((await client.getUser()).data.user).toMatchObject({
      email: 'elsewhere@example.org',
      app_metadata: { provider: 'works', providers: ['works'] },
    });
    expect((await client.unlinkIdentity(identities[1]!)).error).toMatchObject({
      status: 422,
      code: 'single_identity_not_deletable',
    });
  });

  it('gives a visitor a name, unless the address is somebody else’s', async () => {
    const link = async (subject: string) => {
      const client = server.client();
      const { data: visitor } = await client.signInAnonymously();
      const { data } = await client.linkIdentity({
        provider: 'works' as 'google',
        options: { redirectTo: SITE, queryParams: { login_hint: subject }, skipBrowserRedirect: true },
      });
      const fragment = fragmentOf(await browse(data.url!, SITE));
      return { id: visitor.user!.id, fragment, user: (await client.getUser()).data.user! };
    };
    provider.people.set('named', { email: 'named@example.org', email_verified: true });
    const named = await link('named');
    expect(named.fragment.error_description).toBeUndefined();
    expect(named.user).toMatchObject({ id: named.id, email: 'named@example.org', is_anonymous: false });
    provider.people.set('again', { email: 'named@example.org', email_verified: true });
    const refused = await link('again');
    expect(refused.fragment).toMatchObject({ error_code: 'email_exists' });
    expect(refused.user).toMatchObject({ is_anonymous: true, identities: [] });
  });

  it('asks for every proof that the account has', async () => {
    const email = 'proved@example.org';
    await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    const client = server.client();
    const { data } = await client.signInWithPassword({ email, password: PASSWORD });
    await server.database.sql(
      "insert into auth.mfa_factors (user_id, factor_type, status) values ($1, 'totp', 'verified')",
      [data.user!.id],
    );
    const link = await client.linkIdentity({
      provider: 'works' as 'google',
      options: { skipBrowserRedirect: true },
    });
    expect(link.error).toMatchObject({ code: 'insufficient_aal' });
    const identity = data.user!.identities![0]!;
    expect((await client.unlinkIdentity(identity)).error).toMatchObject({ code: 'insufficient_aal' });
  });

  it('takes no identity from its owner', async () => {
    provider.people.set('mine', { email: 'mine@example.org', email_verified: true });
    await signIn('mine');
    const email = 'thief@example.org';
    await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    const client = server.client();
    await client.signInWithPassword({ email, password: PASSWORD });
    const { data } = await client.linkIdentity({
      provider: 'works' as 'google',
      options: { redirectTo: SITE, queryParams: { login_hint: 'mine' }, skipBrowserRedirect: true },
    });
    expect(fragmentOf(await browse(data.url!, SITE))).toMatchObject({
      error_code: 'identity_already_exists',
    });
  });
});

describe('an ID token that an app brings', () => {
  const hash = (nonce: string) => createHash('sha256').update(nonce).digest('hex');

  it('signs in, and its nonce counts once', async () => {
    const claims = { sub: 'app', email: 'app@example.org', email_verified: true, nonce: hash('nonce-1') };
    const idToken = await provider.idToken(claims);
    const client = server.client();
    const { data, error } = await client.signInWithIdToken({
      provider: 'works' as 'google',
      token: idToken,
      nonce: 'nonce-1',
    });
    expect(error).toBeNull();
    expect(data.user).toMatchObject({ email: 'app@example.org' });
    const again = await grant({ provider: 'works', id_token: idToken, nonce: 'nonce-1' });
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({ msg: 'Bad ID token: the nonce was used before' });
    const racing = await provider.idToken({ sub: 'app', nonce: hash('nonce-2') });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => grant({ provider: 'works', id_token: racing, nonce: 'nonce-2' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is refused from anybody else, for anybody else, and when it is old', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const now = Math.floor(Date.now() / 1000);
    const forged = await new SignJWT({
      iss: provider.issuer,
      aud: CLIENT_ID,
      sub: 'ann',
      iat: now,
      exp: now + 300,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
      .sign(privateKey);
    const shared = await new SignJWT({
      iss: provider.issuer,
      aud: CLIENT_ID,
      sub: 'ann',
      iat: now,
      exp: now + 300,
    })
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .sign(Buffer.from(CLIENT_SECRET));
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${forged.split('.')[1]}.`;
    const tokens: Record<string, string> = {
      forged,
      shared,
      none,
      'of another issuer': await other.idToken({ sub: 'ann' }),
      'in the name of another issuer': await provider.idToken({ sub: 'ann', iss: other.issuer }),
      'for another app': await provider.idToken({ sub: 'ann', aud: 'another' }),
      'for several apps': await provider.idToken({ sub: 'ann', aud: [CLIENT_ID, 'another'] }),
      'for the app of another': await provider.idToken({ sub: 'ann', azp: 'another' }),
      old: await provider.idToken({ sub: 'ann', exp: now - 60 }),
      'without end': await provider.idToken({ sub: 'ann', exp: undefined }),
      'issued long ago': await provider.idToken({ sub: 'ann', iat: now - 90_000 }),
      'with a nonce that nobody knows': await provider.idToken({ sub: 'ann', nonce: hash('x') }),
      nonsense: 'a.b.c',
      empty: '',
    };
    for (const [what, idToken] of Object.entries(tokens)) {
      const response = await grant({ provider: 'works', id_token: idToken });
      expect(response.status, what).toBe(400);
      expect(await response.json(), what).toMatchObject({ error_code: 'validation_failed' });
    }
    const mismatch = await provider.idToken({ sub: 'ann', nonce: hash('x') });
    const response = await grant({ provider: 'works', id_token: mismatch, nonce: 'y' });
    expect(await response.json()).toMatchObject({ msg: 'Bad ID token: Nonces mismatch' });
    const bound = await provider.idToken({ sub: 'ann', at_hash: 'bm90IGl0' });
    expect((await grant({ provider: 'works', id_token: bound, access_token: 'other' })).status).toBe(400);
    const off = await grant({ provider: 'google', id_token: 'x' });
    expect(await off.json()).toMatchObject({ error_code: 'provider_disabled' });
  });

  it('links, when the bearer asks for that', async () => {
    const email = 'native@example.org';
    await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    const { data } = await server.client().signInWithPassword({ email, password: PASSWORD });
    const idToken = await provider.idToken({ sub: 'native' });
    const body = { provider: 'works', id_token: idToken, link_identity: true };
    expect((await grant(body)).status).toBe(401);
    const linked = await grant(body, data.session!.access_token);
    expect(linked.status).toBe(200);
    const { user } = (await linked.json()) as { user: { id: string; identities: { provider: string }[] } };
    expect(user.id).toBe(data.user!.id);
    expect(user.identities.map(({ provider }) => provider)).toEqual(['email', 'works']);
  });
});
