import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { totpCode } from '../../support/totp.ts';

let server: AuthServer;
let count = 0;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_ANONYMOUS_ENABLED: 'true',
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'true',
    GOFORWARD_AUTH_MFA_PHONE: 'true',
    GOFORWARD_AUTH_MFA_MAX_FACTORS: '3',
  });
});

afterAll(() => server.close());

async function signedUp() {
  count += 1;
  const email = `mfa${count}@example.org`;
  const client = server.client();
  const { data, error } = await client.signUp({ email, password: PASSWORD });
  expect(error).toBeNull();
  return { client, email, session: data.session! };
}

type Client = Awaited<ReturnType<typeof signedUp>>['client'];

async function enrolled(client: Client, friendlyName = 'phone') {
  const { data, error } = await client.mfa.enroll({ factorType: 'totp', friendlyName });
  expect(error).toBeNull();
  return data!;
}

async function elevated() {
  const person = await signedUp();
  const factor = await enrolled(person.client);
  const code = totpCode(factor.totp.secret);
  const verified = await person.client.mfa.challengeAndVerify({ factorId: factor.id, code });
  expect(verified.error).toBeNull();
  return { ...person, factor, code };
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
}

function post(path: string, token: string, body: unknown = {}, method = 'POST') {
  return server.request(path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
}

describe('an authenticator app', () => {
  it('is shown once as picture, secret and address, and the database has none of them', async () => {
    const { client, email } = await signedUp();
    const { data } = await client.mfa.enroll({ factorType: 'totp', friendlyName: 'mine', issuer: 'Shop' });
    expect(data).toMatchObject({ type: 'totp', friendly_name: 'mine' });
    expect(data!.totp.qr_code).toMatch(/^data:image\/svg\+xml;utf-8,<svg[^>]*>.*<\/svg>$/s);
    expect(data!.totp.uri).toBe(
      `otpauth://totp/Shop:${encodeURIComponent(email)}?algorithm=SHA1&digits=6&issuer=Shop&period=30&secret=${data!.totp.secret}`,
    );
    expect(data!.totp.secret).toMatch(/^[A-Z2-7]{32}$/);
    const rows = await server.database.sql('select f::text as all from auth.mfa_factors f where id = $1', [
      data!.id,
    ]);
    expect(rows[0]?.all).not.toContain(data!.totp.secret);
    const factors = await client.mfa.listFactors();
    expect(factors.data!.all).toMatchObject([{ id: data!.id, status: 'unverified', factor_type: 'totp' }]);
    expect(JSON.stringify(factors)).not.toContain(data!.totp.secret);
  });

  it('raises the session to aal2, and ends what has shown less', async () => {
    const { client, email, session } = await signedUp();
    const other = server.client();
    expect((await other.signInWithPassword({ email, password: PASSWORD })).error).toBeNull();
    const abandoned = await enrolled(client, 'abandoned');
    const factor = await enrolled(client, 'mine');
    const challenge = await client.mfa.challenge({ factorId: factor.id });
    expect(challenge.error).toBeNull();
    expect(challenge.data).toMatchObject({ type: 'totp' });
    expect(challenge.data!.expires_at * 1000 - Date.now()).toBeGreaterThan(290_000);
    expect(challenge.data!.expires_at * 1000 - Date.now()).toBeLessThan(301_000);
    const { data, error } = await client.mfa.verify({
      factorId: factor.id,
      challengeId: challenge.data!.id,
      code: totpCode(factor.totp.secret),
    });
    expect(error).toBeNull();
    const before = claimsOf(session.access_token);
    const after = claimsOf(data!.access_token);
    expect(before).toMatchObject({ aal: 'aal1' });
    expect(after).toMatchObject({ aal: 'aal2', session_id: before.session_id });
    expect((after.amr as { method: string }[]).map(({ method }) => method)).toEqual(['totp', 'password']);
    const factors = await client.mfa.listFactors();
    expect(factors.data!.all.map(({ id, status }) => [id, status])).toEqual([[factor.id, 'verified']]);
    expect(factors.data!.all.some(({ id }) => id === abandoned.id)).toBe(false);
    expect((await other.refreshSession()).error).toMatchObject({ code: 'refresh_token_not_found' });
    expect((await client.refreshSession()).error).toBeNull();
    const level = await client.mfa.getAuthenticatorAssuranceLevel();
    expect(level.data).toMatchObject({ currentLevel: 'aal2', nextLevel: 'aal2' });
  });

  it('counts each step of time once, also under 50 requests at once', async () => {
    const { client, factor, code } = await elevated();
    const again = await client.mfa.challengeAndVerify({ factorId: factor.id, code });
    expect(again.error).toMatchObject({ status: 422, code: 'mfa_verification_failed' });
    const person = await signedUp();
    const fresh = await enrolled(person.client);
    const { access_token: token } = (await person.client.getSession()).data.session!;
    const challenges = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const response = await post(`/factors/${fresh.id}/challenge`, token);
        return ((await response.json()) as { id: string }).id;
      }),
    );
    const right = totpCode(fresh.totp.secret);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        post(`/factors/${fresh.id}/verify`, token, { challenge_id: challenges[index % 10], code: right }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.every(({ status }) => [200, 422, 429].includes(status))).toBe(true);
  });

  it('refuses wrong codes with their text, and many of them altogether', async () => {
    const { client } = await signedUp();
    const factor = await enrolled(client);
    const right = totpCode(factor.totp.secret);
    const wrong = right === '000000' ? '000001' : '000000';
    const first = await client.mfa.challenge({ factorId: factor.id });
    const verify = (challengeId: string, code: string) =>
      client.mfa.verify({ factorId: factor.id, challengeId, code });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await verify(first.data!.id, wrong)).error).toMatchObject({
        status: 422,
        code: 'mfa_verification_failed',
        message: 'Invalid TOTP code entered',
      });
    }
    expect((await verify(first.data!.id, right)).error).toMatchObject({ code: 'mfa_challenge_expired' });
    for (let round = 0; round < 2; round += 1) {
      const next = await client.mfa.challenge({ factorId: factor.id });
      for (let attempt = 0; attempt < 5; attempt += 1) await verify(next.data!.id, wrong);
    }
    const last = await client.mfa.challenge({ factorId: factor.id });
    expect((await verify(last.data!.id, right)).error).toMatchObject({
      status: 429,
      code: 'over_request_rate_limit',
    });
  });

  it('answers a question within five minutes and from the same address', async () => {
    const { client } = await signedUp();
    const factor = await enrolled(client);
    const code = totpCode(factor.totp.secret);
    const ask = async (change: string) => {
      const { data } = await client.mfa.challenge({ factorId: factor.id });
      await server.database.sql(`update auth.mfa_challenges set ${change} where id = $1`, [data!.id]);
      return client.mfa.verify({ factorId: factor.id, challengeId: data!.id, code });
    };
    expect((await ask("created_at = now() - interval '301 seconds'")).error).toMatchObject({
      status: 422,
      code: 'mfa_challenge_expired',
    });
    expect((await ask("ip_address = '203.0.113.9'")).error).toMatchObject({
      status: 422,
      code: 'mfa_ip_address_mismatch',
    });
  });
});

