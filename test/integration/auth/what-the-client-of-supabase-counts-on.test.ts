/** Behaviours of a server that the tests of Supabase's own auth client assert, one by one, with that client. */

import { randomInt, randomUUID } from 'node:crypto';
import { AuthClient } from '@supabase/auth-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { TEST_JWT_SECRET } from '../../support/database.ts';
import { signHs256 } from '../../support/tokens.ts';

/** Confirms by itself, and does not; the second has phones without a way to reach them. */
let easy: AuthServer;
let strict: AuthServer;

beforeAll(async () => {
  const shared = { GOFORWARD_AUTH_PROFILE: 'supabase' };
  easy = await startAuth({
    ...shared,
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'true',
    GOFORWARD_AUTH_PHONE_ENABLED: 'true',
    GOFORWARD_AUTH_PHONE_AUTOCONFIRM: 'true',
    GOFORWARD_AUTH_ANONYMOUS_ENABLED: 'true',
  });
  strict = await startAuth({
    ...shared,
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false',
    GOFORWARD_AUTH_PHONE_ENABLED: 'true',
  });
});
afterAll(async () => {
  await easy?.close();
  await strict?.close();
});

const address = () => `user-${randomUUID()}@example.org`;
const number = () => `49151${randomInt(10_000_000, 99_999_999)}`;
const password = PASSWORD;
const NOBODY = randomUUID();

async function signedUp(server: AuthServer = easy) {
  const client = server.client();
  const email = address();
  const { data, error } = await client.signUp({ email, password });
  expect(error).toBeNull();
  return { client, email, user: data.user!, session: data.session! };
}

