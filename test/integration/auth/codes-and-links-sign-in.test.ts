import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, codeOf, linkOf, PASSWORD, startAuth } from '../../support/auth.ts';

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_ANONYMOUS_ENABLED: 'true',
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false',
    GOFORWARD_AUTH_PHONE_ENABLED: 'true',
    GOFORWARD_AUTH_SITE_URL: 'https://shop.example.org/start',
    GOFORWARD_AUTH_REDIRECT_URLS: 'https://app.example.org/**',
  });
});

afterAll(() => server.close());

/** Follows the link of a mail as a browser does, and gives back where it leads. */
async function follow(link: string): Promise<URL> {
  const response = await fetch(link, { redirect: 'manual' });
  expect(response.status).toBe(303);
  return new URL(response.headers.get('location')!);
}

describe('signing up with an address that must be confirmed', () => {
  it('gives a user and no session, and the link of the mail confirms', async () => {
    const client = server.client();
    const email = 'link@example.org';
    const { data, error } = await client.signUp({
      email,
      password: PASSWORD,
      options: { emailRedirectTo: 'https://app.example.org/welcome?sb_flow_id=7' },
    });
    expect(error).toBeNull();
    expect(data.session).toBeNull();
    expect(data.user).toMatchObject({ email, user_metadata: {} });
    const early = await client.signInWithPassword({ email, password: PASSWORD });
    expect(early.error).toMatchObject({ code: 'email_not_confirmed', message: 'Email not confirmed' });
    const mail = await server.sent(email);
    const place = await follow(linkOf(mail));
    expect(`${place.origin}${place.pathname}${place.search}`).toBe(
      'https://app.example.org/welcome?sb_flow_id=7',
    );
    const fragment = new URLSearchParams(place.hash.slice(1));
    expect(Object.fromEntries(fragment)).toMatchObject({
      token_type: 'bearer',
      type: 'signup',
      expires_in: '3600',
      sb: '',
    });
    const user = await client.getUser(fragment.get('access_token')!);
    expect(user.data.user).toMatchObject({ email, user_metadata: { email_verified: true } });
    expect((await client.signInWithPassword({ email, password: PASSWORD })).error).toBeNull();
    const again = await follow(linkOf(mail));
    expect(`${again.origin}${again.pathname}`).toBe('https://app.example.org/welcome');
    expect(Object.fromEntries(new URLSearchParams(again.hash.slice(1)))).toMatchObject({
      error: 'access_denied',
      error_code: 'otp_expired',
      error_description: 'Email link is invalid or has expired',
    });
  });

  it('takes the code of the mail as well, and what the link carries', async () => {
    const client = server.client();
    await client.signUp({ email: 'code@example.org', password: PASSWORD });
    const code = codeOf(await server.sent('code@example.org'));
    const wrong = await client.verifyOtp({
      email: 'code@example.org',
      token: code === '000000' ? '000001' : '000000',
      type: 'email',
    });
    expect(wrong.error).toMatchObject({
      status: 403,
      code: 'otp_expired',
      message: 'Token has expired or is invalid',
    });
    const right = await client.verifyOtp({ email: 'code@example.org', token: code, type: 'email' });
    expect(right.error).toBeNull();
    expect(right.data.session?.access_token).toBeTruthy();
    await client.signUp({ email: 'hash@example.org', password: PASSWORD });
    const tokenHash = new URL(linkOf(await server.sent('hash@example.org'))).searchParams.get('token')!;
    const byHash = await client.verifyOtp({ token_hash: tokenHash, type: 'email' });
    expect(byHash.error).toBeNull();
    expect(byHash.data.user?.email).toBe('hash@example.org');
  });

  it('sends once more when asked, and only the newest mail counts', async () => {
    const client = server.client();
    const email = 'again@example.org';
    await client.signUp({ email, password: PASSWORD });
    const first = await server.sent(email);
    expect((await client.resend({ type: 'signup', email })).error).toBeNull();
    await expect.poll(async () => (await server.sent(email)).id).toBeGreaterThan(first.id);
    expect((await follow(linkOf(first))).hash).toContain('otp_expired');
    expect((await follow(linkOf(await server.sent(email)))).hash).toContain('access_token');
  });
});

