/** One battery, three ways in: what REST refuses GraphQL refuses with the same code, and what it does not tell neither tells. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import {
  type Call,
  graphqlByGet,
  graphqlDoor,
  MUTATIONS,
  QUERIES,
  restDoor,
  type Verb,
  type Verdict,
} from '../../support/auth-doors.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../../support/identity-provider.ts';
import { temporaryFolder } from '../../support/server-process.ts';

let server: AuthServer;

const KNOWN = 'known@example.org';
const BANNED = 'banned@example.org';
const UNCONFIRMED = 'unconfirmed@example.org';
const GONE = 'gone@example.org';
const SITE = 'http://localhost:3000';

let provider: IdentityProvider;
let user: { id: string; token: string };
const folder = temporaryFolder();

beforeAll(async () => {
  provider = await startIdentityProvider();
  const works = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, issuer: provider.issuer };
  const auth = {
    siteUrl: SITE,
    email: { autoconfirm: false },
    manualLinking: true,
    passkeys: { enabled: true },
    mfa: { maxFactors: 3 },
    providers: { works },
  };
  writeFileSync(join(folder.path, 'goforward.yaml'), JSON.stringify({ auth }));
  server = await startAuth({}, folder.path);
  provider.open(`${server.url}/callback`);
  const create = async (email: string, confirmed = true) => {
    const { data } = await server.admin.createUser({
      email,
      password: PASSWORD,
      email_confirm: confirmed,
    });
    return data.user!.id;
  };
  const id = await create(KNOWN);
  const { data } = await server.client().signInWithPassword({ email: KNOWN, password: PASSWORD });
  user = { id, token: data.session!.access_token };
  await create(UNCONFIRMED, false);
  await server.admin.updateUserById(await create(BANNED), { ban_duration: '24h' });
  await server.admin.deleteUser(await create(GONE), true);
});

afterAll(async () => {
  await server.close();
  await provider.close();
  folder.remove();
});

const DOORS: [string, Call][] = [
  ['REST', restDoor(() => server)],
  ['/graphql', graphqlDoor(() => server, '/graphql')],
  ['/v1/graphql', graphqlDoor(() => server, '/v1/graphql')],
];
const BY_GET: [string, Call][] = [
  ['/graphql', graphqlByGet(() => server, '/graphql')],
  ['/v1/graphql', graphqlByGet(() => server, '/v1/graphql')],
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
  ['an unknown provider', 'oauth_provider_not_supported', 'signInWithOAuth', () => ({ provider: 'nope' })],
  ['half of PKCE at a provider', 'validation_failed', 'signInWithOAuth', () => ({ provider: 'works', codeChallenge: 'c'.repeat(43) })],
  ['a token of no provider', 'provider_disabled', 'signInWithIdToken', () => ({ provider: 'nope', idToken: 'x' })],
  ['no token of a provider', 'validation_failed', 'signInWithIdToken', () => ({ provider: 'works', idToken: '' })],
  ['a token that is none', 'validation_failed', 'signInWithIdToken', () => ({ provider: 'works', idToken: 'no.token.atall' })],
  ['a passkey for no question', 'webauthn_challenge_not_found', 'signInWithPasskey', () => ({ challengeId: '6f1c1a9e-95c5-4f0e-8d4f-111111111111', credential: {} })],
  ['a passkey for what is no id', 'webauthn_challenge_not_found', 'signInWithPasskey', () => ({ challengeId: 'x', credential: {} })],
]; // biome-ignore format: a table

describe.each(REFUSED)('%s is %s', (_name, code, verb, args) => {
  it('on every way in', async () => {
    const verdicts = [];
    for (const [, call] of DOORS) {
      const { message, code } = await call(verb, args());
      verdicts.push([code, message]);
    }
    expect(verdicts[0]?.[0]).toBe(code);
    for (const verdict of verdicts) expect(verdict).toEqual(verdicts[0]);
  });
});

const NOBODYS = '6f1c1a9e-95c5-4f0e-8d4f-111111111111';
const factor = { factorId: NOBODYS };
const answer = { challengeId: NOBODYS, credential: {} };
const idToken = { provider: 'works', idToken: 'no.token.atall' };
const long = 'n'.repeat(300);

/** The same of what needs a user, who is one without any other proof than a password. */
const REFUSED_TO_USERS: [string, string, Verb, Record<string, unknown>][] = [
  ['a kind of factor that is none', 'validation_failed', 'enrollFactor', { factorType: 'fax' }],
  ['a kind of factor that is off', 'mfa_phone_enroll_not_enabled', 'enrollFactor', { factorType: 'phone', phone: '491' }],
  ['a factor with too long a name', 'validation_failed', 'enrollFactor', { factorType: 'totp', friendlyName: long }],
  ['a question to a factor of nobody', 'mfa_factor_not_found', 'challengeFactor', factor],
  ['a question to what is no id', 'validation_failed', 'challengeFactor', { factorId: 'x' }],
  ['an answer for a factor of nobody', 'mfa_factor_not_found', 'verifyFactor', { ...factor, challengeId: NOBODYS, code: '1' }],
  ['an answer for what is no id', 'validation_failed', 'verifyFactor', { factorId: 'x', challengeId: NOBODYS, code: '1' }],
  ['an answer to what is no id', 'validation_failed', 'verifyFactor', { ...factor, challengeId: 'x', code: '1' }],
  ['taking off a factor of nobody', 'mfa_factor_not_found', 'unenrollFactor', factor],
  ['taking off what is no id', 'validation_failed', 'unenrollFactor', { factorId: 'x' }],
  ['recovery codes without a factor', 'mfa_factor_not_found', 'createRecoveryCodes', {}],
  ['a wrong recovery code', 'mfa_verification_failed', 'verifyRecoveryCode', { code: 'aaaa-aaaa-aaaa-aaaa' }],
  ['a passkey for no question', 'webauthn_challenge_not_found', 'finishPasskeyRegistration', answer],
  ['a name for a passkey of nobody', 'webauthn_credential_not_found', 'renamePasskey', { id: NOBODYS, friendlyName: 'n' }],
  ['a name for what is no id', 'webauthn_credential_not_found', 'renamePasskey', { id: 'x', friendlyName: 'n' }],
  ['a passkey with too long a name', 'validation_failed', 'renamePasskey', { id: NOBODYS, friendlyName: long }],
  ['taking off a passkey of nobody', 'webauthn_credential_not_found', 'removePasskey', { id: NOBODYS }],
  ['linking at an unknown provider', 'oauth_provider_not_supported', 'linkIdentity', { provider: 'nope' }],
  ['linking a token that is none', 'validation_failed', 'linkIdentityWithIdToken', idToken],
  ['taking off the only identity', 'single_identity_not_deletable', 'unlinkIdentity', { id: NOBODYS }],
  ['an identity that is no id', 'validation_failed', 'unlinkIdentity', { id: 'x' }],
]; // biome-ignore format: a table