describe('administration', () => {
  test('a user is made with the metadata given, and no more of it', async () => {
    const user_metadata = { profile_image: 'https://example.org/avatars/1.png' };
    const email = address();
    const { data, error } = await easy.admin.createUser({
      email,
      password,
      user_metadata,
      app_metadata: { roles: ['a'] },
    });
    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      email,
      user_metadata,
      app_metadata: { provider: 'email', providers: ['email'], roles: ['a'] },
    });
    expect(data.user?.user_metadata).toEqual(user_metadata);
    const found = await easy.admin.getUserById(data.user!.id);
    expect(found.data.user?.email).toBe(email);
    const { data: list } = await easy.admin.listUsers();
    expect(list).toMatchObject({ aud: expect.any(String) });
    expect(list.users.map((one) => one.email)).toContain(email);
  });

  test('an address that is none is told in the same words everywhere', async () => {
    const email = 'xx:;x@x.x';
    const said = 'Unable to validate email address: invalid format';
    expect((await easy.admin.createUser({ email, password })).error?.message).toContain(said);
    expect((await easy.admin.inviteUserByEmail(email)).error?.message).toContain(said);
    const link = await easy.admin.generateLink({ type: 'signup', email, password });
    expect(link).toMatchObject({
      data: { user: null, properties: null },
      error: { message: expect.stringContaining(said) },
    });
    expect((await easy.client().signUp({ email: 'a', password: '123456' })).error?.message).toContain(said);
  });

  test('who is not there is an error, with nothing in the place of data', async () => {
    expect(await easy.admin.getUserById(NOBODY)).toMatchObject({
      data: { user: null },
      error: { status: 404 },
    });
    expect(await easy.admin.updateUserById(NOBODY, { email: address() })).toMatchObject({
      data: { user: null },
      error: {},
    });
    expect(await easy.admin.deleteUser(NOBODY)).toMatchObject({ data: { user: null }, error: {} });
    expect(await easy.admin.mfa.listFactors({ userId: NOBODY })).toMatchObject({ data: null, error: {} });
    expect(await easy.admin.mfa.deleteFactor({ userId: NOBODY, id: NOBODY })).toMatchObject({
      data: null,
      error: {},
    });
    expect(await easy.admin.listUsers({ page: -1, perPage: 10 })).toMatchObject({
      data: { users: [] },
      error: {},
    });
  });

  test('address, metadata and confirmation are changed at once', async () => {
    const { user, email } = await signedUp();
    const changed = async (more: object) => (await easy.admin.updateUserById(user.id, more)).data.user!;
    expect((await changed({ email: `new_${email}` })).email).toBe(`new_${email}`);
    expect((await changed({ app_metadata: { roles: ['admin'] } })).app_metadata).toHaveProperty('roles');
    const made = await easy.admin.createUser({ email: address() });
    const user_metadata = { favorite_color: 'yellow' };
    const updated = await easy.admin.updateUserById(made.data.user!.id, { user_metadata });
    expect(updated.data.user?.user_metadata).toEqual(user_metadata);
    const pending = await strict.client().signUp({ email: address(), password });
    expect(pending.data.user?.email_confirmed_at).toBeFalsy();
    const confirmed = await strict.admin.updateUserById(pending.data.user!.id, { email_confirm: true });
    expect(confirmed.data.user?.email_confirmed_at).toBeTruthy();
  });

  test('who is removed is in no list', async () => {
    const { user, email } = await signedUp();
    expect((await easy.admin.deleteUser(user.id)).error).toBeNull();
    expect((await easy.admin.listUsers()).data.users.map((one) => one.email)).not.toContain(email);
  });

  test('links say where they lead', async () => {
    const redirectTo = 'http://localhost:3000/welcome';
    const data = { status: 'alpha' };
    const made = await easy.admin.generateLink({
      type: 'signup',
      email: address(),
      password,
      options: { data, redirectTo },
    });
    expect(made.error).toBeNull();
    expect(made.data.user?.user_metadata).toEqual(data);
    const wanted = ['action_link', 'email_otp', 'hashed_token', 'redirect_to', 'verification_type'];
    expect(Object.keys(made.data.properties ?? {})).toEqual(expect.arrayContaining(wanted));
    const link = made.data.properties!.action_link;
    expect(link).toMatch(/\?token/);
    expect(link).toMatch(/type=signup/);
    expect(link).toContain(`redirect_to=${redirectTo}`);
    const { email } = await signedUp();
    const newEmail = address();
    const change = await easy.admin.generateLink({
      type: 'email_change_current',
      email,
      newEmail,
      options: { redirectTo },
    });
    expect(change.data.user).toMatchObject({ email, new_email: newEmail });
    expect(change.data.properties?.action_link).toMatch(/type=email_change/);
    const invited = await easy.admin.inviteUserByEmail(address(), { data, redirectTo });
    expect(invited.data.user?.invited_at).toEqual(expect.any(String));
  });

  test('a session is signed out by its token', async () => {
    const { session } = await signedUp();
    expect((await easy.admin.signOut(session.access_token)).error).toBeNull();
    expect((await easy.admin.signOut('this-is-a-bad-token')).error?.message).toMatch(/^invalid JWT/);
  });

  test('factors are listed and taken off', async () => {
    const { client, user } = await signedUp();
    await client.mfa.enroll({ factorType: 'totp' });
    const { data } = await easy.admin.mfa.listFactors({ userId: user.id });
    const id = data!.factors[0]!.id;
    const gone = await easy.admin.mfa.deleteFactor({ userId: user.id, id });
    expect(gone.data).toMatchObject({ data: { id } });
    expect((await easy.admin.mfa.listFactors({ userId: user.id })).data?.factors).toEqual([]);
  });
});

