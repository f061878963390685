import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { askGraphql } from '../../support/auth-graphql.ts';
import {
  browse,
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../../support/identity-provider.ts';
import { PasskeyAuthenticator } from '../../support/passkey-authenticator.ts';
import { temporaryFolder } from '../../support/server-process.ts';
import { totpCode } from '../../support/totp.ts';

const SITE = 'http://localhost:5173/';
const ORIGIN = 'http://localhost:5173';
const folder = temporaryFolder();

let server: AuthServer;
let provider: IdentityProvider;
let count = 0;

beforeAll(async () => {
  provider = await startIdentityProvider();
  const works = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, issuer: provider.issuer };
  const auth = {
    siteUrl: SITE,
    manualLinking: true,
    passkeys: { enabled: true, rpId: 'localhost' },
    mfa: { phone: true, webauthn: true },
    providers: { works },
  };
  writeFileSync(join(folder.path, 'goforward.yaml'), JSON.stringify({ auth }));
  server = await startAuth({}, folder.path);
  provider.open(`${server.url}/callback`);
});

afterAll(async () => {
  await server.close();
  await provider.close();
  folder.remove();
});

/** The value of the only field; fails where there is none. */
async function only<T>(query: string, variables: object = {}, key?: string): Promise<T> {
  const { data, errors } = await askGraphql(server, query, { variables, ...(key && { key }) });
  expect(errors).toBeUndefined();
  return Object.values(data ?? {})[0] as T;
}

async function codeOf(query: string, variables: object = {}, key?: string) {
  const { errors } = await askGraphql(server, query, { variables, ...(key && { key }) });
  return errors?.[0]?.extensions.code;
}

interface Session {
  accessToken: string;
  refreshToken: string;
  providerToken: string | null;
  user: { id: string; email: string; identities: { id: string; provider: string }[] };
}
const SESSION = '{ accessToken refreshToken providerToken user { id email identities { id provider } } }';

