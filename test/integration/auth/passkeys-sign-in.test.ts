import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { PasskeyAuthenticator } from '../../support/passkey-authenticator.ts';

const ORIGIN = 'http://localhost:5173';

let server: AuthServer;
let count = 0;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'true',
    GOFORWARD_AUTH_SITE_URL: ORIGIN,
    GOFORWARD_AUTH_PASSKEYS_ENABLED: 'true',
    GOFORWARD_AUTH_PASSKEYS_RP_ID: 'localhost',
    GOFORWARD_AUTH_MFA_WEBAUTHN: 'true',
  });
});

afterAll(() => server.close());

interface Asked {
  challenge_id: string;
  expires_at: number;
  options: { challenge: string } & Record<string, unknown>;
}

async function call<T>(
  path: string,
  { token, body, method = 'POST' }: { token?: string; body?: unknown; method?: string } = {},
) {
  const response = await server.request(path, {
    method,
    headers: {
      'x-supabase-api-version': '2024-01-01',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? undefined : JSON.parse(text)) as T & { code?: string },
  };
}

async function signedUp() {
  count += 1;
  const email = `key${count}@example.org`;
  const client = server.client();
  const { data } = await client.signUp({ email, password: PASSWORD });
  return { client, email, token: data.session!.access_token, user: data.user! };
}

async function registered() {
  const person = await signedUp();
  const key = new PasskeyAuthenticator(ORIGIN, 'localhost');
  const { body: asked } = await call<Asked>('/passkeys/registration/options', { token: person.token });
  const made = await call<{ id: string; created_at: string }>('/passkeys/registration/verify', {
    token: person.token,
    body: { challenge_id: asked.challenge_id, credential: key.create(asked.options.challenge) },
  });
  expect(made.status).toBe(200);
  return { ...person, key, passkey: made.body };
}

async function question() {
  return (await call<Asked>('/passkeys/authentication/options')).body;
}

describe('a passkey', () => {
  it('is asked for as a credential that the authenticator finds by itself', async () => {
    const { token, email } = await signedUp();
    const { status, body } = await call<Asked>('/passkeys/registration/options', { token });
    expect(status).toBe(200);
    expect(body.expires_at * 1000).toBeGreaterThan(Date.now());
    expect(body.options).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: email },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required' },
    });
    expect(body.options.pubKeyCredParams).toContainEqual({ alg: -7, type: 'public-key' });
    const { options } = await question();
    expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'preferred' });
    expect(options.allowCredentials ?? []).toEqual([]);
  });

  it('signs in who holds it', async () => {
    const { key, user, token, passkey } = await registered();
    const asked = await question();
    const body = { challenge_id: asked.challenge_id, credential: key.get(asked.options.challenge) };
    const { status, body: session } = await call<{ access_token: string; user: { id: string } }>(
      '/passkeys/authentication/verify',
      { body },
    );
    expect(status).toBe(200);
    expect(session.user.id).toBe(user.id);
    const claims = JSON.parse(Buffer.from(session.access_token.split('.')[1]!, 'base64url').toString());
    expect(claims).toMatchObject({ aal: 'aal1', amr: [{ method: 'passkey' }] });
    const listed = await call<Record<string, unknown>[]>('/passkeys', { token, method: 'GET' });
    expect(listed.body).toMatchObject([{ id: passkey.id, created_at: passkey.created_at }]);
    expect(listed.body[0]).toHaveProperty('last_used_at');
    expect(listed.body[0]).not.toHaveProperty('friendly_name');
  });

  it('answers each question once, also under 50 requests at once', async () => {
    const { key } = await registered();
    const asked = await question();
    const body = { challenge_id: asked.challenge_id, credential: key.get(asked.options.challenge) };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => call('/passkeys/authentication/verify', { body })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200);
    expect(others.every((it) => it.body.code === 'webauthn_challenge_not_found')).toBe(true);
  });

  it('is refused from another page, for another question, by another key, and as a copy', async () => {
    const { key } = await registered();
    const attempts: ((challenge: string) => unknown)[] = [
      (challenge) => key.get(challenge, 'https://evil.example.com'),
      () => key.get(Buffer.from('another question').toString('base64url')),
      (challenge) => new PasskeyAuthenticator(ORIGIN, 'localhost').get(challenge),
      (challenge) => ({
        ...new PasskeyAuthenticator(ORIGIN, 'localhost').get(challenge),
        id: key.get(challenge).id,
      }),
      (challenge) => new PasskeyAuthenticator(ORIGIN, 'evil.example.com').get(challenge),
      (challenge) => {
        key.counter = -1;
        return key.get(challenge);
      },
      () => ({}),
      () => ({ id: key.id.toString('base64url'), rawId: 5, type: 'public-key', response: null }),
    ];
    const first = await question();
    key.counter = 10;
    const right = { challenge_id: first.challenge_id, credential: key.get(first.options.challenge) };
    expect((await call('/passkeys/authentication/verify', { body: right })).status).toBe(200);
    for (const attempt of attempts) {
      const asked = await question();
      const body = { challenge_id: asked.challenge_id, credential: attempt(asked.options.challenge) };
      const { status, body: refused } = await call('/passkeys/authentication/verify', { body });
      expect(status).toBe(400);
      expect(refused.code).toBe('webauthn_verification_failed');
      const again = await call('/passkeys/authentication/verify', { body });
      expect(again.body.code).toBe('webauthn_challenge_not_found');
    }
    const unknown = await call('/passkeys/authentication/verify', {
      body: { challenge_id: '6f1c1a9e-95c5-4f0e-8d4f-111111111111', credential: {} },
    });
    expect(unknown.body.code).toBe('webauthn_challenge_not_found');
  });

  it('is registered in time, by who asked', async () => {
    const [ann, bob] = await Promise.all([signedUp(), signedUp()]);
    const key = new PasskeyAuthenticator(ORIGIN, 'localhost');
    const ask = async () => (await call<Asked>('/passkeys/registration/options', { token: ann.token })).body;
    const verify = (token: string, asked: Asked, origin = ORIGIN) =>
      call('/passkeys/registration/verify', {
        token,
        body: { challenge_id: asked.challenge_id, credential: key.create(asked.options.challenge, origin) },
      });
    const asked = await ask();
    expect((await verify(bob.token, asked)).body.code).toBe('webauthn_challenge_not_found');
    expect((await verify(ann.token, asked, 'https://evil.example.com')).body.code).toBe(
      'webauthn_verification_failed',
    );
    expect((await verify(ann.token, asked)).body.code).toBe('webauthn_challenge_not_found');
    const late = await ask();
    await server.database.sql('update auth.webauthn_challenges set expires_at = now() where id = $1', [
      late.challenge_id,
    ]);
    expect((await verify(ann.token, late)).body.code).toBe('webauthn_challenge_expired');
    expect((await verify(ann.token, await ask())).status).toBe(200);
    expect((await verify(ann.token, await ask())).body.code).toBe('webauthn_verification_failed');
    expect((await call('/passkeys/registration/options')).status).toBe(401);
  });

  it('is named and taken off by its owner alone', async () => {
    const { token, passkey, key } = await registered();
    const stranger = await signedUp();
    const path = `/passkeys/${passkey.id}`;
    const name = { friendly_name: 'My laptop' };
    expect((await call(path, { token: stranger.token, method: 'PATCH', body: name })).status).toBe(404);
    expect((await call(path, { token: stranger.token, method: 'DELETE' })).status).toBe(404);
    const named = await call(path, { token, method: 'PATCH', body: name });
    expect(named).toMatchObject({ status: 200, body: { id: passkey.id, friendly_name: 'My laptop' } });
    expect((await call(path, { token, method: 'DELETE' })).status).toBe(204);
    expect((await call(path, { token, method: 'DELETE' })).status).toBe(404);
    expect((await call<unknown[]>('/passkeys', { token, method: 'GET' })).body).toEqual([]);
    const asked = await question();
    const body = { challenge_id: asked.challenge_id, credential: key.get(asked.options.challenge) };
    expect((await call('/passkeys/authentication/verify', { body })).body.code).toBe(
      'webauthn_verification_failed',
    );
  });
});

