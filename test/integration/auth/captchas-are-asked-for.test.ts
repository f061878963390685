/** `auth.captcha`: which calls ask for a captcha, on both doors, judged by a real HTTP server in the place of the provider. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { askGraphql } from '../../support/auth-graphql.ts';

let judge: Server;
let server: AuthServer;
let asked: Record<string, string>[] = [];

beforeAll(async () => {
  judge = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(body));
      asked.push(form);
      if (form.response === 'hang') return;
      if (form.response === 'broken') return void response.writeHead(500).end('<html>');
      if (form.response === 'elsewhere') return void response.writeHead(302, { location: '/yes' }).end();
      const success = form.response === 'solved';
      const codes = success ? [] : ['invalid-input-response', '<script>'];
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ success, 'error-codes': codes }));
    });
  });
  await new Promise<void>((resolve) => judge.listen(0, '127.0.0.1', resolve));
  server = await startAuth({
    GOFORWARD_AUTH_CAPTCHA_ENABLED: 'true',
    GOFORWARD_AUTH_CAPTCHA_PROVIDER: 'turnstile',
    GOFORWARD_AUTH_CAPTCHA_SECRET: 'of the site',
    GOFORWARD_AUTH_CAPTCHA_URL: `http://127.0.0.1:${(judge.address() as AddressInfo).port}/siteverify`,
    GOFORWARD_AUTH_CAPTCHA_TIMEOUT_MS: '300',
    GOFORWARD_AUTH_ANONYMOUS_ENABLED: 'true',
    GOFORWARD_AUTH_PASSKEYS_ENABLED: 'true',
  });
});
afterAll(async () => {
  await server?.close();
  judge?.closeAllConnections();
  judge?.close();
});
beforeEach(() => {
  asked = [];
});

const email = 'ada@example.org';
const solved = { captchaToken: 'solved' };

test('the client of Supabase sends it, and the provider is asked once per call, with secret and address', async () => {
  const client = server.client();
  const signedUp = await client.signUp({ email, password: PASSWORD, options: solved });
  expect(signedUp.error).toBeNull();
  expect(asked).toEqual([{ secret: 'of the site', response: 'solved', remoteip: '127.0.0.1' }]);
  const signedIn = await client.signInWithPassword({ email, password: PASSWORD, options: solved });
  expect(signedIn.error).toBeNull();
  expect((await client.signInAnonymously({ options: solved })).error).toBeNull();
  expect((await client.signInWithOtp({ email, options: solved })).error).toBeNull();
  expect((await client.resetPasswordForEmail(email, solved)).error).toBeNull();
  expect((await client.resend({ type: 'signup', email, options: solved })).error).toBeNull();
  expect(asked).toHaveLength(6);
});

test('what continues needs none: refreshing, redeeming, reading oneself', async () => {
  const client = server.client();
  await client.signInWithPassword({ email, password: PASSWORD, options: solved });
  asked = [];
  expect((await client.refreshSession()).error).toBeNull();
  expect((await client.getUser()).error).toBeNull();
  const wrong = await client.verifyOtp({ email, token: '123456', type: 'email' });
  expect(wrong.error?.code).toBe('otp_expired');
  expect(asked).toEqual([]);
});

const CALLS = [
  ['/signup', { email: 'new@example.org', password: PASSWORD }],
  ['/signup', {}],
  ['/token?grant_type=password', { email, password: PASSWORD }],
  ['/token?grant_type=id_token', { provider: 'google', id_token: 'x' }],
  ['/token?grant_type=custom', { provider: 'badge', credentials: {} }],
  ['/otp', { email }],
  ['/magiclink', { email }],
  ['/recover', { email }],
  ['/resend', { type: 'signup', email }],
  ['/passkeys/authentication/options', {}],
] as const;

describe.each(CALLS)('POST %s', (path, body) => {
  test.each([
    ['without an answer', undefined, 'no captcha response'],
    ['with a wrong one', 'guessed', 'invalid-input-response'],
  ])('%s is refused', async (_what, answer, reason) => {
    const meta = answer === undefined ? {} : { gotrue_meta_security: { captcha_token: answer } };
    const response = await server.request(path, {
      method: 'POST',
      body: JSON.stringify({ ...body, ...meta }),
    });
    const told = (await response.json()) as { msg: string };
    expect({ status: response.status, told }).toMatchObject({
      status: 400,
      told: { error_code: 'captcha_failed' },
    });
    expect(told.msg).toContain(reason);
    expect(told.msg).not.toContain('script');
  });
});

const MUTATIONS = [
  `signUp(email: "new@example.org", password: "${PASSWORD}" CAPTCHA) { user { id } }`,
  `signIn(email: "${email}", password: "${PASSWORD}" CAPTCHA) { accessToken }`,
  'signInAnonymously(data: {} CAPTCHA) { accessToken }',
  `signInWithOtp(email: "${email}" CAPTCHA)`,
  `resetPassword(email: "${email}" CAPTCHA)`,
  `resend(type: "signup", email: "${email}" CAPTCHA)`,
  'signInWithProvider(provider: "badge", credentials: {} CAPTCHA) { accessToken }',
];

describe.each(MUTATIONS)('mutation { %s }', (mutation) => {
  const ask = (answer: string) => askGraphql(server, `mutation { ${mutation.replace('CAPTCHA', answer)} }`);

  test('asks for it as REST does', async () => {
    for (const answer of ['', ', captchaToken: null', ', captchaToken: "guessed"'])
      expect((await ask(answer)).errors?.[0]?.extensions.code).toBe('captcha_failed');
    expect((await ask(', captchaToken: "solved"')).errors?.[0]?.extensions.code).not.toBe('captcha_failed');
    expect(asked.map((one) => one.response)).toEqual(['guessed', 'solved']);
  });
});

test.each(['hang', 'broken', 'elsewhere'])('a provider that does %s lets nobody in', async (answer) => {
  const { error } = await server
    .client()
    .signInWithPassword({ email, password: PASSWORD, options: { captchaToken: answer } });
  expect(error).toMatchObject({ status: 400, code: 'captcha_failed' });
  expect(
    server.app.observations.some(
      (one) => one.type === 'unexpected-error' && one.where === 'the captcha of turnstile',
    ),
  ).toBe(true);
});

test('the service key is asked for none', async () => {
  const headers = { apikey: server.app.keys.service, authorization: `Bearer ${server.app.keys.service}` };
  const body = JSON.stringify({ email, password: PASSWORD });
  const response = await server.request('/token?grant_type=password', { method: 'POST', headers, body });
  expect(response.status).toBe(200);
  expect(asked).toEqual([]);
});
