import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type AuthServer, codeOf, PASSWORD, startAuth } from '../../support/auth.ts';

let folder: string;
let server: AuthServer | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'goforward-settings-'));
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

afterAll(() => rmSync(folder, { recursive: true }));

async function started(env: Record<string, string>, cwd?: string): Promise<AuthServer> {
  server = await startAuth(env, cwd);
  return server;
}

it('passwords of the breached list are refused, plain and hashed', async () => {
  const file = join(folder, 'breached.txt');
  const hashed = createHash('sha1').update('hashed password').digest('hex').toUpperCase();
  writeFileSync(file, `password1234\n${hashed}:37\n`);
  const { client } = await started({ GOFORWARD_AUTH_PASSWORD_BREACHED_LIST_FILE: file });
  for (const password of ['password1234', 'hashed password']) {
    const { error } = await client().signUp({ email: 'breached@example.org', password });
    expect(error).toMatchObject({ status: 422, code: 'weak_password', reasons: ['pwned'] });
  }
  expect((await client().signUp({ email: 'fine@example.org', password: PASSWORD })).error).toBeNull();
});

it('a new password needs the current one where that is asked for', async () => {
  const { client } = await started({ GOFORWARD_AUTH_PASSWORD_REQUIRE_CURRENT: 'true' });
  const mine = client();
  await mine.signUp({ email: 'current@example.org', password: PASSWORD });
  const next = 'the next password';
  expect((await mine.updateUser({ password: next })).error).toMatchObject({
    code: 'current_password_required',
  });
  const wrong = await mine.updateUser({ password: next, current_password: 'not the one' });
  expect(wrong.error).toMatchObject({ code: 'current_password_invalid' });
  expect((await mine.updateUser({ password: next, current_password: PASSWORD })).error).toBeNull();
});

it('the profile of Supabase: six characters, 72 bytes, an hour, users without identities', async () => {
  const { client, database, request } = await started({
    GOFORWARD_AUTH_PROFILE: 'supabase',
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false',
  });
  const short = await client().signUp({ email: 'short@example.org', password: '12345' });
  expect(short.error).toMatchObject({ status: 422, message: 'Password should be at least 6 characters.' });
  expect((await client().signUp({ email: 'long@example.org', password: 'x'.repeat(73) })).error?.status).toBe(
    400,
  );
  expect((await client().signUp({ email: 'six@example.org', password: '123456' })).error).toBeNull();
  const [row] = await database.sql(
    `select round(extract(epoch from expires_at - created_at))::int as seconds from auth.one_time_tokens`,
  );
  expect(row).toEqual({ seconds: 3600 });
  const unknown = await client().signInWithOtp({
    email: 'who@example.org',
    options: { shouldCreateUser: false },
  });
  expect(unknown.error).toMatchObject({
    status: 422,
    code: 'otp_disabled',
    message: 'Signups not allowed for otp',
  });
  await database.sql(`update auth.users set email_confirmed_at = now()`);
  const again = await client().signUp({ email: 'six@example.org', password: '123456' });
  expect(again.data.user?.identities).toEqual([]);
  const anonymous = await request('/signup', { method: 'POST', body: '{}' });
  expect(await anonymous.json()).toMatchObject({
    error_code: 'anonymous_provider_disabled',
    msg: 'Anonymous sign-ins are disabled',
  });
});

it('codes end after ten minutes', async () => {
  const { client, database, sent } = await started({ GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false' });
  const mine = client();
  await mine.signUp({ email: 'late@example.org', password: PASSWORD });
  const token = codeOf(await sent('late@example.org'));
  const [row] = await database.sql(
    `select round(extract(epoch from expires_at - created_at))::int as seconds from auth.one_time_tokens`,
  );
  expect(row).toEqual({ seconds: 600 });
  await database.sql(`update auth.one_time_tokens set expires_at = now()`);
  expect((await mine.verifyOtp({ email: 'late@example.org', token, type: 'email' })).error?.code).toBe(
    'otp_expired',
  );
});

it('fixed codes stand in for messages, and nothing is sent', async () => {
  const cwd = mkdtempSync(join(folder, 'fixed-'));
  writeFileSync(
    join(cwd, 'goforward.yaml'),
    "auth:\n  phone:\n    enabled: true\n  testOtps:\n    '15550100': '123456'\n",
  );
  const { client, outbox } = await started({}, cwd);
  const mine = client();
  expect((await mine.signInWithOtp({ phone: '+15550100' })).error).toBeNull();
  await expect
    .poll(async () => (await mine.verifyOtp({ phone: '+15550100', token: '123456', type: 'sms' })).error)
    .toBeNull();
  expect(await outbox()).toEqual([]);
});

it('another message of a kind to the same address has to wait, known or not', async () => {
  const { client, admin } = await started({ GOFORWARD_AUTH_EMAIL_MAX_FREQUENCY_SECONDS: '60' });
  await admin.createUser({ email: 'known@example.org', email_confirm: true });
  for (const email of ['known@example.org', 'unknown@example.org']) {
    expect((await client().resetPasswordForEmail(email)).error).toBeNull();
    expect((await client().resetPasswordForEmail(email)).error).toMatchObject({
      status: 429,
      code: 'over_email_send_rate_limit',
      message: 'For security purposes, you can only request this after 60 seconds.',
    });
  }
});

it('what is switched off says so', async () => {
  const { client } = await started({ GOFORWARD_AUTH_EMAIL_ENABLED: 'false' });
  const { error } = await client().signUp({ email: 'off@example.org', password: PASSWORD });
  expect(error).toMatchObject({ status: 422, code: 'email_provider_disabled' });
  expect(
    (await client().signInWithPassword({ email: 'off@example.org', password: PASSWORD })).error?.code,
  ).toBe('email_provider_disabled');
  expect((await client().signInWithOtp({ phone: '+15550100' })).error?.code).toBe('phone_provider_disabled');
});

it('the tables are closed to the roles of the API, and users of tables go with their user', async () => {
  const { admin, database } = await started({});
  await database.sql(
    `create table public.profile (id uuid primary key references auth.users (id) on delete cascade)`,
  );
  const tables = await database.sql<{ name: string; open: boolean }>(
    `select c.relname as name, has_table_privilege('anon', c.oid, 'select, insert, update, delete')
       or has_table_privilege('authenticated', c.oid, 'select, insert, update, delete') as open
     from pg_class c where c.relnamespace = 'auth'::regnamespace and c.relkind = 'r'`,
  );
  expect(tables.length).toBeGreaterThan(12);
  expect(tables.filter((table) => table.open)).toEqual([]);
  const { data } = await admin.createUser({ email: 'profile@example.org' });
  await database.sql(`insert into public.profile values ($1)`, [data.user!.id]);
  await database.sql(`delete from auth.users`);
  expect(await database.sql(`select * from public.profile`)).toEqual([]);
});