describe('signing up and in', () => {
  test('the user of a session has the members that clients read', async () => {
    const { client, email } = await signedUp();
    const { data } = await client.signInWithPassword({ email, password });
    const user = {
      id: expect.any(String),
      aud: expect.any(String),
      email,
      phone: expect.any(String),
      email_confirmed_at: expect.any(String),
      last_sign_in_at: expect.any(String),
      created_at: expect.any(String),
      updated_at: expect.any(String),
      app_metadata: { provider: 'email' },
    };
    expect(data.user).toMatchObject(user);
    expect(data.session).toMatchObject({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: expect.any(Number),
      expires_at: expect.any(Number),
      user,
    });
    const phone = number();
    await client.signUp({ phone, password });
    const byPhone = await client.signInWithPassword({ phone, password });
    expect(byPhone.data.user).toMatchObject({
      phone,
      phone_confirmed_at: expect.any(String),
      app_metadata: { provider: 'phone' },
    });
  });

  test('what is said of oneself is kept, whatever the redirect is', async () => {
    const email = address();
    const options = { emailRedirectTo: email, data: { info: 'some info' } };
    const { data, error } = await easy.client().signUp({ email, password, options });
    expect(error).toBeNull();
    expect(data.user?.user_metadata).toMatchObject({ info: 'some info' });
    expect((await easy.client('pkce').signUp({ email: address(), password })).data.session).not.toBeNull();
  });

  test('refusals have their words', async () => {
    const client = easy.client();
    const short = await client.signUp({ email: address(), password: '123' });
    expect(short.error?.message).toContain('Password should be at least 6 characters');
    const { email } = await signedUp();
    expect((await client.signUp({ email, password })).error?.message).toMatch(/^User already registered/);
    expect((await client.signInWithPassword({ email, password: 'wrong' })).error?.message).toBe(
      'Invalid login credentials',
    );
    expect((await client.signInWithPassword({ phone: '+34123', password })).error).not.toBeNull();
    expect((await strict.client().signInAnonymously()).error?.message).toContain(
      'Anonymous sign-ins are disabled',
    );
    const token = await client.signInWithIdToken({ provider: 'google', token: 'x', nonce: 'n' });
    expect(token.error?.message).toContain('Provider (issuer "https://accounts.google.com") is not enabled');
    const web3 = { message: 'm', signature: new Uint8Array([1, 2, 3]) };
    for (const chain of ['solana', 'ethereum'] as const) {
      const { error } = await client.signInWithWeb3({ ...web3, chain } as never);
      expect(error?.message).toContain('Web3 provider is disabled');
    }
    expect((await client.exchangeCodeForSession('invalid-code')).data).toMatchObject({
      session: null,
      user: null,
    });
  });

  test('signing up that is switched off says so', async () => {
    const closed = await startAuth({ GOFORWARD_AUTH_SIGNUP_ENABLED: 'false' });
    try {
      const { data, error } = await closed.client().signUp({ email: address(), password });
      expect({ user: data.user, said: error?.message }).toEqual({
        user: null,
        said: 'Signups not allowed for this instance',
      });
    } finally {
      await closed.close();
    }
  });

  test('visitors have the metadata they brought, and nothing else', async () => {
    const data = { info: 'some info' };
    const signedIn = await easy.client().signInAnonymously({ options: { data } });
    expect(signedIn.data.user).toMatchObject({ is_anonymous: true });
    expect(signedIn.data.user?.user_metadata).toEqual(data);
  });

  test('sending again, and recovering, tell nothing of who is there', async () => {
    const client = strict.client();
    expect(
      (await client.resend({ type: 'signup', email: address(), options: { emailRedirectTo: address() } }))
        .error,
    ).toBeNull();
    expect((await client.resend({ type: 'phone_change', phone: number(), options: {} })).error).toBeNull();
    const recovered = await client.resetPasswordForEmail(address(), {
      redirectTo: 'http://localhost:3000/x',
    });
    expect(recovered).toMatchObject({ data: {}, error: null });
    expect((await strict.client().signInWithOtp({ email: address(), options: {} })).data).toMatchObject({
      user: null,
      session: null,
    });
    const options = { shouldCreateUser: false, emailRedirectTo: address() };
    expect((await strict.client('pkce').signInWithOtp({ email: address(), options })).error).not.toBeNull();
  });

  test('codes that were never sent are stale, numbers that are none are told', async () => {
    const client = strict.client();
    const stale = await client.verifyOtp({ phone: number(), token: '123456', type: 'sms' });
    expect(stale).toMatchObject({
      data: { user: null },
      error: { status: 403, message: 'Token has expired or is invalid' },
    });
    const changed = await client.verifyOtp({ phone: number(), token: '123456', type: 'phone_change' });
    expect(changed.error?.message).toContain('Token has expired or is invalid');
    const none = await client.verifyOtp({ phone: `${number()}-invalid`, token: '123456', type: 'sms' });
    expect(none.error?.message).toBe('Invalid phone number format (E.164 required)');
  });
});