describe('signing in without a password', () => {
  it('makes a user of who is new, and knows who is not', async () => {
    const client = server.client();
    const email = 'magic@example.org';
    const options = { data: { plan: 'free' }, emailRedirectTo: 'https://evil.example.com/' };
    expect((await client.signInWithOtp({ email, options })).error).toBeNull();
    const place = await follow(linkOf(await server.sent(email, 'confirmation')));
    // A place that is not allowed is the site instead.
    expect(`${place.origin}${place.pathname}`).toBe('https://shop.example.org/start');
    expect((await client.signInWithOtp({ email })).error).toBeNull();
    const mail = await server.sent(email, 'magic_link');
    const { data, error } = await client.verifyOtp({ email, token: codeOf(mail), type: 'email' });
    expect(error).toBeNull();
    expect(data.user?.user_metadata).toEqual({ plan: 'free', email_verified: true });
  });

  it('makes no user when told not to, and does not say so', async () => {
    const client = server.client();
    const options = { shouldCreateUser: false };
    expect((await client.signInWithOtp({ email: 'nobody@example.org', options })).error).toBeNull();
    const { data } = await server.admin.listUsers();
    expect(data.users.map((user) => user.email)).not.toContain('nobody@example.org');
  });

  it('ends a PKCE flow with a code that only the one who began can exchange', async () => {
    const client = server.client('pkce');
    const email = 'pkce@example.org';
    expect((await client.signInWithOtp({ email })).error).toBeNull();
    const place = await follow(linkOf(await server.sent(email)));
    expect(place.hash).toBe('');
    const code = place.searchParams.get('code')!;
    const stranger = await server.request('/token?grant_type=pkce', {
      method: 'POST',
      body: JSON.stringify({ auth_code: code, code_verifier: 'a'.repeat(60) }),
    });
    expect(stranger.status).toBe(400);
    expect(await stranger.json()).toMatchObject({ error_code: 'bad_code_verifier' });
    const { data, error } = await client.exchangeCodeForSession(code);
    expect(error).toBeNull();
    expect(data.user?.email).toBe(email);
    const twice = await server.request('/token?grant_type=pkce', {
      method: 'POST',
      body: JSON.stringify({ auth_code: code, code_verifier: 'a'.repeat(60) }),
    });
    expect(twice.status).toBe(404);
    expect(await twice.json()).toMatchObject({ error_code: 'flow_state_not_found' });
  });

  it('sends codes to phones', async () => {
    const client = server.client();
    expect((await client.signInWithOtp({ phone: '+49 151 23456789' })).error).toBeNull();
    const message = await server.sent('+4915123456789');
    expect(message.channel).toBe('sms');
    const { data, error } = await client.verifyOtp({
      phone: '+4915123456789',
      token: codeOf(message),
      type: 'sms',
    });
    expect(error).toBeNull();
    expect(data.user).toMatchObject({ phone: '4915123456789', email: '' });
    const form = await client.signInWithOtp({ phone: 'not a phone' });
    expect(form.error?.message).toBe('Invalid phone number format (E.164 required)');
  });
});

