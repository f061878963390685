/** Hooks of an extension in the running server: what they may change and refuse, and what their mistakes do not tell. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadExtensions } from '../../../src/extensions/load.ts';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { askGraphql } from '../../support/auth-graphql.ts';
import { claimsOf } from '../../support/tokens.ts';

/** What the user says of themselves at sign-up is what the hook does. */
const OWN = `
export default function (server) {
  server.registerAuthHook('beforeUserCreated', async (user, { refuse, signal }) => {
    if (user.email?.endsWith('@rival.example')) refuse('Not for you');
    if (user.data.before === 'throw') throw new Error('a secret of the hook');
    if (user.data.before === 'hang') await new Promise((resolve) => { signal.addEventListener('abort', resolve); });
    user.data.before = 'changed';
  });
  server.registerAuthHook('customClaims', (claims, user, { refuse }) => {
    const { set, drop, without } = user.user_metadata;
    if (without) refuse('No token for you');
    if (user.encrypted_password || user.encryptedPassword) throw new Error('the hook sees too much');
    const next = { ...claims, plan: 'gold', ...set };
    for (const name of drop ?? []) delete next[name];
    return next;
  });
  const sent = [];
  server.registerAuthHook('sendMail', async (mail) => { sent.push({ by: 'mail', ...mail }); });
  server.registerAuthHook('sendSms', async (message) => { sent.push({ by: 'sms', ...message }); });
  server.registerRoute({ method: 'GET', path: '/functions/v1/sent', handler: () => sent });
}
`;