const REFUSED_TO_SERVICES: [string, string, Verb, Record<string, unknown>][] = [
  ['a user who is none', 'user_not_found', 'authUser', { id: NOBODYS }],
  ['a user by what is no id', 'validation_failed', 'authUser', { id: 'x' }],
  ['factors of nobody', 'user_not_found', 'userFactors', { userId: NOBODYS }],
  ['passkeys of nobody', 'user_not_found', 'userPasskeys', { userId: NOBODYS }],
  ['passkeys of what is no id', 'validation_failed', 'userPasskeys', { userId: 'x' }],
  ['taking a factor off nobody', 'user_not_found', 'removeUserFactor', { userId: NOBODYS, factorId: NOBODYS }],
  ['a factor by what is no id', 'validation_failed', 'removeUserFactor', { userId: NOBODYS, factorId: 'x' }],
  ['taking a passkey off nobody', 'webauthn_credential_not_found', 'removeUserPasskey', { userId: NOBODYS, passkeyId: NOBODYS }],
]; // biome-ignore format: a table

/** What asks for a user before it looks at anything else. */
const OF_USERS: [Verb, Record<string, unknown>][] = [
  ...REFUSED_TO_USERS.map(([, , verb, args]): [Verb, Record<string, unknown>] => [verb, args]),
  ['beginPasskeyRegistration', {}],
  ['recoveryCodesLeft', {}],
  ['myPasskeys', {}],
  ['myFactors', {}],
];