describe('adding and taking off', () => {
  it('refuses names twice, too many, unknown kinds, strangers and half-proved sessions', async () => {
    const { client, email } = await signedUp();
    const factor = await enrolled(client, '');
    const add = (friendlyName: string) => client.mfa.enroll({ factorType: 'totp', friendlyName });
    expect((await add('')).error).toMatchObject({ status: 422, code: 'mfa_factor_name_conflict' });
    await add('two');
    await add('three');
    expect((await add('four')).error).toMatchObject({ status: 422, code: 'too_many_enrolled_mfa_factors' });
    expect((await client.mfa.enroll({ factorType: 'fax' as 'totp' })).error).toMatchObject({
      status: 400,
      code: 'validation_failed',
    });
    expect((await client.mfa.enroll({ factorType: 'webauthn', friendlyName: 'key' })).error).toMatchObject({
      status: 422,
      code: 'mfa_webauthn_enroll_not_enabled',
    });
    const code = totpCode(factor.totp.secret);
    expect((await client.mfa.challengeAndVerify({ factorId: factor.id, code })).error).toBeNull();
    const low = server.client();
    await low.signInWithPassword({ email, password: PASSWORD });
    const enroll = await low.mfa.enroll({ factorType: 'totp', friendlyName: 'mine, too' });
    expect(enroll.error).toMatchObject({ status: 403, code: 'insufficient_aal' });
    const off = await low.mfa.unenroll({ factorId: factor.id });
    expect(off.error).toMatchObject({ status: 422, code: 'insufficient_aal' });
    const stranger = await signedUp();
    expect((await stranger.client.mfa.unenroll({ factorId: factor.id })).error).toMatchObject({
      status: 422,
      code: 'mfa_factor_not_found',
    });
    const { error } = await stranger.client.mfa.challenge({ factorId: factor.id });
    expect(error).toMatchObject({ code: 'mfa_factor_not_found' });
    const odd = await post('/factors/nonsense/challenge', stranger.session.access_token);
    expect(odd.status).toBe(404);
    expect(await odd.json()).toMatchObject({ error_code: 'validation_failed' });
    expect((await server.request('/factors/nonsense', { method: 'DELETE' })).status).toBe(401);
  });

  it('is nothing for visitors without a name', async () => {
    const client = server.client();
    await client.signInAnonymously();
    expect((await client.mfa.enroll({ factorType: 'totp' })).error).toMatchObject({
      status: 403,
      code: 'no_authorization',
    });
  });

  it('takes the session back to aal1 with the factor', async () => {
    const { client, factor } = await elevated();
    const { data, error } = await client.mfa.unenroll({ factorId: factor.id });
    expect(error).toBeNull();
    expect(data).toEqual({ id: factor.id });
    const { data: next } = await client.refreshSession();
    expect(claimsOf(next.session!.access_token)).toMatchObject({ aal: 'aal1' });
    expect(JSON.stringify(claimsOf(next.session!.access_token).amr)).not.toContain('totp');
  });
});

