/** Providers, ID tokens, factors, recovery codes and passkeys draw from the same tries, however the tries are wrapped. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { documentOf, restDoor, type Verb } from '../../support/auth-doors.ts';

const TRIES = 5;
const NOBODYS = '6f1c1a9e-95c5-4f0e-8d4f-111111111111';
const EMAIL = 'tries@example.org';

let server: AuthServer;
let token: string;
let ips = 0;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_LIMITS_ENABLED: 'true',
    GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: String(TRIES),
    GOFORWARD_AUTH_LIMITS_IDENTITY_PER5_MINUTES: '1000',
    GOFORWARD_AUTH_PASSKEYS_ENABLED: 'true',
    GOFORWARD_AUTH_MANUAL_LINKING: 'true',
    GOFORWARD_SERVER_TRUSTED_PROXIES: '127.0.0.1',
    GOFORWARD_API_GRAPHQL_BATCH: '10',
  });
  await server.admin.createUser({ email: EMAIL, password: PASSWORD, email_confirm: true });
  token = await freshToken();
});

afterAll(() => server.close());

const nextIp = () => {
  ips += 1;
  return `203.0.113.${ips}`;
};

async function freshToken(): Promise<string> {
  const response = await server.request('/token?grant_type=password', {
    method: 'POST',
    headers: { 'x-forwarded-for': nextIp() },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

const factor = { factorId: NOBODYS };
const LIMITED: [Verb, Record<string, unknown>][] = [
  ['signInWithOAuth', { provider: 'nope' }],
  ['signInWithIdToken', { provider: 'nope', idToken: 'x' }],
  ['linkIdentity', { provider: 'nope' }],
  ['linkIdentityWithIdToken', { provider: 'nope', idToken: 'x' }],
  ['challengeFactor', factor],
  ['verifyFactor', { ...factor, challengeId: NOBODYS, code: '000000' }],
  ['verifyRecoveryCode', { code: 'aaaa-aaaa-aaaa-aaaa' }],
  ['beginPasskeySignIn', {}],
  ['signInWithPasskey', { challengeId: NOBODYS, credential: {} }],
  ['exchangeCodeForSession', { authCode: 'x', codeVerifier: 'v'.repeat(64) }],
];

describe.each(LIMITED)('%s', (verb, args) => {
  it.each(['/graphql', '/v1/graphql'])(
    'aliases and batches at %s are as many tries, and REST has none left',
    async (path) => {
      const ip = nextIp();
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'x-forwarded-for': ip,
      };
      const requests = [documentOf(verb, args, 4), documentOf(verb, args, 4)].map((query) => ({ query }));
      const response = await fetch(`${server.app.url}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(requests),
      });
      const answers = (await response.json()) as { errors?: { extensions: { code: string } }[] }[];
      const codes = answers.flatMap(({ errors }) => (errors ?? []).map(({ extensions }) => extensions.code));
      expect(codes.filter((code) => code === 'over_request_rate_limit')).toHaveLength(2 * 4 - TRIES);
      const rest = restDoor(() => server, { 'x-forwarded-for': ip });
      expect(await rest(verb, args, token)).toMatchObject({ status: 429, code: 'over_request_rate_limit' });
    },
  );

  it('REST counts each, and GraphQL has none left', async () => {
    const ip = nextIp();
    const rest = restDoor(() => server, { 'x-forwarded-for': ip });
    const statuses = [];
    for (let index = 0; index < TRIES + 1; index += 1) statuses.push((await rest(verb, args, token)).status);
    expect(statuses.slice(0, TRIES)).not.toContain(429);
    expect(statuses[TRIES]).toBe(429);
    const response = await fetch(`${server.app.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'x-forwarded-for': ip,
      },
      body: JSON.stringify({ query: documentOf(verb, args) }),
    });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'over_request_rate_limit' } }],
    });
  });
});

it('coming back from a provider counts, and is told where the user lands', async () => {
  const ip = nextIp();
  const codes = [];
  for (let index = 0; index < TRIES + 1; index += 1) {
    const response = await server.request(`/callback?state=${NOBODYS}&code=x`, {
      headers: { 'x-forwarded-for': ip },
    });
    codes.push(new URL(response.headers.get('location')!).searchParams.get('error_code'));
  }
  expect(codes.slice(0, TRIES).every((code) => code === 'bad_oauth_state')).toBe(true);
  expect(codes[TRIES]).toBe('over_request_rate_limit');
});

it('factors of one user count together, from wherever', async () => {
  const few = await startAuth({
    GOFORWARD_AUTH_LIMITS_ENABLED: 'true',
    GOFORWARD_AUTH_LIMITS_IDENTITY_PER5_MINUTES: '3',
    GOFORWARD_SERVER_TRUSTED_PROXIES: '127.0.0.1',
  });
  try {
    const { data } = await few.client().signUp({ email: EMAIL, password: PASSWORD });
    const mine = data.session!.access_token;
    const codes = [];
    for (let index = 0; index < 4; index += 1) {
      const rest = restDoor(() => few, { 'x-forwarded-for': `198.51.100.${index}` });
      codes.push((await rest('verifyRecoveryCode', { code: 'aaaa-aaaa-aaaa-aaaa' }, mine)).code);
    }
    expect(codes.slice(0, 3).every((code) => code === 'mfa_verification_failed')).toBe(true);
    expect(codes[3]).toBe('over_request_rate_limit');
  } finally {
    await few.close();
  }
});
