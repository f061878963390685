import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { exportJWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadSigningKeys, type SigningKey } from '../../../src/auth/signing-keys.ts';
import { bearer, createTestAuthenticator, NOW, SECRET } from '../../support/authenticator.ts';
import { encodePart, signHs256, signRs256 } from '../../support/tokens.ts';

const USER = { role: 'authenticated', sub: 'u1', aud: 'authenticated', exp: NOW + 3600 };
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const attackers = generateKeyPairSync('rsa', { modulusLength: 2048 });
let signingKeys: SigningKey[];

beforeAll(async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'goforward-jwks-')), 'jwks.json');
  await writeFile(
    file,
    JSON.stringify({
      keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'main', alg: 'RS256', use: 'sig' }],
    }),
  );
  signingKeys = await loadSigningKeys(file);
});

function refused(token: string) {
  return expect(createTestAuthenticator({ signingKeys }).ask(bearer(token))).rejects.toMatchObject({
    code: 'invalid-jwt',
    status: 401,
  });
}

test('the controls pass: one HS256 and one RS256 token of ours', async () => {
  const { ask } = createTestAuthenticator({ signingKeys });
  expect(await ask(bearer(signHs256(USER, SECRET)))).toMatchObject({
    kind: 'user',
    role: 'authenticated',
    userId: 'u1',
  });
  const asymmetric = signRs256(USER, ours.privateKey, { alg: 'RS256', typ: 'JWT', kid: 'main' });
  expect(await ask(bearer(asymmetric))).toMatchObject({ kind: 'user', userId: 'u1' });
});

describe('the algorithm', () => {
  for (const alg of [
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    'HS255',
    'hs256',
    'HS512',
    'RS512',
    null,
    7,
    ['HS256'],
  ]) {
    test(`${JSON.stringify(alg)} is refused with and without a signature`, async () => {
      const header = { alg, typ: 'JWT' };
      await refused(`${encodePart(header)}.${encodePart(USER)}.`);
      await refused(signHs256(USER, SECRET, header));
    });
  }

  test('HS256 signed with the RSA public key is refused, in every spelling of that key', async () => {
    const key = createPublicKey(ours.privateKey);
    const spellings = [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'pkcs1', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      JSON.stringify(key.export({ format: 'jwk' })),
      String(key.export({ type: 'spki', format: 'pem' })).trim(),
    ];
    for (const spelling of spellings) {
      await refused(signHs256(USER, spelling, { alg: 'HS256', typ: 'JWT', kid: 'main' }));
      await refused(signHs256(USER, spelling));
    }
  });

  test('RS256 is refused when the configuration has no key for it', async () => {
    const { ask } = createTestAuthenticator();
    await expect(ask(bearer(signRs256(USER, ours.privateKey)))).rejects.toMatchObject({
      code: 'invalid-jwt',
    });
  });

  test('an algorithm outside the allow-list is refused although its key is known', async () => {
    const { ask } = createTestAuthenticator({ signingKeys, jwt: { algorithms: ['RS256'] } });
    await expect(ask(bearer(signHs256(USER, SECRET)))).rejects.toMatchObject({ code: 'invalid-jwt' });
  });
});

describe('key material in the header is never used', () => {
  test('an embedded jwk', async () => {
    const jwk = await exportJWK(attackers.publicKey);
    await refused(signRs256(USER, attackers.privateKey, { alg: 'RS256', typ: 'JWT', jwk }));
    await refused(signRs256(USER, attackers.privateKey, { alg: 'RS256', typ: 'JWT', jwk, kid: 'main' }));
  });

  for (const name of ['jku', 'x5u']) {
    test(`${name} makes no request and no key`, async () => {
      const header = { alg: 'RS256', typ: 'JWT', kid: 'main', [name]: 'http://127.0.0.1:9/jwks.json' };
      await refused(signRs256(USER, attackers.privateKey, header));
    });
  }

  test('x5c', async () => {
    const x5c = [
      createPublicKey(attackers.privateKey).export({ type: 'spki', format: 'der' }).toString('base64'),
    ];
    await refused(signRs256(USER, attackers.privateKey, { alg: 'RS256', typ: 'JWT', x5c }));
  });

  const keyIds = [
    '../../../../dev/null',
    '/dev/null',
    "x' union select 'secret'--",
    'other',
    'http://127.0.0.1/k',
    '__proto__',
    'constructor',
    'a'.repeat(300),
    7,
    {},
    null,
  ];
  for (const kid of keyIds) {
    test(`kid ${JSON.stringify(kid).slice(0, 30)} finds no other key`, async () => {
      await refused(signRs256(USER, attackers.privateKey, { alg: 'RS256', typ: 'JWT', kid }));
      await refused(signHs256(USER, '', { alg: 'HS256', typ: 'JWT', kid }));
    });
  }
});