describe('administrators', () => {
  it('see and take off the factors of who is locked out', async () => {
    const { client, session, factor } = await elevated();
    const userId = session.user.id;
    const listed = await server.admin.mfa.listFactors({ userId });
    expect(listed.data!.factors).toMatchObject([{ id: factor.id, status: 'verified' }]);
    expect(JSON.stringify(listed.data)).not.toContain('secret');
    const own = await post(`/admin/users/${userId}/factors`, session.access_token, {}, 'GET');
    expect(own.status).toBe(403);
    const { data, error } = await server.admin.mfa.deleteFactor({ userId, id: factor.id });
    expect(error).toBeNull();
    // The client puts the answer one level deeper than its types say.
    expect(data).toMatchObject({ data: { id: factor.id } });
    expect((await server.admin.mfa.listFactors({ userId })).data!.factors).toEqual([]);
    const { data: next } = await client.refreshSession();
    expect(claimsOf(next.session!.access_token)).toMatchObject({ aal: 'aal1' });
    const again = await server.admin.mfa.deleteFactor({ userId, id: factor.id });
    expect(again.error).toMatchObject({ code: 'mfa_factor_not_found' });
  });
});

describe('a phone', () => {
  it('gets a code of its own for each question', async () => {
    const { client } = await signedUp();
    const { data, error } = await client.mfa.enroll({
      factorType: 'phone',
      friendlyName: 'mobile',
      phone: '+49 151 2345678',
    });
    expect(error).toBeNull();
    expect(data).toMatchObject({ type: 'phone', friendly_name: 'mobile', phone: '491512345678' });
    const challenge = await client.mfa.challenge({ factorId: data!.id, channel: 'sms' });
    expect(challenge.data).toMatchObject({ type: 'phone' });
    const code = /\d{6}/.exec((await server.sent('+491512345678', 'mfa')).text)![0];
    const answer = (typed: string) =>
      client.mfa.verify({ factorId: data!.id, challengeId: challenge.data!.id, code: typed });
    expect((await answer(code === '000000' ? '000001' : '000000')).error).toMatchObject({
      code: 'mfa_verification_failed',
      message: 'Invalid MFA Phone code entered',
    });
    const right = await answer(code);
    expect(right.error).toBeNull();
    expect(claimsOf(right.data!.access_token)).toMatchObject({ aal: 'aal2' });
    expect((await answer(code)).error).toMatchObject({ code: 'mfa_factor_not_found' });
    const rows = await server.database.sql('select otp_code from auth.mfa_challenges where id = $1', [
      challenge.data!.id,
    ]);
    expect(rows[0]?.otp_code).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('recovery codes', () => {
  it('stand in for a lost factor, each once', async () => {
    const { client, email, factor } = await elevated();
    const { access_token: token } = (await client.getSession()).data.session!;
    const made = await post('/factors/recovery-codes', token);
    const { codes } = (await made.json()) as { codes: string[] };
    expect(new Set(codes).size).toBe(10);
    expect(codes.every((code) => /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/.test(code))).toBe(true);
    const low = server.client();
    const signedIn = await low.signInWithPassword({ email, password: PASSWORD });
    const lowToken = signedIn.data.session!.access_token;
    expect((await post('/factors/recovery-codes', lowToken)).status).toBe(403);
    const wrong = await post('/factors/recovery-codes/verify', lowToken, { code: 'aaaa-aaaa-aaaa-aaaa' });
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({ error_code: 'mfa_verification_failed' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        post('/factors/recovery-codes/verify', lowToken, {
          code: codes[0]!.toUpperCase().replaceAll('-', ' '),
        }),
      ),
    );
    const right = answers.filter(({ status }) => status === 200);
    expect(right).toHaveLength(1);
    const session = (await right[0]!.json()) as { access_token: string };
    expect(claimsOf(session.access_token)).toMatchObject({ aal: 'aal2' });
    const left = await post('/factors/recovery-codes', session.access_token, {}, 'GET');
    expect(await left.json()).toEqual({ remaining: 9 });
    expect((await post(`/factors/${factor.id}`, session.access_token, {}, 'DELETE')).status).toBe(200);
    const none = await server.database.sql('select count(*)::int as n from auth.mfa_recovery_codes');
    expect(none).toEqual([{ n: 0 }]);
  });
});
