/** Fifty requests on both doors answer the same question at the same moment: whatever proves who somebody is counts once. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { type Call, graphqlDoor, restDoor, type Verb } from '../../support/auth-doors.ts';
import {
  browse,
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../../support/identity-provider.ts';
import { PasskeyAuthenticator } from '../../support/passkey-authenticator.ts';
import { expectOneWinner, RACE_TIMEOUT_MS, type Race } from '../../support/race.ts';
import { temporaryFolder } from '../../support/server-process.ts';
import { totpCode } from '../../support/totp.ts';

const ORIGIN = 'http://localhost:5173';
const folder = temporaryFolder();

let server: AuthServer;
let provider: IdentityProvider;
let count = 0;

beforeAll(async () => {
  provider = await startIdentityProvider();
  const works = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, issuer: provider.issuer };
  const auth = {
    siteUrl: ORIGIN,
    manualLinking: true,
    otp: { attempts: 100 },
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

const rest: Call = restDoor(() => server);
const graphql: Call = graphqlDoor(() => server, '/graphql');
const MAY_REFUSE = [
  'mfa_verification_failed',
  'mfa_factor_not_found',
  'mfa_challenge_expired',
  'over_request_rate_limit',
  'webauthn_challenge_not_found',
  'flow_state_not_found',
  'validation_failed',
  'bad_oauth_state',
];

/** Every other request comes in by the other door. */
async function redeem(index: number, verb: Verb, args: object, token?: string): Promise<boolean> {
  const { code } = await (index % 2 === 0 ? rest : graphql)(verb, { ...args }, token);
  if (code !== undefined) expect(MAY_REFUSE).toContain(code);
  return code === undefined;
}

/** What a call answers at the REST door. */
async function ask<T>(verb: Verb, args: object, token?: string): Promise<T> {
  const { code, body } = await rest(verb, { ...args }, token);
  expect(code).toBeUndefined();
  return body as T;
}

async function signedUp() {
  count += 1;
  const email = `proof${count}@example.org`;
  const { data } = await server.client().signUp({ email, password: PASSWORD });
  return { email, token: data.session!.access_token };
}

async function enrolled(args: object) {
  const person = await signedUp();
  const factor = await ask<{ id: string; totp: { secret: string } }>('enrollFactor', args, person.token);
  const challenge = await ask<{
    id: string;
    webauthn: { credential_options: { publicKey: { challenge: string } } };
  }>('challengeFactor', { factorId: factor.id }, person.token);
  return { ...person, factor, challenge, ids: { factorId: factor.id, challengeId: challenge.id } };
}

async function withApp() {
  const { factor, ids, token } = await enrolled({ factorType: 'totp' });
  const verified = await ask<{ access_token: string }>(
    'verifyFactor',
    { ...ids, code: totpCode(factor.totp.secret) },
    token,
  );
  return verified.access_token;
}

interface Asked {
  challenge_id: string;
  options: { challenge: string };
}

async function registration() {
  const { token } = await signedUp();
  const key = new PasskeyAuthenticator(ORIGIN, 'localhost');
  const asked = await ask<Asked>('beginPasskeyRegistration', {}, token);
  const args = { challengeId: asked.challenge_id, credential: key.create(asked.options.challenge) };
  return { token, key, args };
}

const RACES: Record<string, Race> = {
  'the code of an app': async () => {
    const { factor, ids, token } = await enrolled({ factorType: 'totp' });
    const code = totpCode(factor.totp.secret);
    return (index) => redeem(index, 'verifyFactor', { ...ids, code }, token);
  },
  'a code to a phone as a second factor': async () => {
    const phone = `4916${String(count).padStart(8, '0')}`;
    const { ids, token } = await enrolled({ factorType: 'phone', phone });
    const code = /\d{6}/.exec((await server.sent(`+${phone}`, 'mfa')).text)![0];
    return (index) => redeem(index, 'verifyFactor', { ...ids, code }, token);
  },
  'the answer of a security key': async () => {
    const { challenge, ids, token, factor } = await enrolled({ factorType: 'webauthn' });
    const key = new PasskeyAuthenticator(ORIGIN, 'localhost');
    const asked = challenge.webauthn.credential_options.publicKey.challenge;
    // The two doors have different names for it.
    const proof = key.create(asked);
    return async (index) => {
      if (index % 2 === 1) return redeem(index, 'verifyFactor', { ...ids, credential: proof }, token);
      const response = await server.request(`/factors/${factor.id}/verify`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ challenge_id: challenge.id, webauthn: { credential_response: proof } }),
      });
      if (!response.ok) expect([422, 429]).toContain(response.status);
      return response.ok;
    };
  },
  'a recovery code': async () => {
    const token = await withApp();
    const { codes } = await ask<{ codes: string[] }>('createRecoveryCodes', {}, token);
    return (index) => redeem(index, 'verifyRecoveryCode', { code: codes[0] }, token);
  },
  'the question for a new passkey': async () => {
    const { token, args } = await registration();
    return (index) => redeem(index, 'finishPasskeyRegistration', args, token);
  },
  'the question of a sign-in by passkey': async () => {
    const { token, key, args: made } = await registration();
    await ask('finishPasskeyRegistration', made, token);
    const asked = await ask<Asked>('beginPasskeySignIn', {});
    const args = { challengeId: asked.challenge_id, credential: key.get(asked.options.challenge) };
    return (index) => redeem(index, 'signInWithPasskey', args);
  },
  'the code of a sign-in at a provider': async () => {
    count += 1;
    provider.people.set(`p${count}`, { email: `p${count}@example.org`, email_verified: true });
    const codeVerifier = 'v'.repeat(64);
    const challenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const pkce = `code_challenge=${challenge}&code_challenge_method=s256`;
    const place = await browse(`${server.url}/authorize?provider=works&login_hint=p${count}&${pkce}`, ORIGIN);
    const args = { authCode: place.searchParams.get('code'), codeVerifier };
    return (index) => redeem(index, 'exchangeCodeForSession', args);
  },
  'the state of a sign-in at a provider': async () => {
    count += 1;
    provider.people.set(`s${count}`, { email: `s${count}@example.org`, email_verified: true });
    const start = `${server.url}/authorize?provider=works&login_hint=s${count}`;
    const back = await browse(start, `${server.url}/callback`);
    return async () => {
      const response = await fetch(back, { redirect: 'manual' });
      const location = new URL(response.headers.get('location')!);
      const fragment = new URLSearchParams(location.hash.slice(1));
      if (!fragment.has('access_token')) expect(fragment.get('error_code')).toBe('bad_oauth_state');
      return fragment.has('access_token');
    };
  },
  'the nonce of an ID token': async () => {
    count += 1;
    const nonce = `nonce ${count}`;
    const hash = createHash('sha256').update(nonce).digest('hex');
    const person = { sub: `n${count}`, email: `n${count}@example.org`, email_verified: true };
    const idToken = await provider.idToken({ ...person, nonce: hash });
    return (index) => redeem(index, 'signInWithIdToken', { provider: 'works', idToken, nonce });
  },
};

it.each(Object.entries(RACES))(
  '%s has one winner among many, each time',
  (_name, race) => expectOneWinner(race),
  RACE_TIMEOUT_MS,
);