async function signedUp(): Promise<Session> {
  count += 1;
  const { session } = await only<{ session: Session }>(
    `mutation ($e: String, $p: String!) { signUp(email: $e, password: $p) { session ${SESSION} } }`,
    { e: `way${count}@example.org`, p: PASSWORD },
  );
  return session;
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

const VERIFY = `mutation ($f: ID!, $c: ID!, $code: String, $credential: JSON) {
  verifyFactor(factorId: $f, challengeId: $c, code: $code, credential: $credential) ${SESSION} }`;
const CHALLENGE =
  'mutation ($f: ID!) { challengeFactor(factorId: $f) { id type expiresAt webauthn { type options } } }';

interface Challenge {
  id: string;
  type: string;
  expiresAt: number;
  webauthn: { type: string; options: { challenge: string } } | null;
}

async function withApp() {
  const { accessToken, user } = await signedUp();
  const enrolled = await only<{ factor: { id: string }; totp: { secret: string; qrCode: string } }>(
    `mutation { enrollFactor(factorType: "totp", friendlyName: "app") {
      factor { id type status friendlyName } totp { secret qrCode uri } } }`,
    {},
    accessToken,
  );
  expect(enrolled).toMatchObject({ factor: { type: 'totp', status: 'unverified', friendlyName: 'app' } });
  expect(enrolled.totp.qrCode).toMatch(/^<svg/);
  const { id: f } = enrolled.factor;
  const challenge = await only<Challenge>(CHALLENGE, { f }, accessToken);
  const code = totpCode(enrolled.totp.secret);
  const session = await only<Session>(VERIFY, { f, c: challenge.id, code }, accessToken);
  return { user, factorId: f, low: accessToken, token: session.accessToken };
}

describe('second factors', () => {
  it('an app takes the session to aal2 and back', async () => {
    const { token, factorId, low } = await withApp();
    expect(claimsOf(low)).toMatchObject({ aal: 'aal1' });
    expect(claimsOf(token)).toMatchObject({ aal: 'aal2', session_id: claimsOf(low).session_id });
    const mine = await only<unknown>(
      '{ myFactors { id status type createdAt lastChallengedAt phone } }',
      {},
      token,
    );
    expect(mine).toMatchObject([
      { id: factorId, status: 'verified', type: 'totp', lastChallengedAt: expect.any(String), phone: null },
    ]);
    expect(await only('{ me { factors { id } } }', {}, token)).toEqual({ factors: [{ id: factorId }] });
    const off = 'mutation ($f: ID!) { unenrollFactor(factorId: $f) }';
    expect(await only(off, { f: factorId }, token)).toBe(true);
    expect(await only('{ myFactors { id } }', {}, token)).toEqual([]);
  });

  it('a security key makes its credential, and shows it later', async () => {
    const { accessToken, user } = await signedUp();
    const key = new PasskeyAuthenticator(ORIGIN, 'localhost');
    const { factor } = await only<{ factor: { id: string } }>(
      'mutation { enrollFactor(factorType: "webauthn") { factor { id } } }',
      {},
      accessToken,
    );
    const first = await only<Challenge>(CHALLENGE, { f: factor.id }, accessToken);
    expect(first).toMatchObject({ type: 'webauthn', webauthn: { type: 'create' } });
    const credential = key.create(first.webauthn!.options.challenge);
    await only(VERIFY, { f: factor.id, c: first.id, credential }, accessToken);
    const again = await only<Session>(
      `mutation { signIn(email: "${user.email}", password: "${PASSWORD}") ${SESSION} }`,
    );
    const second = await only<Challenge>(CHALLENGE, { f: factor.id }, again.accessToken);
    expect(second.webauthn!.type).toBe('request');
    const shown = key.get(second.webauthn!.options.challenge);
    const session = await only<Session>(
      VERIFY,
      { f: factor.id, c: second.id, credential: shown },
      again.accessToken,
    );
    expect(claimsOf(session.accessToken)).toMatchObject({ aal: 'aal2' });
  });

  it('a phone gets its code', async () => {
    const { accessToken } = await signedUp();
    const { factor } = await only<{ factor: { id: string; phone: string } }>(
      'mutation { enrollFactor(factorType: "phone", phone: "+49 151 7654321") { factor { id phone } } }',
      {},
      accessToken,
    );
    expect(factor.phone).toBe('491517654321');
    const { id: c } = await only<Challenge>(CHALLENGE, { f: factor.id }, accessToken);
    const code = /\d{6}/.exec((await server.sent('+491517654321', 'mfa')).text)![0];
    const session = await only<Session>(VERIFY, { f: factor.id, c, code }, accessToken);
    expect(claimsOf(session.accessToken)).toMatchObject({ aal: 'aal2' });
  });

  it('recovery codes are made, counted and taken', async () => {
    const { token, user } = await withApp();
    const codes = await only<string[]>('mutation { createRecoveryCodes }', {}, token);
    expect(codes).toHaveLength(10);
    const again = await only<Session>(
      `mutation { signIn(email: "${user.email}", password: "${PASSWORD}") ${SESSION} }`,
    );
    const take = `mutation ($code: String!) { verifyRecoveryCode(code: $code) ${SESSION} }`;
    const session = await only<Session>(take, { code: codes[3] }, again.accessToken);
    expect(claimsOf(session.accessToken)).toMatchObject({ aal: 'aal2' });
    expect(await only('{ recoveryCodesLeft }', {}, session.accessToken)).toBe(9);
    expect(await codeOf(take, { code: codes[3] }, session.accessToken)).toBe('mfa_verification_failed');
  });
});

describe('passkeys', () => {
  interface Asked {
    challengeId: string;
    options: { challenge: string };
    expiresAt: string;
  }
  const FINISH = `mutation ($c: ID!, $k: JSON!) {
    finishPasskeyRegistration(challengeId: $c, credential: $k) { id friendlyName createdAt lastUsedAt } }`;
  const BEGIN = 'mutation { beginPasskeyRegistration { challengeId options expiresAt } }';
  const SIGN_IN = `mutation ($c: ID!, $k: JSON!) { signInWithPasskey(challengeId: $c, credential: $k) ${SESSION} }`;

  it('are added, sign in, are named, and go', async () => {
    const { accessToken, user } = await signedUp();
    const key = new PasskeyAuthenticator(ORIGIN, 'localhost');
    const asked = await only<Asked>(BEGIN, {}, accessToken);
    expect(Date.parse(asked.expiresAt)).toBeGreaterThan(Date.now());
    const answer = { c: asked.challengeId, k: key.create(asked.options.challenge) };
    const made = await only<{ id: string }>(FINISH, answer, accessToken);
    expect(made).toMatchObject({ friendlyName: null, lastUsedAt: null });
    const question = await only<Asked>('mutation { beginPasskeySignIn { challengeId options } }');
    const session = await only<Session>(SIGN_IN, {
      c: question.challengeId,
      k: key.get(question.options.challenge),
    });
    expect(session.user.id).toBe(user.id);
    const named = await only(
      'mutation ($id: ID!) { renamePasskey(id: $id, friendlyName: "My laptop") { friendlyName } }',
      { id: made.id },
      session.accessToken,
    );
    expect(named).toEqual({ friendlyName: 'My laptop' });
    const mine = await only('{ myPasskeys { id friendlyName lastUsedAt } }', {}, session.accessToken);
    expect(mine).toEqual([{ id: made.id, friendlyName: 'My laptop', lastUsedAt: expect.any(String) }]);
    const remove = 'mutation ($id: ID!) { removePasskey(id: $id) }';
    const stranger = await signedUp();
    expect(await codeOf(remove, { id: made.id }, stranger.accessToken)).toBe('webauthn_credential_not_found');
    expect(await only(remove, { id: made.id }, session.accessToken)).toBe(true);
    expect(await only('{ myPasskeys { id } }', {}, session.accessToken)).toEqual([]);
  });

  it('and factors are seen and taken off by who helps', async () => {
    const key = new PasskeyAuthenticator(ORIGIN, 'localhost');
    const { user, token, factorId } = await withApp();
    const asked = await only<Asked>(BEGIN, {}, token);
    const answer = { c: asked.challengeId, k: key.create(asked.options.challenge) };
    const passkey = await only<{ id: string }>(FINISH, answer, token);
    const service = server.app.keys.service;
    const u = { u: user.id };
    const factors = 'query ($u: ID!) { userFactors(userId: $u) { id } }';
    const passkeys = 'query ($u: ID!) { userPasskeys(userId: $u) { id } }';
    expect(await only(factors, u, service)).toEqual([{ id: factorId }]);
    expect(await only(passkeys, u, service)).toEqual([{ id: passkey.id }]);
    expect(
      await only('query ($u: ID!) { authUser(id: $u) { email factors { id } } }', u, service),
    ).toMatchObject({
      factors: [{ id: factorId }],
    });
    await only(
      'mutation ($u: ID!, $f: ID!) { removeUserFactor(userId: $u, factorId: $f) { id } }',
      { ...u, f: factorId },
      service,
    );
    await only(
      'mutation ($u: ID!, $p: ID!) { removeUserPasskey(userId: $u, passkeyId: $p) }',
      { ...u, p: passkey.id },
      service,
    );
    expect(await only(factors, u, service)).toEqual([]);
    expect(await only(passkeys, u, service)).toEqual([]);
  });
});

describe('providers', () => {
  const VERIFIER = 'v'.repeat(64);
  const CODE_CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

  it('sign in by the code flow, with the tokens of the provider at the end', async () => {
    provider.people.set('gail', { email: 'gail@example.org', email_verified: true });
    const url = await only<string>(
      `mutation ($c: String) { signInWithOAuth(provider: "works", redirectTo: "${SITE}in",
        queryParams: {login_hint: "gail", state: "mine", client_id: "mine"}, codeChallenge: $c, codeChallengeMethod: "s256") }`,
      { c: CODE_CHALLENGE },
    );
    const asked = new URL(url).searchParams;
    expect(asked.get('client_id')).toBe(CLIENT_ID);
    expect(asked.get('state')).not.toBe('mine');
    const place = await browse(url, SITE);
    expect(place.pathname).toBe('/in');
    const session = await only<Session>(
      `mutation ($a: String!) { exchangeCodeForSession(authCode: $a, codeVerifier: "${VERIFIER}") ${SESSION} }`,
      { a: place.searchParams.get('code') },
    );
    expect(session.user).toMatchObject({ email: 'gail@example.org', identities: [{ provider: 'works' }] });
    expect(session.providerToken).toBeTruthy();
  });

  it('sign in by ID token, and a nonce counts once', async () => {
    const hash = createHash('sha256').update('once').digest('hex');
    const token = await provider.idToken({
      sub: 'ida',
      email: 'ida@example.org',
      email_verified: true,
      nonce: hash,
    });
    const signIn = `mutation ($t: String!) { signInWithIdToken(provider: "works", idToken: $t, nonce: "once") ${SESSION} }`;
    expect((await only<Session>(signIn, { t: token })).user.email).toBe('ida@example.org');
    expect(await codeOf(signIn, { t: token })).toBe('validation_failed');
  });

  it('are linked by address or by token, and taken off', async () => {
    const { accessToken, user } = await signedUp();
    provider.people.set('linked', { email: 'linked@example.org', email_verified: true });
    const url = await only<string>(
      'mutation { linkIdentity(provider: "works", queryParams: {login_hint: "linked"}) }',
      {},
      accessToken,
    );
    await browse(url, SITE);
    const idToken = await provider.idToken({ sub: 'second' });
    const linked = await only<Session>(
      `mutation ($t: String!) { linkIdentityWithIdToken(provider: "works", idToken: $t) ${SESSION} }`,
      { t: idToken },
      accessToken,
    );
    expect(linked.user.id).toBe(user.id);
    const me = await only<{ identities: { id: string; provider: string }[] }>(
      '{ me { identities { id provider } } }',
      {},
      accessToken,
    );
    expect(me.identities.map((it) => it.provider).sort()).toEqual(['email', 'works', 'works']);
    const unlink = 'mutation ($id: ID!) { unlinkIdentity(id: $id) }';
    for (const { id, provider: name } of me.identities)
      if (name === 'works') expect(await only(unlink, { id }, accessToken)).toBe(true);
    const last = me.identities.find((it) => it.provider === 'email')!;
    expect(await codeOf(unlink, { id: last.id }, accessToken)).toBe('single_identity_not_deletable');
  });

  it('are told to everybody with the other ways in', async () => {
    const settings = await only('{ authSettings { providers factorTypes manualLinking passkeysEnabled } }');
    expect(settings).toEqual({
      providers: ['works'],
      factorTypes: ['totp', 'phone', 'webauthn'],
      manualLinking: true,
      passkeysEnabled: true,
    });
  });
});