it('administrators see and take off the passkeys of a user', async () => {
  const { user, passkey, token } = await registered();
  const path = `/admin/users/${user.id}/passkeys`;
  const service = server.app.keys.service;
  expect((await call(path, { token, method: 'GET' })).body.code).toBe('not_admin');
  const listed = await call<{ id: string }[]>(path, { token: service, method: 'GET' });
  expect(listed.body.map(({ id }) => id)).toEqual([passkey.id]);
  expect((await call(`${path}/${passkey.id}`, { token: service, method: 'DELETE' })).status).toBe(204);
  expect((await call(`${path}/${passkey.id}`, { token: service, method: 'DELETE' })).status).toBe(404);
  expect((await call<unknown[]>('/passkeys', { token, method: 'GET' })).body).toEqual([]);
});

describe('a security key as a second factor', () => {
  it('makes its credential at the first question, and shows it later', async () => {
    const { client, email, token } = await signedUp();
    const key = new PasskeyAuthenticator(ORIGIN, 'localhost');
    const { data: factor, error } = await client.mfa.enroll({ factorType: 'webauthn', friendlyName: '' });
    expect(error).toBeNull();
    expect(factor).toMatchObject({ type: 'webauthn', friendly_name: '' });
    interface Challenge {
      id: string;
      type: string;
      webauthn: { type: string; credential_options: { publicKey: { challenge: string } } };
    }
    const ask = (bearer: string) =>
      call<Challenge>(`/factors/${factor!.id}/challenge`, {
        token: bearer,
        body: { webauthn: { rpId: 'evil.example.com', rpOrigins: ['https://evil.example.com'] } },
      });
    const answer = (bearer: string, { id, webauthn }: Challenge, credential: unknown) =>
      call<{ access_token: string }>(`/factors/${factor!.id}/verify`, {
        token: bearer,
        body: { challenge_id: id, webauthn: { type: webauthn.type, credential_response: credential } },
      });
    const first = (await ask(token)).body;
    expect(first).toMatchObject({
      type: 'webauthn',
      webauthn: { type: 'create', credential_options: { publicKey: { rp: { id: 'localhost' } } } },
    });
    const { challenge } = first.webauthn.credential_options.publicKey;
    const evil = await answer(token, first, key.create(challenge, 'https://evil.example.com'));
    expect(evil).toMatchObject({ status: 422, body: { code: 'mfa_verification_failed' } });
    expect((await answer(token, first, key.create(challenge))).status).toBe(200);
    const again = await server.client().signInWithPassword({ email, password: PASSWORD });
    const low = again.data.session!.access_token;
    const second = (await ask(low)).body;
    expect(second.webauthn.type).toBe('request');
    const asked = second.webauthn.credential_options.publicKey.challenge;
    expect((await answer(low, second, key.create(asked))).status).toBe(422);
    const right = await answer(low, second, key.get(asked));
    expect(right.status).toBe(200);
    const claims = JSON.parse(Buffer.from(right.body.access_token.split('.')[1]!, 'base64url').toString());
    expect(claims).toMatchObject({ aal: 'aal2', amr: [{ method: 'mfa/webauthn' }, { method: 'password' }] });
  });
});

it('there are no passkeys where they are off', async () => {
  const off = await startAuth();
  try {
    const response = await off.request('/passkeys/authentication/options', { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error_code: 'passkey_disabled' });
  } finally {
    await off.close();
  }
});