/** Every way in has the same to say; queries may come by GET, too. */
async function sameEverywhere(verb: Verb, args: Record<string, unknown>, token?: string) {
  const doors = QUERIES.includes(verb) ? [...DOORS, ...BY_GET] : DOORS;
  const verdicts = [];
  for (const [, call] of doors) {
    const { code, message } = await call(verb, args, token);
    verdicts.push({ code, message });
  }
  for (const verdict of verdicts) expect(verdict).toEqual(verdicts[0]);
  return verdicts[0];
}

describe('what only a user may do', () => {
  it.each(REFUSED_TO_USERS)('%s is %s', async (_name, code, verb, args) =>
    expect(await sameEverywhere(verb, args, user.token)).toMatchObject({ code }),
  );

  it.each(OF_USERS)('%s is nothing for strangers, whatever they ask', async (verb, args) =>
    expect(await sameEverywhere(verb, args)).toMatchObject({ code: 'no_authorization' }),
  );
});

describe('what only a service may do', () => {
  it.each(REFUSED_TO_SERVICES)('%s is %s', async (_name, code, verb, args) =>
    expect(await sameEverywhere(verb, args, server.app.keys.service)).toMatchObject({ code }),
  );

  it.each(REFUSED_TO_SERVICES)('%s is no question of users', async (_name, _code, verb, args) => {
    for (const [name, call] of DOORS) {
      // GraphQL does not even show these fields.
      const code = name === 'REST' ? 'not_admin' : 'validation-failed';
      expect([name, (await call(verb, args, user.token)).code]).toEqual([name, code]);
    }
  });
});

describe.each(BY_GET)('GET %s', (_path, call) => {
  it.each(MUTATIONS)('%s does nothing', async (verb) => {
    const [, , , given] =
      [...REFUSED_TO_USERS, ...REFUSED_TO_SERVICES].find(([, , it_]) => it_ === verb) ?? [];
    const args = given ?? REFUSED.find(([, , it_]) => it_ === verb)?.[3]() ?? {};
    const asService = REFUSED_TO_SERVICES.some(([, , it_]) => it_ === verb);
    const verdict = await call(verb, args, asService ? server.app.keys.service : user.token);
    expect([verdict.status, verdict.code]).toEqual([405, 'not-supported']);
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
      ['signInWithIdToken', { provider: 'works', idToken: await provider.idToken({ sub: email, email }) }],
      ['linkIdentityWithIdToken', { provider: 'works', idToken: await provider.idToken({ sub: email }) }],
      ['enrollFactor', { factorType: 'totp', friendlyName: email }],
      ['challengeFactor', factor],
      ['verifyFactor', { ...factor, challengeId: NOBODYS, code: '1' }],
      ['createRecoveryCodes', {}],
      ['verifyRecoveryCode', { code: 'aaaa-aaaa-aaaa-aaaa' }],
      ['beginPasskeySignIn', {}],
      ['signInWithPasskey', answer],
      ['beginPasskeyRegistration', {}],
      ['finishPasskeyRegistration', answer],
      ['renamePasskey', { id: NOBODYS, friendlyName: 'n' }],
    ];
    const rows = () =>
      server.database.sql(
        `select u.role, u.aud, u.raw_app_meta_data, u.email_confirmed_at, (select count(*) from auth.identities) as identities,
          (select count(*) from auth.mfa_factors) as factors from auth.users u where email = $1`,
        [KNOWN],
      );
    const before = await rows();
    for (const [verb, args] of calls) {
      // REST has names of its own for what Supabase spells otherwise; none of them is let through.
      const spelt = member === 'rawAppMetaData' && name === 'REST' ? 'raw_app_meta_data' : member;
      if (spelt === 'id' && verb === 'renamePasskey') continue;
      const signsUp = verb === 'signUp' || verb === 'signInWithOtp';
      const verdict = await call(verb, { ...args, [spelt]: it_ }, signsUp ? undefined : user.token);
      expect([verb, verdict.code]).toEqual([verb, refused]);
    }
    expect(await rows()).toEqual(before);
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