describe('forgetting and changing', () => {
  it('recovers by mail, and a new password ends every other session', async () => {
    const email = 'forgot@example.org';
    await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    const elsewhere = server.client();
    await elsewhere.signInWithPassword({ email, password: PASSWORD });
    const client = server.client('pkce');
    expect(
      (await client.resetPasswordForEmail(email, { redirectTo: 'https://app.example.org/reset' })).error,
    ).toBeNull();
    const place = await follow(linkOf(await server.sent(email, 'recovery')));
    expect(place.href).toMatch(/^https:\/\/app\.example\.org\/reset\?code=/);
    expect((await client.exchangeCodeForSession(place.searchParams.get('code')!)).error).toBeNull();
    const same = await client.updateUser({ password: PASSWORD });
    expect(same.error).toMatchObject({ status: 422, code: 'same_password' });
    expect((await client.updateUser({ password: 'another fine password' })).error).toBeNull();
    expect((await client.getUser()).error).toBeNull();
    expect((await elsewhere.refreshSession()).error).toMatchObject({ code: 'refresh_token_not_found' });
    expect((await server.client().signInWithPassword({ email, password: PASSWORD })).error?.code).toBe(
      'invalid_credentials',
    );
    expect(
      (await server.client().signInWithPassword({ email, password: 'another fine password' })).error,
    ).toBeNull();
  });

  it('changes an address when both have said so', async () => {
    const email = 'old@example.org';
    await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
    const client = server.client();
    await client.signInWithPassword({ email, password: PASSWORD });
    const changed = await client.updateUser({ email: 'new@example.org' });
    expect(changed.error).toBeNull();
    expect(changed.data.user).toMatchObject({ email, new_email: 'new@example.org' });
    const first = await follow(linkOf(await server.sent('new@example.org')));
    expect(first.hash).toMatch(/^#message=Confirmation\+link\+accepted/);
    expect((await client.getUser()).data.user?.email).toBe(email);
    const second = await follow(linkOf(await server.sent(email, 'email_change')));
    expect(second.hash).toContain('type=email_change');
    const { data } = await client.getUser();
    expect(data.user).toMatchObject({ email: 'new@example.org' });
    expect(data.user?.new_email).toBeUndefined();
    expect(data.user?.identities?.[0]?.identity_data).toMatchObject({
      email: 'new@example.org',
      email_verified: true,
    });
  });

  it('merges what users say of themselves, and null takes a member out', async () => {
    const email = 'data@example.org';
    await server.admin.createUser({
      email,
      password: PASSWORD,
      email_confirm: true,
      user_metadata: { a: 1, b: 2 },
    });
    const client = server.client();
    await client.signInWithPassword({ email, password: PASSWORD });
    const { data } = await client.updateUser({ data: { b: null, c: 3 } });
    expect(data.user?.user_metadata).toEqual({ a: 1, c: 3, email_verified: true });
  });

  it('turns a visitor into a user who stays the same one', async () => {
    const client = server.client();
    const visitor = await client.signInAnonymously();
    const early = await client.updateUser({ password: PASSWORD });
    expect(early.error?.status).toBe(422);
    expect((await client.reauthenticate()).error).toMatchObject({
      status: 400,
      message: 'Reauthentication requires the user to have an email or a phone number',
    });
    expect((await client.updateUser({ email: 'stays@example.org' })).error).toBeNull();
    const token = codeOf(await server.sent('stays@example.org'));
    const { data, error } = await client.verifyOtp({
      email: 'stays@example.org',
      token,
      type: 'email_change',
    });
    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      id: visitor.data.user?.id,
      is_anonymous: false,
      email: 'stays@example.org',
      app_metadata: { provider: 'email', providers: ['email'] },
    });
    expect(data.user?.identities).toHaveLength(1);
    expect((await client.updateUser({ password: PASSWORD })).error).toBeNull();
    expect(
      (await server.client().signInWithPassword({ email: 'stays@example.org', password: PASSWORD })).error,
    ).toBeNull();
  });
});

describe('what a request may be', () => {
  it.each([
    [{ type: 'email' }, 'Verify requires a token or a token hash'],
    [{ token: '1', token_hash: '2', type: 'email' }, 'Verify requires a token or a token hash'],
    [{ token: '123456' }, 'Verify requires a verification type'],
    [
      { token: '1', type: 'email', email: 'a@b.c', phone: '1' },
      'Only an email address or phone number should be provided on verify',
    ],
    [{ token_hash: '1', type: 'email', email: 'a@b.c' }, 'Only the token_hash and type should be provided'],
  ])('verify refuses %j', async (body, message) => {
    const response = await server.request('/verify', { method: 'POST', body: JSON.stringify(body) });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error_code: 'validation_failed', msg: message });
  });

  it('a code dies of wrong tries, however many come at once', async () => {
    const email = 'guess@example.org';
    const client = server.client();
    await client.signInWithOtp({ email });
    const code = codeOf(await server.sent(email));
    const guess = (token: string) =>
      server.request('/verify', { method: 'POST', body: JSON.stringify({ type: 'email', email, token }) });
    const wrong = Array.from({ length: 20 }, (_, index) => String(index).padStart(6, '0')).filter(
      (it) => it !== code,
    );
    const statuses = await Promise.all(wrong.map(async (token) => (await guess(token)).status));
    expect(new Set(statuses)).toEqual(new Set([403]));
    expect((await guess(code)).status).toBe(403);
    const [row] = await server.database.sql(
      'select attempts from auth.one_time_tokens where relates_to = $1',
      [email],
    );
    expect(row).toEqual({ attempts: 5 });
  });
});
