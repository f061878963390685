import { describe, expect, test } from 'vitest';
import { bearer, createTestAuthenticator, SECRET } from '../../support/authenticator.ts';
import { signHs256 } from '../../support/tokens.ts';

const CLAIMS = 'https://hasura.io/jwt/claims';
const sign = (session: unknown, claims: Record<string, unknown> = {}) =>
  bearer(signHs256({ sub: 'u1', ...claims, [CLAIMS]: session }, SECRET));

describe('x-hasura-admin-secret', () => {
  test('is the secret key or the service key, and nothing else', async () => {
    const { ask, keys } = createTestAuthenticator();
    for (const secret of [keys.secret, keys.service]) {
      expect(await ask({ 'x-hasura-admin-secret': secret })).toMatchObject({
        kind: 'service',
        role: 'service_role',
      });
    }
    for (const secret of [
      '',
      'x',
      keys.anon,
      keys.publishable,
      keys.jwtSecret,
      `${keys.secret} `,
      keys.secret.slice(0, -1),
    ]) {
      await expect(ask({ 'x-hasura-admin-secret': secret })).rejects.toMatchObject({
        code: 'access-denied',
        status: 401,
      });
    }
  });

  test('acts as a role, with the other headers as its session variables', async () => {
    const { ask, keys } = createTestAuthenticator();
    const caller = await ask({
      'x-hasura-admin-secret': keys.secret,
      'x-hasura-role': 'editor',
      'x-hasura-user-id': '7',
      'x-hasura-allowed-ids': '{1,2}',
      'content-type': 'application/json',
    });
    expect(caller).toMatchObject({ kind: 'user', role: 'editor' });
    expect(caller.claims).toEqual({
      role: 'editor',
      [CLAIMS]: { 'x-hasura-role': 'editor', 'x-hasura-user-id': '7', 'x-hasura-allowed-ids': '{1,2}' },
    });
    expect(caller.claimsText).not.toContain(keys.secret);
  });

  test('as admin it is the service', async () => {
    const { ask, keys } = createTestAuthenticator();
    expect(await ask({ 'x-hasura-admin-secret': keys.secret, 'x-hasura-role': 'admin' })).toMatchObject({
      kind: 'service',
      role: 'service_role',
    });
  });

  test('a role that cannot be one is an error', async () => {
    const { ask, keys } = createTestAuthenticator();
    for (const role of ['', 'none', 'x'.repeat(64)]) {
      await expect(
        ask({ 'x-hasura-admin-secret': keys.secret, 'x-hasura-role': role }),
      ).rejects.toMatchObject({ code: 'invalid-headers' });
    }
  });
});

describe('without the admin secret', () => {
  test('x-hasura headers never become claims', async () => {
    const { ask } = createTestAuthenticator();
    const caller = await ask({
      'x-hasura-user-id': '1',
      ...sign({ 'x-hasura-default-role': 'editor', 'x-hasura-allowed-roles': ['editor'] }),
    });
    expect(caller.claimsText).not.toContain('user-id');
  });

  test('x-hasura-role is only what the caller is anyway', async () => {
    const { ask, keys } = createTestAuthenticator();
    expect((await ask({ 'x-hasura-role': 'anon' })).role).toBe('anon');
    const plain = bearer(signHs256({ role: 'authenticated' }, SECRET));
    expect((await ask({ 'x-hasura-role': 'authenticated', ...plain })).role).toBe('authenticated');
    for (const headers of [{}, plain, bearer(keys.anon), bearer(keys.service)]) {
      await expect(ask({ ...headers, 'x-hasura-role': 'editor' })).rejects.toMatchObject({
        code: 'access-denied',
        status: 401,
      });
    }
  });
});

describe('the claims of a token', () => {
  const session = {
    'X-Hasura-Default-Role': 'editor',
    'x-hasura-allowed-roles': ['editor', 'author'],
    'X-Hasura-User-Id': 7,
    'x-hasura-teams': ['a', 'b"c'],
  };

  test('the default role holds, names become lower case and values text', async () => {
    const { ask } = createTestAuthenticator();
    const caller = await ask(sign(session));
    expect(caller).toMatchObject({ kind: 'user', role: 'editor', userId: 'u1' });
    expect(caller.claims[CLAIMS]).toEqual({
      'x-hasura-default-role': 'editor',
      'x-hasura-allowed-roles': ['editor', 'author'],
      'x-hasura-user-id': '7',
      'x-hasura-teams': '{"a","b\\"c"}',
      'x-hasura-role': 'editor',
    });
  });

  test('x-hasura-role chooses among the allowed ones, also once the token is remembered', async () => {
    const { ask, authenticate } = createTestAuthenticator();
    const headers = sign(session);
    for (let round = 0; round < 2; round++) {
      expect((await ask(headers)).role).toBe('editor');
      const author = await ask({ ...headers, 'x-hasura-role': 'author' });
      expect(author).toMatchObject({
        role: 'author',
        claims: { role: 'author', [CLAIMS]: { 'x-hasura-role': 'author' } },
      });
      await expect(ask({ ...headers, 'x-hasura-role': 'service_role' })).rejects.toMatchObject({
        code: 'access-denied',
      });
      await expect(ask({ ...headers, 'x-hasura-role': 'admin' })).rejects.toMatchObject({
        code: 'access-denied',
      });
    }
    expect(authenticate(headers)).not.toBeInstanceOf(Promise);
  });

  test('a default role outside the allowed ones, or claims of another form, are refused', async () => {
    const { ask } = createTestAuthenticator();
    await expect(
      ask(sign({ 'x-hasura-default-role': 'admin', 'x-hasura-allowed-roles': ['editor'] })),
    ).rejects.toMatchObject({ code: 'access-denied' });
    const malformed = [
      'text',
      null,
      [],
      { 'x-hasura-default-role': 7 },
      { 'x-hasura-default-role': 'a', 'x-hasura-allowed-roles': 'a' },
      { 'x-hasura-default-role': 'a', 'X-Hasura-Default-Role': 'b' },
      { 'x-hasura-default-role': 'a', 'x-hasura-allowed-roles': ['a', 7] },
    ];
    for (const claim of malformed)
      await expect(ask(sign(claim))).rejects.toMatchObject({ code: 'invalid-jwt' });
  });

  test('without a default role the role claim holds', async () => {
    const { ask } = createTestAuthenticator();
    expect((await ask(sign({ 'x-hasura-user-id': '1' }, { role: 'author' }))).role).toBe('author');
  });
});
