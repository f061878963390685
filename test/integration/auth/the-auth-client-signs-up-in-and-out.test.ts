import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth({ GOFORWARD_AUTH_ANONYMOUS_ENABLED: 'true' });
});

afterAll(() => server.close());

it('signs up with a confirmed address, in again, refreshes, and out', async () => {
  const client = server.client();
  const email = 'ada@example.org';
  const signedUp = await client.signUp({
    email: 'Ada@Example.org',
    password: PASSWORD,
    options: { data: { name: 'Ada' } },
  });
  expect(signedUp.error).toBeNull();
  expect(signedUp.data.user).toMatchObject({
    email,
    phone: '',
    role: 'authenticated',
    aud: 'authenticated',
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: { name: 'Ada', email_verified: true },
    is_anonymous: false,
  });
  expect(signedUp.data.user?.identities).toHaveLength(1);
  expect(signedUp.data.user?.identities?.[0]?.identity_data).toMatchObject({ email, name: 'Ada' });
  const signedIn = await client.signInWithPassword({ email, password: PASSWORD });
  expect(signedIn.error).toBeNull();
  const before = signedIn.data.session!;
  const refreshed = await client.refreshSession();
  expect(refreshed.error).toBeNull();
  expect(refreshed.data.session!.refresh_token).not.toBe(before.refresh_token);
  expect((await client.getUser()).data.user?.email).toBe(email);
  const token = refreshed.data.session!.access_token;
  expect((await client.signOut()).error).toBeNull();
  const after = await server.request('/user', { headers: { authorization: `Bearer ${token}` } });
  expect(after.status).toBe(403);
  expect(await after.json()).toMatchObject({ error_code: 'session_not_found' });
});

it('says what is wrong in the words that clients know', async () => {
  const client = server.client();
  await client.signUp({ email: 'taken@example.org', password: PASSWORD });
  const again = await client.signUp({ email: 'taken@example.org', password: PASSWORD });
  expect(again.error).toMatchObject({
    status: 422,
    code: 'user_already_exists',
    message: 'User already registered',
  });
  const wrong = await client.signInWithPassword({ email: 'taken@example.org', password: 'not the one' });
  expect(wrong.error).toMatchObject({
    status: 400,
    code: 'invalid_credentials',
    message: 'Invalid login credentials',
  });
  const weak = await client.signUp({ email: 'weak@example.org', password: 'short' });
  expect(weak.error).toMatchObject({ status: 422, code: 'weak_password', reasons: ['length'] });
  const form = await client.signUp({ email: 'no address', password: PASSWORD });
  expect(form.error).toMatchObject({
    status: 400,
    message: 'Unable to validate email address: invalid format',
  });
});

it('signs visitors in without a name', async () => {
  const client = server.client();
  const { data, error } = await client.signInAnonymously({ options: { data: { theme: 'dark' } } });
  expect(error).toBeNull();
  expect(data.user).toMatchObject({ is_anonymous: true, email: '', user_metadata: { theme: 'dark' } });
  expect(data.session?.access_token).toBeTruthy();
});

it('asks user routes for a bearer token, whatever key is there', async () => {
  const without = await server.request('/user');
  expect(without.status).toBe(401);
  expect(await without.json()).toEqual({
    code: 401,
    error_code: 'no_authorization',
    msg: 'This endpoint requires a valid Bearer token',
  });
  const bad = await server.request('/user', {
    headers: { authorization: 'Bearer not.a.token', 'x-supabase-api-version': '2024-01-01' },
  });
  expect(bad.status).toBe(403);
  expect(bad.headers.get('x-supabase-api-version')).toBe('2024-01-01');
  expect(await bad.json()).toMatchObject({ code: 'bad_jwt', message: expect.stringMatching(/^invalid JWT/) });
});
