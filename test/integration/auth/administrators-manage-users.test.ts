import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthServer, linkOf, PASSWORD, startAuth } from '../../support/auth.ts';

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false',
    GOFORWARD_AUTH_SIGNUP_ENABLED: 'false',
  });
});

afterAll(() => server.close());

const asService = () => ({ authorization: `Bearer ${server.app.keys.service}` });

it('makes, reads, changes and removes a user', async () => {
  const { admin } = server;
  const email = 'made@example.org';
  const made = await admin.createUser({ email, user_metadata: { a: 1 }, app_metadata: { plan: 'gold' } });
  expect(made.error).toBeNull();
  expect(made.data.user).toMatchObject({
    email,
    phone: '',
    user_metadata: { a: 1 },
    app_metadata: { provider: 'email', providers: ['email'], plan: 'gold' },
  });
  expect(made.data.user?.user_metadata).toEqual({ a: 1 });
  expect(made.data.user?.email_confirmed_at).toBeUndefined();
  const id = made.data.user!.id;
  expect((await admin.createUser({ email })).error).toMatchObject({ status: 422, code: 'email_exists' });
  const changed = await admin.updateUserById(id, {
    email: 'changed@example.org',
    password: PASSWORD,
    email_confirm: true,
  });
  expect(changed.error).toBeNull();
  expect((await admin.getUserById(id)).data.user).toMatchObject({ email: 'changed@example.org' });
  const client = server.client();
  expect(
    (await client.signInWithPassword({ email: 'changed@example.org', password: PASSWORD })).error,
  ).toBeNull();
  expect((await admin.deleteUser(id)).error).toBeNull();
  expect((await admin.getUserById(id)).error).toMatchObject({ status: 404, code: 'user_not_found' });
  expect((await client.getUser()).error).toMatchObject({ status: 403, code: 'user_not_found' });
});

it('lists newest first, in pages that say where the next one is', async () => {
  for (let number = 0; number < 5; number += 1)
    await server.admin.createUser({ email: `page${number}@example.org` });
  const { data, error } = await server.admin.listUsers({ page: 1, perPage: 2 });
  expect(error).toBeNull();
  expect(data.users.map((user) => user.email)).toEqual(['page4@example.org', 'page3@example.org']);
  expect(data).toMatchObject({ nextPage: 2, aud: 'authenticated' });
  const response = await server.request('/admin/users?page=2&per_page=2', { headers: asService() });
  expect(response.headers.get('link')).toMatch(
    /^<\/admin\/users\?page=3&per_page=2>; rel="next", <\/admin\/users\?page=\d+&per_page=2>; rel="last"$/,
  );
  expect(Number(response.headers.get('x-total-count'))).toBeGreaterThanOrEqual(5);
  expect((await server.request('/admin/users?page=-1', { headers: asService() })).status).toBe(400);
  const filtered = await server.request('/admin/users?filter=PAGE3', { headers: asService() });
  const { users } = (await filtered.json()) as { users: { email: string }[] };
  expect(users.map((user) => user.email)).toEqual(['page3@example.org']);
});

it('invites, though nobody may sign up', async () => {
  expect((await server.client().signUp({ email: 'x@example.org', password: PASSWORD })).error).toMatchObject({
    code: 'signup_disabled',
    message: 'Signups not allowed for this instance',
  });
  const { data, error } = await server.admin.inviteUserByEmail('guest@example.org', {
    data: { team: 'red' },
  });
  expect(error).toBeNull();
  expect(data.user?.invited_at).toBeTruthy();
  expect(data.user?.user_metadata).toEqual({ team: 'red' });
  const link = linkOf(await server.sent('guest@example.org', 'invite'));
  const followed = await fetch(link, { redirect: 'manual' });
  expect(followed.headers.get('location')).toContain('type=invite');
});

it('makes links of every kind that work', async () => {
  const { admin } = server;
  const email = 'links@example.org';
  const signup = await admin.generateLink({
    type: 'signup',
    email,
    password: PASSWORD,
    options: { data: { b: 2 } },
  });
  expect(signup.error).toBeNull();
  expect(signup.data.user?.user_metadata).toEqual({ b: 2 });
  expect(signup.data.properties).toMatchObject({
    verification_type: 'signup',
    redirect_to: 'http://localhost:3000',
  });
  expect(signup.data.properties?.action_link).toMatch(
    /\/auth\/v1\/verify\?token=[0-9a-f]{56}&type=signup&redirect_to=/,
  );
  const client = server.client();
  const verified = await client.verifyOtp({
    email,
    token: signup.data.properties!.email_otp,
    type: 'signup',
  });
  expect(verified.error).toBeNull();
  for (const type of ['magiclink', 'recovery'] as const) {
    const { data, error } = await admin.generateLink({ type, email });
    expect(error).toBeNull();
    const done = await server.client().verifyOtp({ token_hash: data.properties!.hashed_token, type });
    expect(done.error).toBeNull();
  }
  const both = { email, newEmail: 'links2@example.org' };
  const current = await admin.generateLink({ type: 'email_change_current', ...both });
  const next = await admin.generateLink({ type: 'email_change_new', ...both });
  expect(next.data.user?.new_email).toBe('links2@example.org');
  for (const { data } of [current, next]) await fetch(data.properties!.action_link, { redirect: 'manual' });
  expect((await client.getUser()).data.user?.email).toBe('links2@example.org');
});