describe('the form', () => {
  const header = { alg: 'HS256', typ: 'JWT' };
  for (const extension of [
    { crit: ['exp'], exp: 1 },
    { crit: [] },
    { crit: ['b64'], b64: false },
    { b64: true },
    { zip: 'DEF' },
  ]) {
    test(`the extension ${JSON.stringify(extension)} is refused`, () =>
      refused(signHs256(USER, SECRET, { ...header, ...extension })));
  }

  test('a type other than JWT is refused', () =>
    refused(signHs256(USER, SECRET, { alg: 'HS256', typ: 'secevent+jwt' })));

  test('a claim that stands twice is refused, nested ones too', async () => {
    await refused(signHs256(`{"role":"anon","exp":${NOW + 60},"role":"service_role"}`, SECRET));
    await refused(signHs256(`{"role":"anon","exp":${NOW + 60},"r\\u006fle":"service_role"}`, SECRET));
    await refused(signHs256(`{"role":"anon","app_metadata":{"a":[{"b":1,"b":2}]}}`, SECRET));
    await refused(signHs256(USER, SECRET, '{"alg":"HS256","alg":"HS256"}'));
  });

  test('a payload that is no object is refused', async () => {
    for (const payload of ['[]', '"x"', 'null', '7', '{', '']) await refused(signHs256(payload, SECRET));
  });

  test('a token longer than 8192 characters is refused though its signature holds', () =>
    refused(signHs256({ ...USER, padding: 'x'.repeat(9000) }, SECRET)));

  test('every truncation of a good token is refused', async () => {
    const token = signHs256(USER, SECRET);
    const { ask } = createTestAuthenticator();
    for (let length = 1; length < token.length; length++) {
      await expect(ask(bearer(token.slice(0, length)))).rejects.toMatchObject({ code: 'invalid-jwt' });
    }
  });

  test('another spelling of the same signature is refused', async () => {
    const token = signHs256(USER, SECRET);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(token.at(-1) ?? '');
    // 43 characters carry 258 bits for 256: the two spare bits may be anything to a lenient decoder
    const respelled = token.slice(0, -1) + alphabet[(last & ~3) | ((last + 1) & 3)];
    expect(Buffer.from(respelled.split('.')[2] ?? '', 'base64url')).toEqual(
      Buffer.from(token.split('.')[2] ?? '', 'base64url'),
    );
    await refused(respelled);
    await refused(`${token}=`);
  });
});

test('of 10,000 mutations and inventions none is accepted', async () => {
  const good = [signHs256(USER, SECRET), signRs256(USER, ours.privateKey, { alg: 'RS256', kid: 'main' })];
  const { ask } = createTestAuthenticator({ signingKeys });
  for (const token of good) expect((await ask(bearer(token))).kind).toBe('user');
  const character = fc.constantFrom(...'ABCxyz019-_.');
  const mutated = fc
    .record({
      token: fc.constantFrom(...good),
      at: fc.nat(2000),
      remove: fc.nat(3),
      insert: fc.string({ unit: character, maxLength: 4 }),
    })
    .map(({ token, at, remove, insert }) => {
      const position = at % token.length;
      return token.slice(0, position) + insert + token.slice(position + remove);
    });
  const invented = fc
    .record({ header: fc.jsonValue(), payload: fc.jsonValue(), key: fc.string() })
    .map(({ header, payload, key }) => {
      const withAlg =
        typeof header === 'object' && header !== null && !Array.isArray(header)
          ? { alg: 'HS256', ...header }
          : { alg: 'HS256' };
      return signHs256(JSON.stringify(payload), key, withAlg);
    });
  let tried = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, invented), async (token) => {
      fc.pre(!good.includes(token) && token !== '');
      tried += 1;
      await expect(ask(bearer(token))).rejects.toMatchObject({
        code: expect.stringMatching(/^invalid-(jwt|headers)$/),
      });
    }),
    { numRuns: 10_000 },
  );
  expect(tried).toBeGreaterThanOrEqual(10_000);
}, 60_000);
