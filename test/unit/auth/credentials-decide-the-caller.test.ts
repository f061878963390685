import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deriveKeys } from '../../../src/auth/keys.ts';
import { bearer, createTestAuthenticator, NOW, SECRET } from '../../support/authenticator.ts';
import { signHs256 } from '../../support/tokens.ts';

const user = signHs256({ role: 'authenticated', sub: 'u1', aud: 'authenticated', exp: NOW + 3600 }, SECRET);

describe('keys', () => {
  test('are the same for every process with the secret and others for another secret', () => {
    const keys = deriveKeys(SECRET);
    expect(deriveKeys(SECRET)).toEqual(keys);
    const others = deriveKeys(`${SECRET}!`);
    for (const name of ['anon', 'service', 'publishable', 'secret'] as const)
      expect(others[name]).not.toBe(keys[name]);
    expect(keys.publishable).toMatch(/^sb_publishable_[\w-]{43}$/);
    expect(keys.secret).toMatch(/^sb_secret_[\w-]{43}$/);
    expect(keys.secret.slice(10)).not.toBe(keys.publishable.slice(15));
  });

  test('anon and service are tokens that the verifier of anyone with the secret accepts', () => {
    const keys = deriveKeys(SECRET);
    for (const [token, role] of [
      [keys.anon, 'anon'],
      [keys.service, 'service_role'],
    ] as const) {
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      expect(claims).toMatchObject({ role, iss: 'goforward' });
      expect(signHs256(claims, SECRET)).toBe(token);
    }
  });

  test('are answered without a promise, as header, query and bearer', () => {
    const { authenticate, keys } = createTestAuthenticator();
    expect(authenticate({})).toMatchObject({ kind: 'anonymous', role: 'anon', claims: { role: 'anon' } });
    for (const [key, kind, role] of [
      [keys.anon, 'anonymous', 'anon'],
      [keys.publishable, 'anonymous', 'anon'],
      [keys.service, 'service', 'service_role'],
      [keys.secret, 'service', 'service_role'],
    ] as const) {
      for (const caller of [
        authenticate({ apikey: key }),
        authenticate({}, { apikey: key }),
        authenticate(bearer(key)),
        authenticate({ apikey: key, ...bearer(key) }),
      ]) {
        expect(caller).toMatchObject({ kind, role, claims: { role } });
      }
    }
  });

  test('a request without a credential always gets the same caller', () => {
    const { authenticate } = createTestAuthenticator();
    expect(authenticate({ 'x-hasura-user-id': '7' })).toBe(authenticate({}));
  });
});

describe('bearer and apikey together', () => {
  test('the token of the user speaks, whichever key is beside it', async () => {
    const { ask, authenticate, keys } = createTestAuthenticator();
    for (const apikey of [keys.anon, keys.publishable, keys.service, keys.secret]) {
      expect(await ask({ apikey, ...bearer(user) })).toMatchObject({
        kind: 'user',
        role: 'authenticated',
        userId: 'u1',
      });
      expect(authenticate({ apikey, ...bearer(user) })).not.toBeInstanceOf(Promise);
    }
  });

  test('an apikey that is none is an error although the token is good, first and later', async () => {
    const { ask } = createTestAuthenticator();
    for (let round = 0; round < 2; round++) {
      for (const apikey of ['', 'nonsense', 'sb_secret_nonsense', user]) {
        await expect(ask({ apikey, ...bearer(user) })).rejects.toMatchObject({
          code: 'invalid-api-key',
          status: 401,
        });
      }
      await expect(ask({ apikey: user })).rejects.toMatchObject({ code: 'invalid-api-key' });
    }
  });

  test('a bad token is an error although the apikey is good', async () => {
    const { ask, keys } = createTestAuthenticator();
    await expect(ask({ apikey: keys.service, ...bearer('nonsense') })).rejects.toMatchObject({
      code: 'invalid-jwt',
    });
  });

  test('two different apikeys contradict each other', async () => {
    const { ask, keys } = createTestAuthenticator();
    await expect(ask({ apikey: keys.anon }, { apikey: keys.service })).rejects.toMatchObject({
      code: 'invalid-headers',
      status: 400,
    });
    expect((await ask({ apikey: keys.anon }, { apikey: keys.anon })).kind).toBe('anonymous');
    await expect(ask({}, { apikey: [keys.anon, keys.service] })).rejects.toMatchObject({
      code: 'invalid-headers',
    });
  });

  test('an Authorization header that was sent twice, or is no bearer, cannot be read', async () => {
    const { ask } = createTestAuthenticator();
    for (const authorization of [
      `Bearer ${user}, Bearer ${user}`,
      `Basic ${user}`,
      user,
      `Bearer ${user} x`,
      '',
    ]) {
      await expect(ask({ authorization })).rejects.toMatchObject({ code: 'invalid-headers', status: 400 });
    }
    expect((await ask({ authorization: `bearer  ${user}` })).kind).toBe('user');
  });

  test('a bearer without a token is no token', async () => {
    const { ask } = createTestAuthenticator();
    for (const authorization of ['Bearer', 'Bearer '])
      await expect(ask({ authorization })).rejects.toMatchObject({ code: 'invalid-jwt', reason: 'no-token' });
  });
});

