import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'goforward-keys-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function pair(algorithm: string, kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: algorithm, use: 'sig', key_ops: ['sign', 'verify'] };
}

async function withKeys<T>(keys: JWK[], work: (server: AuthServer) => Promise<T>): Promise<T> {
  const file = join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify({ keys }));
  const server = await startAuth({ GOFORWARD_AUTH_JWT_SIGNING_KEYS_FILE: file });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

const headerOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());

it.each(['RS256', 'ES256', 'EdDSA'])('%s: clients verify by the published key alone', async (algorithm) => {
  const key = await pair(algorithm, `key-${algorithm}`);
  await withKeys([key], async (server) => {
    const client = server.client();
    const { data } = await client.signUp({ email: 'rsa@example.org', password: PASSWORD });
    const token = data.session!.access_token;
    expect(headerOf(token)).toEqual({ alg: algorithm, typ: 'JWT', kid: key.kid });
    const response = await server.request('/.well-known/jwks.json');
    expect(response.headers.get('cache-control')).toBe('public, max-age=600');
    const { keys } = (await response.json()) as { keys: JWK[] };
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kid: key.kid, alg: algorithm, use: 'sig' });
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(keys[0]).not.toHaveProperty(secret);
    const expected = { email: 'rsa@example.org', role: 'authenticated', aal: 'aal1' };
    const verified = await jwtVerify(token, createLocalJWKSet({ keys }), {
      issuer: server.url,
      audience: 'authenticated',
    });
    expect(verified.payload).toMatchObject(expected);
    // The client itself knows RS256 and ES256 only.
    if (algorithm !== 'EdDSA') expect((await client.getClaims(token)).data?.claims).toMatchObject(expected);
    expect((await server.app.post('/graphql', { query: '{ __typename }' }, token)).status).toBe(200);
  });
});

it('a new key signs, the older ones still verify, and an unknown one does not', async () => {
  const [older, newer, foreign] = await Promise.all([
    pair('ES256', 'a'),
    pair('RS256', 'b'),
    pair('ES256', 'c'),
  ]);
  const { d: _private, ...retired } = older;
  const secret: JWK = {
    kty: 'oct',
    kid: 's',
    alg: 'HS256',
    k: Buffer.alloc(32, 7).toString('base64url'),
    key_ops: ['verify'],
  };
  await withKeys([newer, { ...retired, key_ops: ['verify'] }, secret], async (server) => {
    const { data } = await server.client().signUp({ email: 'rotate@example.org', password: PASSWORD });
    expect(headerOf(data.session!.access_token)).toMatchObject({ alg: 'RS256', kid: 'b' });
    const sign = async (jwk: JWK) =>
      new SignJWT({ role: 'authenticated', sub: data.user!.id })
        .setProtectedHeader({ alg: jwk.alg!, kid: jwk.kid! })
        .setExpirationTime('1h')
        .sign(await importJWK({ ...jwk, key_ops: ['sign'] }, jwk.alg));
    for (const [jwk, status] of [
      [older, 200],
      [secret, 200],
      [foreign, 403],
      [{ ...foreign, kid: 'a' }, 403],
    ] as const) {
      const response = await server.request('/user', {
        headers: { authorization: `Bearer ${await sign(jwk)}` },
      });
      expect(response.status, `${jwk.kid} of ${jwk.x}`).toBe(status);
    }
    const { keys } = (await (await server.request('/.well-known/jwks.json')).json()) as { keys: JWK[] };
    expect(keys.map((key) => key.kid)).toEqual(['b', 'a']);
  });
});

it('the discovery document names what there is', async () => {
  await withKeys([await pair('ES256', 'z')], async (server) => {
    const found = await server.request('/.well-known/openid-configuration');
    expect(await found.json()).toMatchObject({
      issuer: server.url,
      jwks_uri: `${server.url}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['ES256'],
    });
    const root = await fetch(`${server.app.url}/.well-known/oauth-authorization-server`);
    expect(await root.json()).toMatchObject({ issuer: server.url });
  });
});
