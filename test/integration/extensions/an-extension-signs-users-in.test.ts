/** A sign-in provider of an extension, through both doors: who becomes which user, and what its mistakes do not tell. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { askGraphql } from '../../support/auth-graphql.ts';
import { claimsOf } from '../../support/tokens.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/extension/sign-in.ts', import.meta.url));

/** What comes as the credentials is what the provider answers, or does. */
const OWN = `
export default function (server) {
  server.registerAuthProvider({ name: 'badge', async authenticate(credentials, { ip, agent, refuse, signal }) {
    const { does, ...identity } = credentials;
    if (does === 'throw') throw new Error('a secret of the module');
    if (does === 'impersonate') throw Object.assign(new Error('a secret'), { name: 'AppError', status: 200, extensions: {}, code: 'x' });
    if (does === 'refuse') refuse('This badge was handed in');
    if (does === 'nothing') return null;
    if (does === 'hang') await new Promise((resolve) => { signal.addEventListener('abort', resolve); });
    if (does === 'tell') return { subject: 'told', data: { ip, agent } };
    return identity;
  } });
}
`;

let folder: string;
let server: AuthServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goforward-provider-'));
  writeFileSync(join(folder, 'own.mjs'), OWN);
  writeFileSync(join(folder, 'goforward.yaml'), `extensions: [own.mjs, ${JSON.stringify(EXAMPLE)}]\n`);
  process.env.TICKET_KEY = 'a key that both servers know';
  server = await startAuth({ GOFORWARD_AUTH_HOOKS_TIMEOUT_MS: '300' }, folder);
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
  delete process.env.TICKET_KEY;
});

interface Session {
  access_token: string;
  error_code?: string;
  msg?: string;
  user: {
    id: string;
    email: string;
    app_metadata: Record<string, unknown>;
    user_metadata: Record<string, unknown>;
    identities: { provider: string; id: string }[];
  };
}

async function signIn(credentials: unknown, provider = 'badge'): Promise<{ status: number; body: Session }> {
  const response = await server.request('/token?grant_type=custom', {
    method: 'POST',
    body: JSON.stringify({ provider, credentials }),
  });
  return { status: response.status, body: (await response.json()) as Session };
}

const SIGN_IN = `mutation ($credentials: JSON!) {
  signInWithProvider(provider: "badge", credentials: $credentials) { accessToken user { id email } }
}`;

test('the subject says which user it is, on both doors', async () => {
  const first = await signIn({
    subject: '7',
    data: { name: 'Ada' },
    appMetadata: { team: 'red', provider: 'x' },
  });
  expect(first.status).toBe(200);
  expect(first.body.user).toMatchObject({
    email: '',
    app_metadata: { team: 'red', provider: 'custom:badge', providers: ['custom:badge'] },
    user_metadata: { name: 'Ada' },
    identities: [{ provider: 'custom:badge', id: '7' }],
  });
  expect(claimsOf(first.body.access_token)).toMatchObject({
    sub: first.body.user.id,
    role: 'authenticated',
    aal: 'aal1',
    amr: [{ method: 'custom' }],
  });
  const again = await askGraphql(server, SIGN_IN, { variables: { credentials: { subject: '7' } } });
  expect(again.data?.signInWithProvider).toMatchObject({ user: { id: first.body.user.id } });
  expect((await signIn({ subject: '8' })).body.user.id).not.toBe(first.body.user.id);
});

test('an address joins an existing user only where it is vouched for, and confirmed here', async () => {
  const { data } = await server.admin.createUser({ email: 'grace@example.org', email_confirm: true });
  const unproved = await signIn({ subject: 'g1', email: 'grace@example.org' });
  expect(unproved.body.user.id).not.toBe(data.user?.id);
  expect(unproved.body.user.email).toBe('');
  const proved = await signIn({ subject: 'g2', email: 'Grace@example.org', emailVerified: true });
  expect(proved.body.user.id).toBe(data.user?.id);
});

test('who claimed the address without showing it is theirs keeps nothing of it', async () => {
  await server.admin.createUser({ email: 'squat@example.org', password: PASSWORD });
  const owner = await signIn({ subject: 's1', email: 'squat@example.org', emailVerified: true });
  expect(owner.body.user.email).toBe('squat@example.org');
  const { error } = await server
    .client()
    .signInWithPassword({ email: 'squat@example.org', password: PASSWORD });
  expect(error?.code).toBe('invalid_credentials');
});