let folder: string;
let server: AuthServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goforward-hooks-'));
  writeFileSync(join(folder, 'own.mjs'), OWN);
  writeFileSync(join(folder, 'goforward.yaml'), 'extensions: [own.mjs]\n');
  const env = {
    GOFORWARD_AUTH_HOOKS_TIMEOUT_MS: '300',
    GOFORWARD_AUTH_PHONE_ENABLED: 'true',
    GOFORWARD_AUTH_ANONYMOUS_ENABLED: 'true',
  };
  server = await startAuth(env, folder);
  await server.database.sql(`create role "shop keeper" nologin; grant "shop keeper" to authenticator;`);
});
afterAll(async () => {
  await server?.database.sql(`drop role if exists "shop keeper"`);
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const address = () => `user-${randomUUID()}@example.org`;

const signUp = async (data: object, email = address()) => {
  const body = JSON.stringify({ email, password: PASSWORD, data });
  const response = await server.request('/signup', { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown>, email };
};

describe('before a user is created', () => {
  test('a refusal is told in its own words, on every door, and nobody is made', async () => {
    const refused = await signUp({}, 'spy@rival.example');
    expect(refused).toMatchObject({ status: 403, body: { error_code: 'hook_rejected', msg: 'Not for you' } });
    const graphql = await askGraphql(
      server,
      `mutation { signUp(email: "spy@rival.example", password: "${PASSWORD}") { user { id } } }`,
    );
    expect(graphql.errors?.[0]).toMatchObject({
      message: 'Not for you',
      extensions: { code: 'hook_rejected' },
    });
    expect(await server.database.sql(`select 1 from auth.users where email like '%rival%'`)).toEqual([]);
  });

  test.each([
    ['throw', 500, 'unexpected_failure'],
    ['hang', 504, 'hook_timeout'],
  ])('a hook that does %s keeps out and tells nothing', async (before, status, error_code) => {
    const refused = await signUp({ before });
    expect(refused).toMatchObject({ status, body: { error_code } });
    expect(JSON.stringify(refused.body)).not.toContain('secret');
    expect(await server.database.sql('select 1 from auth.users where email = $1', [refused.email])).toEqual(
      [],
    );
    const logged = server.app.observations.filter((one) => one.type === 'unexpected-error');
    expect(logged.some(({ error }) => String((error as Error).message).includes('beforeUserCreated'))).toBe(
      true,
    );
  });

  test('what it does to its argument stays there', async () => {
    const { body } = await signUp({ before: 'kept' });
    expect(body.user).toMatchObject({ user_metadata: { before: 'kept' } });
  });

  test('visitors without a name are asked for, too', async () => {
    const { error } = await server.client().signInAnonymously({ options: { data: { before: 'throw' } } });
    expect(error?.status).toBe(500);
  });
});

describe('claims', () => {
  const claims = async (set: object, drop: string[] = []) => {
    const { status, body } = await signUp({ set, drop });
    expect(status).toBe(200);
    return { ...claimsOf(String(body.access_token)), token: String(body.access_token) };
  };

  test('are added, changed and left out; those that the server stands on stay', async () => {
    const made = await claims({ email: 'shown@example.org' }, ['user_metadata', 'sub', 'exp', 'role', 'aal']);
    expect(made).toMatchObject({
      plan: 'gold',
      email: 'shown@example.org',
      sub: expect.any(String),
      exp: expect.any(Number),
      role: 'authenticated',
      aal: 'aal1',
    });
    expect(made).not.toHaveProperty('user_metadata');
  });

  test('the refreshed token has them, too', async () => {
    const { body } = await signUp({ set: { tier: 3 } });
    const answer = await server.request('/token?grant_type=refresh_token', {
      method: 'POST',
      body: JSON.stringify({ refresh_token: body.refresh_token }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    expect(claimsOf(access_token)).toMatchObject({ tier: 3, plan: 'gold' });
  });

  test('another role that a token could name is taken', async () => {
    const made = await claims({ role: 'shop keeper' });
    expect(made).toMatchObject({ role: 'shop keeper' });
    const answer = await server.app.post('/graphql', { query: '{ __typename }' }, made.token);
    expect(JSON.parse(answer.text)).toEqual({ data: { __typename: 'query_root' } });
  });

  test.each([
    ['another user', { sub: '00000000-0000-4000-8000-000000000000' }],
    ['another session', { session_id: '00000000-0000-4000-8000-000000000000' }],
    ['no end', { exp: 9_999_999_999 }],
    ['an issue time', { iat: 1 }],
    ['a second factor', { aal: 'aal2' }],
    ['a proof', { amr: [{ method: 'totp', timestamp: 1 }] }],
    ['another audience', { aud: 'everybody' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['a start', { nbf: 1 }],
    ['the scope of a client', { scope: 'openid' }],
    ['the service role', { role: 'service_role' }],
    ['the service role by its other name', { role: 'admin' }],
    ['no role', { role: 'none' }],
    ['no text for a role', { role: 7 }],
    ['service by allowed roles', { 'https://hasura.io/jwt/claims': { 'X-Hasura-Allowed-Roles': ['admin'] } }],
    [
      'service by the default role',
      { 'https://hasura.io/jwt/claims': { 'x-hasura-default-role': 'service_role' } },
    ],
    ['a token longer than any door takes', { blob: 'x'.repeat(6000) }],
    ['a list for claims', { 'https://hasura.io/jwt/claims': { 'x-hasura-role': 'admin' } }],
  ])('%s is nothing that a hook can give', async (_what, set) => {
    const { status, body } = await signUp({ set });
    expect({ status, code: body.error_code }).toEqual({ status: 500, code: 'unexpected_failure' });
    expect(body).not.toHaveProperty('access_token');
  });

  test('a refusal keeps the session from being made', async () => {
    const refused = await signUp({ without: true });
    expect(refused).toMatchObject({
      status: 403,
      body: { error_code: 'hook_rejected', msg: 'No token for you' },
    });
    expect(await server.database.sql('select 1 from auth.users where email = $1', [refused.email])).toEqual(
      [],
    );
  });
});

test('mails and messages go by the hooks, and not to the outbox', async () => {
  const { email } = await signUp({});
  await server.client().resetPasswordForEmail(email);
  await server.client().signInWithOtp({ phone: '+4915112345678' });
  const sent = async () => (await fetch(`${server.app.url}/functions/v1/sent`)).json();
  await expect.poll(sent).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        by: 'mail',
        kind: 'recovery',
        to: email,
        html: expect.stringContaining('http'),
      }),
      expect.objectContaining({ by: 'sms', to: '+4915112345678', code: expect.stringMatching(/^\d{6}$/) }),
    ]),
  );
  expect(await server.outbox()).toEqual([]);
});

test.each([
  ['no-such-hook.mjs', `server.registerAuthHook('afterAll', () => {})`, /no hook "afterAll"/],
  ['no-function.mjs', `server.registerAuthHook('sendMail', {})`, /sendMail is no function/],
  [
    'two-hooks.mjs',
    `for (let i = 0; i < 2; i++) server.registerAuthHook('sendMail', () => {})`,
    /sendMail is registered twice/,
  ],
  ['bad-name.mjs', `server.registerAuthProvider({ name: 'A B', authenticate() {} })`, /has no name/],
  ['no-verb.mjs', `server.registerAuthProvider({ name: 'a' })`, /no function authenticate/],
  [
    'two-providers.mjs',
    `for (let i = 0; i < 2; i++) server.registerAuthProvider({ name: 'a', authenticate() {} })`,
    /provider a is registered twice/,
  ],
])('%s is told at the start', async (name, line, message) => {
  writeFileSync(join(folder, name), `export default (server) => { ${line}; };`);
  await expect(loadExtensions([join(folder, name)])).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringMatching(message),
  });
});