describe('sessions', () => {
  test('a refresh gives another pair of tokens, two at once the same one', async () => {
    const { client, session } = await signedUp();
    const { data, error } = await client.refreshSession({ refresh_token: session.refresh_token });
    expect(error).toBeNull();
    expect(data.session?.refresh_token).not.toBe(session.refresh_token);
    expect(data.session?.token_type).toBe('bearer');
    const [one, other] = await Promise.all([client.refreshSession(), client.refreshSession()]);
    expect(one.data.session?.access_token).toBe(other.data.session?.access_token);
  });

  test('a session that is set is used, and a bad refresh token is told', async () => {
    const { session } = await signedUp();
    const client = easy.client();
    const { access_token, refresh_token } = session;
    expect((await client.setSession({ access_token, refresh_token })).error).toBeNull();
    const updated = await client.updateUser({ data: { hello: 'world' } });
    expect(updated.data.user).toMatchObject({
      user_metadata: { hello: 'world' },
      email_confirmed_at: expect.any(String),
    });
    const expired = signHs256(
      { sub: NOBODY, role: 'authenticated', aud: 'authenticated', exp: 1_700_000_000 },
      TEST_JWT_SECRET,
    );
    const bad = await client.setSession({ access_token: expired, refresh_token: 'invalid-refresh-token' });
    expect(bad.error?.message).toContain('Invalid Refresh Token: Refresh Token Not Found');
  });

  test('claims are read by asking for the user where the secret signs', async () => {
    const { client, email } = await signedUp();
    expect((await client.getClaims()).data?.claims).toMatchObject({ email });
  });

  test('signing out works also when the user is gone', async () => {
    const { client, user } = await signedUp();
    await easy.admin.deleteUser(user.id);
    expect((await client.signOut()).error).toBeNull();
    expect((await client.getUser()).data.user).toBeNull();
  });

  test('a code to say who one is goes to users, and visitors have no address for it', async () => {
    const { client } = await signedUp();
    expect(await client.reauthenticate()).toMatchObject({ data: { user: null, session: null }, error: null });
    const visitor = easy.client();
    await visitor.signInAnonymously();
    const { error } = await visitor.reauthenticate();
    expect(error?.message).toContain('Reauthentication requires the user to have an email or a phone number');
  });

  test('identities are seen, and not linked where that is off', async () => {
    const { client, email } = await signedUp();
    const { data } = await client.getUserIdentities();
    expect(data?.identities).toMatchObject([{ provider: 'email', identity_data: { email } }]);
    const off = 'Manual linking is disabled';
    expect((await client.linkIdentity({ provider: 'google' })).error?.message).toContain(off);
    expect((await client.unlinkIdentity(data!.identities[0]!)).error?.message).toContain(off);
  });
});

describe('second factors', () => {
  test('without a session a bearer token is asked for', async () => {
    const bare = new AuthClient({ url: easy.url, autoRefreshToken: false, persistSession: false });
    const { data, error } = await bare.mfa.enroll({ factorType: 'totp' });
    expect({ data, said: error?.message }).toMatchObject({
      data: null,
      said: expect.stringContaining('Bearer token'),
    });
  });

  test('enrolling, asking, failing and taking off', async () => {
    const { client } = await signedUp();
    const enrolled = await client.mfa.enroll({ factorType: 'totp' });
    expect(enrolled.data?.totp.qr_code).toEqual(expect.any(String));
    const factorId = enrolled.data!.id;
    const challenge = await client.mfa.challenge({ factorId });
    expect(challenge.data).toMatchObject({ id: expect.any(String), expires_at: expect.any(Number) });
    const code = '000000';
    const verified = await client.mfa.verify({ factorId, challengeId: challenge.data!.id, code });
    expect(verified).toMatchObject({
      data: null,
      error: { message: expect.stringContaining('Invalid TOTP code') },
    });
    expect((await client.mfa.challengeAndVerify({ factorId, code })).error?.message).toContain(
      'Invalid TOTP code',
    );
    const level = await client.mfa.getAuthenticatorAssuranceLevel();
    expect(level.data).toMatchObject({
      currentLevel: 'aal1',
      nextLevel: 'aal1',
      currentAuthenticationMethods: [{ method: 'password' }],
    });
    expect((await client.mfa.unenroll({ factorId })).error).toBeNull();
    expect((await client.mfa.listFactors()).data).toMatchObject({ all: [], totp: [] });
  });
});