describe('claims', () => {
  const sign = (claims: Record<string, unknown>) => bearer(signHs256(claims, SECRET));

  test('a token without a role is a user', async () => {
    const { ask } = createTestAuthenticator();
    expect(await ask(sign({ sub: 'u2' }))).toMatchObject({
      kind: 'user',
      role: 'authenticated',
      userId: 'u2',
      claims: { sub: 'u2', role: 'authenticated' },
    });
  });

  test('only service_role is the service', async () => {
    const { ask } = createTestAuthenticator();
    expect((await ask(sign({ role: 'service_role' }))).kind).toBe('service');
    expect((await ask(sign({ role: 'anon' }))).kind).toBe('anonymous');
    expect(await ask(sign({ role: 'editor' }))).toMatchObject({ kind: 'user', role: 'editor' });
  });

  test('a role that is no name is refused', async () => {
    const { ask } = createTestAuthenticator();
    for (const role of ['', 'none', null, 7, ['anon'], 'x'.repeat(64), 'a\0b']) {
      await expect(ask(sign({ role }))).rejects.toMatchObject({ code: 'invalid-jwt' });
    }
  });

  test('claims reach policies as they were signed', async () => {
    const { ask } = createTestAuthenticator();
    const claims = {
      sub: 'u3',
      role: 'authenticated',
      app_metadata: { teams: [1, 2] },
      email: 'é@example.org',
    };
    expect(JSON.parse((await ask(sign(claims))).claimsText)).toEqual(claims);
  });
});

describe('stored keys', () => {
  const text = 'sb_secret_made_by_an_administrator';
  const sha256 = createHash('sha256').update(text).digest('hex');

  test('are found by their hash, remembered, and refused when unknown', async () => {
    const asked: string[] = [];
    const { ask, authenticate } = createTestAuthenticator({
      findApiKey: async (hash) => {
        asked.push(hash);
        return hash === sha256 ? { claims: { role: 'editor' }, scope: undefined, actsForUser: false } : null;
      },
    });
    expect(await ask({ apikey: text })).toMatchObject({ kind: 'user', role: 'editor' });
    expect(authenticate(bearer(text))).toMatchObject({ role: 'editor' });
    expect(asked).toEqual([sha256]);
    await expect(ask(bearer('sb_secret_unknown'))).rejects.toMatchObject({ code: 'invalid-api-key' });
  });

  test('a failure of the lookup is not taken for an unknown key', async () => {
    const { ask } = createTestAuthenticator({ findApiKey: () => Promise.reject(new Error('no database')) });
    await expect(ask({ apikey: text })).rejects.toThrow('no database');
  });
});