test('a ban keeps out', async () => {
  const { body } = await signIn({ subject: 'banned' });
  await server.admin.updateUserById(body.user.id, { ban_duration: '1h' });
  expect((await signIn({ subject: 'banned' })).body.error_code).toBe('user_banned');
});

test('the provider learns where the request comes from', async () => {
  const { body } = await signIn({ does: 'tell' });
  expect(body.user.user_metadata).toMatchObject({ ip: '127.0.0.1', agent: expect.any(String) });
});

describe.each([
  ['wrong credentials', { does: 'nothing' }, 400, 'invalid_credentials', undefined],
  ['a refusal with a reason', { does: 'refuse' }, 403, 'hook_rejected', 'This badge was handed in'],
  ['what it throws', { does: 'throw' }, 500, 'unexpected_failure', undefined],
  ['an error that looks like ours', { does: 'impersonate' }, 500, 'unexpected_failure', undefined],
  ['an answer without a subject', { email: 'a@example.org' }, 500, 'unexpected_failure', undefined],
  ['taking too long', { does: 'hang' }, 504, 'hook_timeout', undefined],
])('%s', (_what, credentials, status, code, message) => {
  test('is told by its code, and no word of the module gets out', async () => {
    const rest = await signIn(credentials);
    expect({ status: rest.status, code: rest.body.error_code }).toEqual({ status, code });
    if (message !== undefined) expect(rest.body.msg).toBe(message);
    expect(JSON.stringify(rest.body)).not.toContain('secret');
    const graphql = await askGraphql(server, SIGN_IN, { variables: { credentials } });
    const known = code === 'unexpected_failure' ? 'internal-error' : code;
    expect(graphql.errors?.[0]?.extensions.code).toBe(known);
    expect(JSON.stringify(graphql)).not.toContain('secret');
    if (status >= 500) {
      const logged = server.app.observations.filter((one) => one.type === 'unexpected-error');
      expect(logged.some(({ error }) => String((error as Error).message).includes('badge'))).toBe(true);
    }
  });
});

test('a provider that nobody registered is disabled, and one that is not named is asked for', async () => {
  expect((await signIn({}, 'toString')).body.error_code).toBe('provider_disabled');
  expect((await signIn({}, '')).body.error_code).toBe('validation_failed');
});

test('a try that failed is written down', async () => {
  const { body } = await signIn({ does: 'nothing' });
  expect(body.error_code).toBe('invalid_credentials');
  await expect
    .poll(async () => {
      const rows = await server.database.sql<{ traits: unknown }>(
        `select payload -> 'traits' as traits from auth.audit_log_entries where payload ->> 'action' = 'login_failed'`,
      );
      return rows.map(({ traits }) => traits);
    })
    .toContainEqual({ method: 'custom', provider: 'custom:badge' });
});

test('tries count on both doors together', async () => {
  const limits = { GOFORWARD_AUTH_LIMITS_ENABLED: 'true', GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: '3' };
  const limited = await startAuth(limits, folder);
  try {
    const codes: unknown[] = [];
    for (let round = 0; round < 2; round += 1) {
      const body = JSON.stringify({ provider: 'badge', credentials: { does: 'nothing' } });
      const rest = await limited.request('/token?grant_type=custom', { method: 'POST', body });
      codes.push(((await rest.json()) as Session).error_code);
      const graphql = await askGraphql(limited, SIGN_IN, { variables: { credentials: { does: 'nothing' } } });
      codes.push(graphql.errors?.[0]?.extensions.code);
    }
    const wrong = 'invalid_credentials';
    expect(codes).toEqual([wrong, wrong, wrong, 'over_request_rate_limit']);
  } finally {
    await limited.close();
  }
});

describe('the example', () => {
  const ticket = (content: object, key = process.env.TICKET_KEY ?? '') => {
    const body = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
  };
  const exp = Math.floor(Date.now() / 1000) + 60;

  test('a signed ticket signs in, with a claim of its own', async () => {
    const good = await signIn({ ticket: ticket({ id: '1', email: 'tim@example.org', exp }) }, 'ticket');
    expect(good.body.user.email).toBe('tim@example.org');
    expect(claimsOf(good.body.access_token)).toMatchObject({ plan: 'free' });
  });

  test.each([
    ['of another key', ticket({ id: '1', email: 'tim@example.org', exp }, 'another')],
    ['that is over', ticket({ id: '1', email: 'tim@example.org', exp: 1 }, 'a key that both servers know')],
    ['that is none', 'x'],
  ])('a ticket %s does not', async (_what, given) => {
    expect((await signIn({ ticket: given }, 'ticket')).body.error_code).toBe('invalid_credentials');
  });
});
