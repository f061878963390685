/** Fifty requests redeem the same thing at the same moment: exactly one gets it, for everything that counts once. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthServer, codeOf, linkOf, PASSWORD, startAuth } from '../../support/auth.ts';
import { expectOneWinner, PARALLEL, RACE_TIMEOUT_MS, REPEATS } from '../../support/race.ts';

const VERIFIER = 'v'.repeat(64);
const PKCE = {
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 's256',
};

let server: AuthServer;
let count = 0;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false',
    GOFORWARD_AUTH_EMAIL_DOUBLE_CONFIRM_CHANGE: 'false',
    GOFORWARD_AUTH_PHONE_ENABLED: 'true',
    GOFORWARD_AUTH_OTP_ATTEMPTS: '100',
    GOFORWARD_AUTH_PASSWORD_REQUIRE_REAUTHENTICATION: 'true',
  });
});

afterAll(() => server.close());

const next = () => {
  count += 1;
  return count;
};
const address = () => `race${next()}@example.org`;
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  server.request(path, { method: 'POST', body: JSON.stringify(body), headers });
const user = async (email: string) => {
  const { data } = await server.admin.createUser({ email, password: PASSWORD, email_confirm: true });
  return data.user!.id;
};
const hashOf = (link: string) => new URL(link).searchParams.get('token')!;

/** Prepares one thing to redeem, and gives back the request that redeems it. */
type Kind = () => Promise<() => Promise<Response>>;

async function signIn(email: string): Promise<{ authorization: string }> {
  const { data } = await server.client().signInWithPassword({ email, password: PASSWORD });
  return { authorization: `Bearer ${data.session!.access_token}` };
}

const KINDS: Record<string, Kind> = {
  'the link of a sign-up, followed': async () => {
    const email = address();
    await post('/signup', { email, password: PASSWORD });
    const link = linkOf(await server.sent(email));
    return () => fetch(link, { redirect: 'manual' });
  },
  'the code of a sign-up': async () => {
    const email = address();
    await post('/signup', { email, password: PASSWORD });
    const token = codeOf(await server.sent(email));
    return () => post('/verify', { type: 'signup', email, token });
  },
  'a sign-in link': async () => {
    const email = address();
    await user(email);
    await post('/otp', { email });
    const token_hash = hashOf(linkOf(await server.sent(email)));
    return () => post('/verify', { type: 'magiclink', token_hash });
  },
  'a recovery': async () => {
    const email = address();
    await user(email);
    await post('/recover', { email });
    const token_hash = hashOf(linkOf(await server.sent(email)));
    return () => post('/verify', { type: 'recovery', token_hash });
  },
  'an invitation': async () => {
    const email = address();
    await server.admin.inviteUserByEmail(email);
    const link = linkOf(await server.sent(email));
    return () => fetch(link, { redirect: 'manual' });
  },
  'a change of address': async () => {
    const email = address();
    await user(email);
    const headers = await signIn(email);
    const wanted = address();
    await server.request('/user', { method: 'PUT', headers, body: JSON.stringify({ email: wanted }) });
    const token = codeOf(await server.sent(wanted));
    return () => post('/verify', { type: 'email_change', email: wanted, token });
  },
  'a code to a phone': async () => {
    const phone = `4915${String(next()).padStart(8, '0')}`;
    await post('/otp', { phone });
    const token = codeOf(await server.sent(`+${phone}`));
    return () => post('/verify', { type: 'sms', phone, token });
  },
  'the code of a PKCE flow': async () => {
    const email = address();
    await user(email);
    await post('/otp', { email, ...PKCE });
    const followed = await fetch(linkOf(await server.sent(email)), { redirect: 'manual' });
    const auth_code = new URL(followed.headers.get('location')!).searchParams.get('code')!;
    return () => post('/token?grant_type=pkce', { auth_code, code_verifier: VERIFIER });
  },
  'a PKCE link, followed': async () => {
    const email = address();
    await user(email);
    await post('/otp', { email, ...PKCE });
    const link = linkOf(await server.sent(email));
    return () => fetch(link, { redirect: 'manual' });
  },
};

async function succeeded(response: Response): Promise<boolean> {
  const text = await response.text();
  if (response.status === 303) return /access_token=|[?&]code=/.test(response.headers.get('location') ?? '');
  if (response.status !== 200) expect([400, 403, 404], text).toContain(response.status);
  return response.status === 200;
}

it.each(Object.entries(KINDS))(
  '%s has one winner among many, each time',
  (_name, prepare) =>
    expectOneWinner(async () => {
      const redeem = await prepare();
      return async () => succeeded(await redeem());
    }),
  RACE_TIMEOUT_MS,
);

it('a nonce lets one of many change the password', async () => {
  const email = address();
  const id = await user(email);
  const headers = await signIn(email);
  await server.database.sql(
    `update auth.sessions set created_at = now() - interval '2 days' where user_id = $1`,
    [id],
  );
  const needed = await server.request('/user', {
    method: 'PUT',
    headers,
    body: JSON.stringify({ password: 'without a nonce' }),
  });
  expect(await needed.json()).toMatchObject({ error_code: 'reauthentication_needed' });
  await server.request('/reauthenticate', { headers });
  const nonce = codeOf(await server.sent(email));
  const change = (password: string) =>
    server.request('/user', { method: 'PUT', headers, body: JSON.stringify({ password, nonce }) });
  const responses = await Promise.all(
    Array.from({ length: 10 }, (_, index) => change(`a new password ${index}`)),
  );
  const statuses = responses.map((response) => response.status).sort();
  expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 422)]);
});

it(
  'a refresh token moves its session one step, whoever of many comes first',
  async () => {
    for (let round = 0; round < REPEATS; round += 1) {
      const email = address();
      const id = await user(email);
      const { data } = await server.client().signInWithPassword({ email, password: PASSWORD });
      const refresh_token = data.session!.refresh_token;
      const responses = await Promise.all(
        Array.from({ length: PARALLEL }, () => post('/token?grant_type=refresh_token', { refresh_token })),
      );
      const tokens = await Promise.all(
        responses.map(
          async (response) => ((await response.json()) as { refresh_token: string }).refresh_token,
        ),
      );
      expect(new Set(tokens).size).toBe(1);
      expect(tokens[0]).not.toBe(refresh_token);
      const [row] = await server.database.sql(
        'select refresh_token_counter::int as counter from auth.sessions where user_id = $1',
        [id],
      );
      expect(row).toEqual({ counter: 1 });
    }
  },
  RACE_TIMEOUT_MS,
);

it('an address becomes one user, however many sign up with it at once', async () => {
  const email = address();
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => post('/signup', { email, password: PASSWORD })),
  );
  for (const response of responses) expect([200, 422]).toContain(response.status);
  const rows = await server.database.sql('select 1 from auth.users where email = $1', [email]);
  expect(rows).toHaveLength(1);
});
