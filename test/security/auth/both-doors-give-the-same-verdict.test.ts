/** One battery, three ways in: what REST refuses GraphQL refuses with the same code, and what it does not tell neither tells. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';

let server: AuthServer;

const KNOWN = 'known@example.org';
const BANNED = 'banned@example.org';
const UNCONFIRMED = 'unconfirmed@example.org';
const GONE = 'gone@example.org';
const SITE = 'http://localhost:3000';

beforeAll(async () => {
  server = await startAuth({ GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false', GOFORWARD_AUTH_SITE_URL: SITE });
  const create = async (email: string, confirmed = true) => {
    const { data } = await server.admin.createUser({
      email,
      password: PASSWORD,
      email_confirm: confirmed,
    });
    return data.user!.id;
  };
  await create(KNOWN);
  await create(UNCONFIRMED, false);
  await server.admin.updateUserById(await create(BANNED), { ban_duration: '24h' });
  await server.admin.deleteUser(await create(GONE), true);
});

afterAll(() => server.close());

interface Verdict {
  /** Undefined: granted. */
  readonly code: string | undefined;
  readonly message?: string | undefined;
  readonly body: unknown;
}

/** How each verb is called at REST; GraphQL has a mutation of the same arguments. */
const VERBS = {
  signUp: { method: 'POST', path: '/signup', select: '{ user { id email } session { accessToken } }' },
  signIn: { method: 'POST', path: '/token?grant_type=password', select: '{ accessToken user { email } }' },
  signInWithOtp: { method: 'POST', path: '/otp', select: '' },
  resetPassword: { method: 'POST', path: '/recover', select: '' },
  resend: { method: 'POST', path: '/resend', select: '' },
  verifyOtp: { method: 'POST', path: '/verify', select: '{ session { accessToken } }' },
  refreshSession: { method: 'POST', path: '/token?grant_type=refresh_token', select: '{ accessToken }' },
  exchangeCodeForSession: { method: 'POST', path: '/token?grant_type=pkce', select: '{ accessToken }' },
  updateUser: { method: 'PUT', path: '/user', select: '{ id email role appMetadata }' },
} as const;
type Verb = keyof typeof VERBS;
type Call = (verb: Verb, args: Record<string, unknown>, token?: string) => Promise<Verdict>;

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const overRest: Call = async (verb, { redirectTo, ...args }, token) => {
  const { method, path } = VERBS[verb];
  const query = redirectTo === undefined ? '' : `?redirect_to=${encodeURIComponent(String(redirectTo))}`;
  const response = await server.request(`${path}${query}`, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify(Object.fromEntries(Object.entries(args).map(([name, it]) => [snake(name), it]))),
  });
  const body = (await response.json()) as { error_code?: string; msg?: string };
  return { code: response.ok ? undefined : body.error_code, message: body.msg, body };
};

/** Arguments as literals: a document may be written by anybody. */
const literal = (it: unknown): string =>
  typeof it === 'object' && it !== null && !Array.isArray(it)
    ? `{${Object.entries(it)
        .map(([name, one]) => `${name}: ${literal(one)}`)
        .join(', ')}}`
    : JSON.stringify(it);

const overGraphql =
  (path: string): Call =>
  async (verb, args, token) => {
    const list = Object.entries(args).map(([name, it]) => `${name}: ${literal(it)}`);
    const query = `mutation { ${verb}${list.length === 0 ? '' : `(${list.join(', ')})`} ${VERBS[verb].select} }`;
    const { text } = await server.app.post(path, { query }, token);
    const body = JSON.parse(text) as { errors?: { message: string; extensions: { code: string } }[] };
    const [error] = body.errors ?? [];
    return { code: error?.extensions.code, message: error?.message, body };
  };

const DOORS: [string, Call][] = [
  ['REST', overRest],
  ['/graphql', overGraphql('/graphql')],
  ['/v1/graphql', overGraphql('/v1/graphql')],
];

let count = 0;
const stranger = () => {
  count += 1;
  return `stranger${count}@example.org`;
};

/** Refused everywhere for the same reason, in the same words. */
const REFUSED: [string, string, Verb, () => Record<string, unknown>][] = [
  ['a wrong password', 'invalid_credentials', 'signIn', () => ({ email: KNOWN, password: 'wrong' })],
  ['an unknown address', 'invalid_credentials', 'signIn', () => ({ email: stranger(), password: PASSWORD })],
  ['a removed user', 'invalid_credentials', 'signIn', () => ({ email: GONE, password: PASSWORD })],
  ['a wrong password of a banned user', 'invalid_credentials', 'signIn', () => ({ email: BANNED, password: 'no' })],
  ['a banned user', 'user_banned', 'signIn', () => ({ email: BANNED, password: PASSWORD })],
  ['an unconfirmed address', 'email_not_confirmed', 'signIn', () => ({ email: UNCONFIRMED, password: PASSWORD })],
  ['neither address nor number', 'validation_failed', 'signIn', () => ({ password: PASSWORD })],
  ['both of them', 'validation_failed', 'signIn', () => ({ email: KNOWN, phone: '491', password: PASSWORD })],
  ['a weak password', 'weak_password', 'signUp', () => ({ email: stranger(), password: 'short' })],
  ['an address that is none', 'validation_failed', 'signUp', () => ({ email: 'none', password: PASSWORD })],
  ['a phone where there are none', 'phone_provider_disabled', 'signUp', () => ({ phone: '4915112345678', password: PASSWORD })],
  ['a wrong code', 'otp_expired', 'verifyOtp', () => ({ type: 'email', email: KNOWN, token: '000000' })],
  ['a wrong code of a stranger', 'otp_expired', 'verifyOtp', () => ({ type: 'email', email: stranger(), token: '000000' })],
  ['a made-up link', 'otp_expired', 'verifyOtp', () => ({ type: 'magiclink', tokenHash: 'f'.repeat(56) })],
  ['a kind of code that is none', 'validation_failed', 'verifyOtp', () => ({ type: 'x', email: KNOWN, token: '1' })],
  ['a made-up refresh token', 'refresh_token_not_found', 'refreshSession', () => ({ refreshToken: 'x'.repeat(40) })],
  ['a made-up code', 'flow_state_not_found', 'exchangeCodeForSession', () => ({ authCode: 'x', codeVerifier: 'v'.repeat(64) })],
  ['half of PKCE', 'validation_failed', 'resetPassword', () => ({ email: KNOWN, codeChallenge: 'c'.repeat(43) })],
  ['nothing to send again', 'validation_failed', 'resend', () => ({ type: 'x', email: KNOWN })],
  ['a change without a token', 'no_authorization', 'updateUser', () => ({ data: { a: 1 } })],
]; // biome-ignore format: a table