it('bans until the time is over, and ends what the user has', async () => {
  const email = 'banned@example.org';
  const { data } = await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
  const client = server.client();
  await client.signInWithPassword({ email, password: PASSWORD });
  await client.getUser();
  expect((await server.admin.updateUserById(data.user!.id, { ban_duration: '1h30m' })).error).toBeNull();
  expect((await client.getUser()).error).toMatchObject({ status: 403, code: 'user_banned' });
  expect((await client.refreshSession()).error).toBeTruthy();
  expect((await client.signInWithPassword({ email, password: PASSWORD })).error).toMatchObject({
    code: 'user_banned',
  });
  await server.admin.updateUserById(data.user!.id, { ban_duration: 'none' });
  expect((await client.signInWithPassword({ email, password: PASSWORD })).error).toBeNull();
});

it('forgets a person softly, and frees the address', async () => {
  const email = 'gone@example.org';
  const { data } = await server.admin.createUser({
    email,
    password: PASSWORD,
    email_confirm: true,
    user_metadata: { name: 'G' },
  });
  expect((await server.admin.deleteUser(data.user!.id, true)).error).toBeNull();
  const [row] = await server.database.sql(
    `select email, encrypted_password, raw_user_meta_data, deleted_at is not null as gone,
       (select count(*)::int from auth.identities i where i.user_id = u.id) as identities from auth.users u where id = $1`,
    [data.user!.id],
  );
  expect(row).toMatchObject({ encrypted_password: null, raw_user_meta_data: {}, gone: true, identities: 0 });
  expect(row?.email).not.toContain('gone');
  expect((await server.client().signInWithPassword({ email, password: PASSWORD })).error?.code).toBe(
    'invalid_credentials',
  );
  expect((await server.admin.createUser({ email })).error).toBeNull();
});

it('takes hashes of other products, and replaces them at the first sign-in', async () => {
  const bcryptOfSecret = '$2b$10$K7Lhpra8Fzf9Y.mQOBYUBuFzeN38UcE/3hPLDIJxJDMfP2Uzc5q2a';
  const bad = await server.request('/admin/users', {
    method: 'POST',
    headers: asService(),
    body: JSON.stringify({ email: 'md5@example.org', password_hash: '5f4dcc3b5aa765d61d8327deb882cf99' }),
  });
  expect(bad.status).toBe(400);
  const { default: bcrypt } = await import('bcrypt');
  const hash = await bcrypt.hash(PASSWORD, 4);
  const made = await server.admin.createUser({
    email: 'bcrypt@example.org',
    password_hash: hash,
    email_confirm: true,
  });
  expect(made.error).toBeNull();
  expect(
    (await server.admin.createUser({ email: 'other@example.org', password_hash: bcryptOfSecret })).error,
  ).toBeNull();
  const client = server.client();
  expect(
    (await client.signInWithPassword({ email: 'bcrypt@example.org', password: 'wrong one' })).error?.code,
  ).toBe('invalid_credentials');
  expect(
    (await client.signInWithPassword({ email: 'bcrypt@example.org', password: PASSWORD })).error,
  ).toBeNull();
  const [row] = await server.database.sql<{ encrypted_password: string }>(
    `select encrypted_password from auth.users where email = 'bcrypt@example.org'`,
  );
  expect(row?.encrypted_password).toMatch(/^\$argon2id\$/);
  expect(
    (await client.signInWithPassword({ email: 'bcrypt@example.org', password: PASSWORD })).error,
  ).toBeNull();
});

it('keeps a log of it all', async () => {
  const response = await server.request('/admin/audit?query=action:user_banned', { headers: asService() });
  expect(response.status).toBe(200);
  const entries = (await response.json()) as { payload: Record<string, unknown>; ip_address: string }[];
  expect(entries[0]).toMatchObject({
    payload: { action: 'user_banned', actor_role: 'service_role', actor_username: 'banned@example.org' },
    ip_address: '127.0.0.1',
  });
});

it('does none of it for others', async () => {
  const email = 'plain@example.org';
  await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
  const { data } = await server.client().signInWithPassword({ email, password: PASSWORD });
  const id = data.user!.id;
  const calls: [string, string][] = [
    ['GET', '/admin/users'],
    ['POST', '/admin/users'],
    ['GET', `/admin/users/${id}`],
    ['PUT', `/admin/users/${id}`],
    ['DELETE', `/admin/users/${id}`],
    ['POST', '/invite'],
    ['POST', '/admin/generate_link'],
    ['GET', '/admin/audit'],
    ['GET', '/dev/outbox'],
  ];
  for (const [method, path] of calls) {
    for (const token of [data.session!.access_token, server.app.keys.anon]) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await server.request(path, {
        method,
        headers,
        ...(method === 'GET' ? {} : { body: '{}' }),
      });
      expect(response.status, `${method} ${path}`).toBe(403);
      expect(await response.json()).toMatchObject({ error_code: 'not_admin', msg: 'User not allowed' });
    }
    expect((await server.request(path, { method })).status, `${method} ${path}`).toBe(401);
  }
});
