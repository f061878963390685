import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthServer, codeOf, linkOf, PASSWORD, startAuth } from '../../support/auth.ts';

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false',
    GOFORWARD_AUTH_PHONE_ENABLED: 'true',
  });
});

afterAll(() => server.close());

async function newer(to: string, than: number, kind?: string) {
  await expect.poll(async () => (await server.sent(to, kind)).id).toBeGreaterThan(than);
  return server.sent(to, kind);
}

it('signs up by phone, with a code that can be asked for again', async () => {
  const client = server.client();
  const phone = '+4915700000001';
  const { data, error } = await client.signUp({ phone, password: PASSWORD });
  expect(error).toBeNull();
  expect(data).toMatchObject({ session: null, user: { phone: '4915700000001', email: '' } });
  const first = await server.sent(phone);
  const early = await client.signInWithPassword({ phone, password: PASSWORD });
  expect(early.error).toMatchObject({ code: 'phone_not_confirmed' });
  expect((await client.resend({ type: 'sms', phone })).error).toBeNull();
  const second = await newer(phone, first.id);
  expect((await client.verifyOtp({ phone, token: codeOf(second), type: 'sms' })).error).toBeNull();
  expect((await client.signInWithPassword({ phone, password: PASSWORD })).error).toBeNull();
});

it('changes a phone once its code is there', async () => {
  await server.admin.createUser({ phone: '4915700000002', password: PASSWORD, phone_confirm: true });
  const client = server.client();
  await client.signInWithPassword({ phone: '4915700000002', password: PASSWORD });
  const changed = await client.updateUser({ phone: '+49 157 00000003' });
  expect(changed.error).toBeNull();
  const token = codeOf(await server.sent('+4915700000003', 'phone_change'));
  const { data, error } = await client.verifyOtp({ phone: '4915700000003', token, type: 'phone_change' });
  expect(error).toBeNull();
  expect(data.user?.phone).toBe('4915700000003');
  expect(data.user?.identities?.[0]?.identity_data).toMatchObject({
    phone: '4915700000003',
    phone_verified: true,
  });
});

it('sends the mails of a change again, and the newest count', async () => {
  const email = 'from@example.org';
  await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
  const client = server.client();
  await client.signInWithPassword({ email, password: PASSWORD });
  await client.updateUser({ email: 'to@example.org' });
  const old = await server.sent('to@example.org');
  expect((await client.resend({ type: 'email_change', email })).error).toBeNull();
  const latest = await newer('to@example.org', old.id);
  expect((await fetch(linkOf(old), { redirect: 'manual' })).headers.get('location')).toContain('otp_expired');
  await fetch(linkOf(latest), { redirect: 'manual' });
  await fetch(linkOf(await server.sent(email, 'email_change')), { redirect: 'manual' });
  expect((await client.getUser()).data.user?.email).toBe('to@example.org');
});

it('one side of a change is not enough, however often it confirms', async () => {
  const email = 'double@example.org';
  await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
  const client = server.client();
  await client.signInWithPassword({ email, password: PASSWORD });
  await client.updateUser({ email: 'double2@example.org' });
  const link = linkOf(await server.sent('double2@example.org'));
  for (let round = 0; round < 3; round += 1) await fetch(link, { redirect: 'manual' });
  expect((await client.getUser()).data.user?.email).toBe(email);
});

it('both sides at the same moment make one change', async () => {
  const email = 'both@example.org';
  await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
  const client = server.client();
  await client.signInWithPassword({ email, password: PASSWORD });
  await client.updateUser({ email: 'both2@example.org' });
  const links = [
    linkOf(await server.sent('both2@example.org')),
    linkOf(await server.sent(email, 'email_change')),
  ];
  const places = await Promise.all(
    links.map(async (link) => (await fetch(link, { redirect: 'manual' })).headers.get('location') ?? ''),
  );
  expect(places.filter((place) => place.includes('message='))).toHaveLength(1);
  expect(places.filter((place) => place.includes('access_token='))).toHaveLength(1);
  expect((await client.getUser()).data.user?.email).toBe('both2@example.org');
});

it('an address that somebody has cannot be taken, and its owner hears nothing', async () => {
  await server.admin.createUser({ email: 'owner@example.org', email_confirm: true });
  await server.admin.createUser({ email: 'wants@example.org', password: PASSWORD, email_confirm: true });
  const client = server.client();
  await client.signInWithPassword({ email: 'wants@example.org', password: PASSWORD });
  const { data, error } = await client.updateUser({ email: 'owner@example.org' });
  expect(error).toBeNull();
  expect(data.user).toMatchObject({ email: 'wants@example.org', new_email: 'owner@example.org' });
  await fetch(linkOf(await server.sent('wants@example.org', 'email_change')), { redirect: 'manual' });
  expect((await client.getUser()).data.user?.email).toBe('wants@example.org');
  expect((await server.outbox()).filter((message) => message.to === 'owner@example.org')).toEqual([]);
});