describe.each(REFUSED)('%s is %s', (_name, code, verb, args) => {
  it('on every way in', async () => {
    const verdicts = [];
    for (const [, call] of DOORS) {
      const { message, ...verdict } = await call(verb, args());
      verdicts.push([verdict.code, message]);
    }
    expect(verdicts[0]?.[0]).toBe(code);
    for (const verdict of verdicts) expect(verdict).toEqual(verdicts[0]);
  });
});

describe.each(DOORS)('%s', (name, call) => {
  const shape = (verdict: Verdict, email: string) =>
    JSON.stringify(verdict.body)
      .replaceAll(email, '<address>')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '<uuid>')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<moment>');

  it.each<[string, Verb, Record<string, unknown>]>([
    ['signing up', 'signUp', { password: PASSWORD, data: { name: 'N', b: 1, aa: { zz: 1, a: 2 } } }],
    ['a sign-in link', 'signInWithOtp', {}],
    ['a sign-in link for users only', 'signInWithOtp', { createUser: false }],
    ['recovery', 'resetPassword', {}],
    ['sending once more', 'resend', { type: 'signup' }],
  ])('%s tells nobody who is here', async (_what, verb, args) => {
    const unknown = stranger();
    const expected = shape(await call(verb, { ...args, email: unknown }), unknown);
    for (const email of [KNOWN, UNCONFIRMED, BANNED])
      expect(shape(await call(verb, { ...args, email }), email)).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['id', '00000000-0000-4000-8000-000000000001'],
    ['role', 'service_role'],
    ['aud', 'admin'],
    ['appMetadata', { admin: true }],
    ['rawAppMetaData', { admin: true }],
    ['emailVerified', true],
    ['emailConfirm', true],
    ['emailConfirmedAt', '2000-01-01T00:00:00Z'],
    ['isSuperAdmin', true],
    ['banDuration', 'none'],
    ['passwordHash', '$2b$04$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
    ['encryptedPassword', 'x'],
    ['aal', 'aal2'],
  ])('%s is nothing that users set', async (member, it_) => {
    const refused = name === 'REST' ? 'validation_failed' : 'validation-failed';
    const email = stranger();
    const calls: [Verb, Record<string, unknown>][] = [
      ['signUp', { email, password: PASSWORD }],
      ['signInWithOtp', { email }],
      ['updateUser', { data: { a: 1 } }],
    ];
    const token = (await server.client().signInWithPassword({ email: KNOWN, password: PASSWORD })).data
      .session!.access_token;
    for (const [verb, args] of calls) {
      // REST has names of its own for what Supabase spells otherwise; none of them is let through.
      const spelt = member === 'rawAppMetaData' && name === 'REST' ? 'raw_app_meta_data' : member;
      const verdict = await call(verb, { ...args, [spelt]: it_ }, verb === 'updateUser' ? token : undefined);
      expect([verb, verdict.code]).toEqual([verb, refused]);
    }
    expect(await server.database.sql('select 1 from auth.users where email = $1', [email])).toEqual([]);
  });

  it('data stays data, whatever its members are called', async () => {
    const email = stranger();
    const data = { role: 'service_role', app_metadata: { admin: true }, is_super_admin: true };
    expect((await call('signUp', { email, password: PASSWORD, data })).code).toBeUndefined();
    const [row] = await server.database.sql(
      'select role, is_super_admin as super, raw_app_meta_data as app, email_confirmed_at as confirmed from auth.users where email = $1',
      [email],
    );
    expect(row).toEqual({
      role: 'authenticated',
      super: null,
      app: { provider: 'email', providers: ['email'] },
      confirmed: null,
    });
  });

  it('a link leads nowhere else', async () => {
    const email = stranger();
    await server.admin.createUser({ email, email_confirm: true });
    await call('resetPassword', { email, redirectTo: 'https://evil.example.com/' });
    const { text } = await server.sent(email);
    expect(text).not.toContain('evil');
  });

  it('a token whose session has ended changes nothing', async () => {
    const client = server.client();
    const { data } = await client.signInWithPassword({ email: KNOWN, password: PASSWORD });
    const token = data.session!.access_token;
    await client.signOut({ scope: 'local' });
    const verdict = await call('updateUser', { data: { late: true } }, token);
    // GraphQL judges a token before it reads the document, since tables are read with it as well.
    expect(verdict.code).toBe(name === 'REST' ? 'session_not_found' : 'invalid-jwt');
    const rows = await server.database.sql(
      `select 1 from auth.users where email = $1 and raw_user_meta_data ? 'late'`,
      [KNOWN],
    );
    expect(rows).toEqual([]);
  });
});
