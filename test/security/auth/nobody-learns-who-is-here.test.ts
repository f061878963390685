/** For addresses with and without a user every answer is the same: status, headers, body, and how long it takes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';

let server: AuthServer;

const KNOWN = 'known@example.org';
const UNCONFIRMED = 'unconfirmed@example.org';

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false',
    GOFORWARD_AUTH_PHONE_ENABLED: 'true',
  });
  await server.admin.createUser({
    email: KNOWN,
    phone: '4915100000001',
    password: PASSWORD,
    email_confirm: true,
  });
  await server.client().signUp({ email: UNCONFIRMED, password: PASSWORD });
});

afterAll(() => server.close());

const post = (path: string, body: object) =>
  server.request(path, { method: 'POST', body: JSON.stringify(body) });

/** Without what differs between any two answers: ids, moments, and the address itself. */
async function shapeOf(response: Response, address: string): Promise<unknown> {
  const text = (await response.text())
    .replaceAll(address, '<address>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<moment>');
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name)),
  );
  return { status: response.status, headers, body: JSON.parse(text) };
}

const CALLS: [string, (email: string) => [string, object]][] = [
  ['signing up', (email) => ['/signup', { email, password: PASSWORD, data: { name: 'N' } }]],
  ['signing in', (email) => ['/token?grant_type=password', { email, password: 'not the password' }]],
  ['a sign-in link', (email) => ['/otp', { email }]],
  ['a sign-in link for users only', (email) => ['/otp', { email, create_user: false }]],
  ['recovery', (email) => ['/recover', { email }]],
  ['sending once more', (email) => ['/resend', { type: 'signup', email }]],
  ['a changed address once more', (email) => ['/resend', { type: 'email_change', email }]],
  ['a wrong code', (email) => ['/verify', { type: 'email', email, token: '000000' }]],
];

describe.each(CALLS)('%s', (_name, call) => {
  it.each([KNOWN, UNCONFIRMED])('says the same of %s and of a stranger', async (email) => {
    const stranger = `stranger${Math.floor(Math.random() * 1e9)}@example.org`;
    const [known, unknown] = await Promise.all([post(...call(email)), post(...call(stranger))]);
    expect(await shapeOf(known, email)).toEqual(await shapeOf(unknown, stranger));
  });
});

it('a sign-up that is repeated says the same each time', async () => {
  for (const email of [KNOWN, 'fresh@example.org']) {
    const ids = [];
    for (let round = 0; round < 2; round += 1) {
      const body = (await (await post('/signup', { email, password: PASSWORD })).json()) as { id: string };
      ids.push(body.id);
    }
    expect(ids[0]).toBe(ids[1]);
  }
});

it('a sign-up that is repeated changes nothing of a confirmed user', async () => {
  await post('/signup', { email: KNOWN, password: 'a password of somebody else', data: { name: 'Mallory' } });
  expect(
    (await server.client().signInWithPassword({ email: KNOWN, password: PASSWORD })).data.user?.user_metadata,
  ).toEqual({
    email_verified: true,
  });
});

it('whoever took an address first, without it being theirs, has no way in later', async () => {
  const email = 'victim@example.org';
  await post('/signup', { email, password: 'the attacker knows' });
  await post('/recover', { email });
  const link = await server.sent(email, 'recovery');
  const token_hash = /token=([0-9a-f]+)/.exec(link.text)?.[1];
  expect((await post('/verify', { type: 'recovery', token_hash })).status).toBe(200);
  const attempt = await post('/token?grant_type=password', { email, password: 'the attacker knows' });
  expect(await attempt.json()).toMatchObject({ error_code: 'invalid_credentials' });
});

it('an invitation cannot be taken over by signing up with its address', async () => {
  const email = 'invited@example.org';
  await server.admin.inviteUserByEmail(email);
  const invitation = await server.sent(email, 'invite');
  expect((await post('/signup', { email, password: 'the attacker knows' })).status).toBe(200);
  const token_hash = /token=([0-9a-f]+)/.exec(invitation.text)?.[1];
  expect((await post('/verify', { type: 'invite', token_hash })).status).toBe(200);
  const attempt = await post('/token?grant_type=password', { email, password: 'the attacker knows' });
  expect(await attempt.json()).toMatchObject({ error_code: 'invalid_credentials' });
  expect((await server.outbox()).filter((message) => message.to === email)).toHaveLength(1);
});

/** Welch's t of two samples: beyond 4.5 the difference is no accident. */
function welch(a: readonly number[], b: readonly number[]): number {
  const mean = (list: readonly number[]) => list.reduce((sum, it) => sum + it, 0) / list.length;
  const variance = (list: readonly number[]) => {
    const middle = mean(list);
    return list.reduce((sum, it) => sum + (it - middle) ** 2, 0) / (list.length - 1);
  };
  return Math.abs(mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length);
}

/** The slowest ones tell of the machine, not of the code. */
function trimmed(list: readonly number[]): number[] {
  return [...list].sort((a, b) => a - b).slice(0, Math.floor(list.length * 0.9));
}

const SAMPLES = Number(process.env.TIMING_SAMPLES ?? 60);

const TIMED: [string, (email: string) => [string, object]][] = [
  ['recovery', (email) => ['/recover', { email }]],
  ['a sign-in link', (email) => ['/otp', { email, create_user: false }]],
  ['signing in', (email) => ['/token?grant_type=password', { email, password: 'not the password' }]],
];

describe.each(TIMED)('%s', (_name, call) => {
  it('takes as long for both', async () => {
    const known: number[] = [];
    const unknown: number[] = [];
    const time = async (email: string, into: number[]) => {
      const startedAt = performance.now();
      await (await post(...call(email))).text();
      into.push(performance.now() - startedAt);
    };
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      // What a call leaves running must not weigh on the next one.
      const order = sample % 2 === 0 ? [true, false] : [false, true];
      for (const isKnown of order) {
        await time(isKnown ? KNOWN : 'nobody@example.org', isKnown ? known : unknown);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    }
    expect(welch(trimmed(known), trimmed(unknown))).toBeLessThan(4.5);
  });
});
