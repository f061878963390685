import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, codeOf, linkOf, PASSWORD, startAuth } from '../../support/auth.ts';
import { askGraphql } from '../../support/auth-graphql.ts';

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_ANONYMOUS_ENABLED: 'true',
    GOFORWARD_DATABASE_DEFAULT_PRIVILEGES: 'supabase',
  });
  await server.database.sql('create table note (id int primary key, text text)');
  await server.database.sql('create table users (id int primary key)');
  await server.database.sql('grant all on note, users to anon, authenticated, service_role');
  await server.app.post('/meta/v1/reload', {}, server.app.keys.service);
});

afterAll(() => server.close());

const ask = (query: string, variables?: object, key?: string) =>
  askGraphql(server, query, { ...(variables && { variables }), ...(key && { key }) });
const asService = (query: string, variables?: object) => ask(query, variables, server.app.keys.service);
const codeOfAnswer = (answer: Awaited<ReturnType<typeof ask>>) => answer.errors?.[0]?.extensions.code;

/** The value of the only field; fails where there is none. */
function only<T>({ data, errors }: Awaited<ReturnType<typeof ask>>): T {
  expect(errors).toBeUndefined();
  return Object.values(data ?? {})[0] as T;
}

interface Session {
  accessToken: string;
  refreshToken: string;
  user: { id: string; email: string };
}
const SESSION = '{ accessToken refreshToken expiresIn expiresAt user { id email } }';

async function signUp(email: string): Promise<Session> {
  const answer = await ask(
    `mutation ($email: String, $password: String!, $data: JSON) {
      signUp(email: $email, password: $password, data: $data) { user { id email userMetadata } session ${SESSION} }
    }`,
    { email, password: PASSWORD, data: { name: 'N' } },
  );
  expect(answer.errors).toBeUndefined();
  return (answer.data as { signUp: { session: Session } }).signUp.session;
}

it('signs up, in, refreshes, shows oneself and one’s sessions, and out', async () => {
  const email = 'ada@example.org';
  const first = await signUp(email);
  const signedIn = await ask(
    `mutation ($email: String) { signIn(email: $email, password: "${PASSWORD}") ${SESSION} }`,
    { email: 'Ada@Example.org' },
  );
  const session = (signedIn.data as { signIn: Session }).signIn;
  const refreshed = await ask(`mutation ($t: String!) { refreshSession(refreshToken: $t) ${SESSION} }`, {
    t: session.refreshToken,
  });
  const { accessToken } = (refreshed.data as { refreshSession: Session }).refreshSession;
  const mine = await ask(
    `{ me { id email role isAnonymous userMetadata identities { provider } } mySessions { id isCurrent aal } }`,
    undefined,
    accessToken,
  );
  expect(mine).toMatchObject({
    data: {
      me: {
        id: first.user.id,
        email,
        role: 'authenticated',
        isAnonymous: false,
        userMetadata: { name: 'N', email_verified: true },
        identities: [{ provider: 'email' }],
      },
    },
  });
  const sessions = mine.data?.mySessions as { isCurrent: boolean }[];
  expect(sessions.map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
  const out = await ask('mutation { signOut(scope: others) }', undefined, accessToken);
  expect(out).toEqual({ data: { signOut: true } });
  expect(codeOfAnswer(await ask('{ me { id } }', undefined, first.accessToken))).toBe('invalid-jwt');
  expect((await ask('{ me { id } }', undefined, accessToken)).data?.me).toMatchObject({ id: first.user.id });
  await ask('mutation { signOut }', undefined, accessToken);
  expect(codeOfAnswer(await ask('{ me { id } }', undefined, accessToken))).toBe('invalid-jwt');
});

it('a session of one door is one at the other', async () => {
  const { accessToken, refreshToken } = await signUp('both@example.org');
  const user = await server.request('/user', { headers: { authorization: `Bearer ${accessToken}` } });
  expect(await user.json()).toMatchObject({ email: 'both@example.org' });
  const body = JSON.stringify({ refresh_token: refreshToken });
  const refreshed = await server.request('/token?grant_type=refresh_token', { method: 'POST', body });
  const { access_token } = (await refreshed.json()) as { access_token: string };
  expect((await ask('{ me { email } }', undefined, access_token)).data).toEqual({
    me: { email: 'both@example.org' },
  });
});

it('codes, links and PKCE', async () => {
  const email = 'codes@example.org';
  await signUp(email);
  const sent = await ask(
    'mutation ($create: Boolean) { signInWithOtp(email: "codes@example.org", createUser: $create) }',
    {
      create: false,
    },
  );
  expect(sent).toEqual({ data: { signInWithOtp: true } });
  const token = codeOf(await server.sent(email));
  const verified = await ask(
    `mutation ($token: String) { verifyOtp(type: "email", email: "codes@example.org", token: $token) {
      otherAddressToConfirm session { user { email } } } }`,
    { token },
  );
  expect(verified).toEqual({
    data: { verifyOtp: { otherAddressToConfirm: false, session: { user: { email } } } },
  });
  const verifier = 'v'.repeat(64);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const reset = await ask(
    `mutation ($c: String) { resetPassword(email: "codes@example.org", codeChallenge: $c, codeChallengeMethod: "s256") }`,
    { c: challenge },
  );
  expect(reset).toEqual({ data: { resetPassword: true } });
  const followed = await fetch(linkOf(await server.sent(email, 'recovery')), { redirect: 'manual' });
  const authCode = new URL(followed.headers.get('location')!).searchParams.get('code');
  const exchange = `mutation ($c: String!, $v: String!) { exchangeCodeForSession(authCode: $c, codeVerifier: $v) ${SESSION} }`;
  expect(codeOfAnswer(await ask(exchange, { c: authCode, v: 'w'.repeat(64) }))).toBe('bad_code_verifier');
  const exchanged = await ask(exchange, { c: authCode, v: verifier });
  expect(exchanged.data?.exchangeCodeForSession).toMatchObject({ user: { email } });
});

it('anonymous users get a name later', async () => {
  const made = await ask(`mutation { signInAnonymously(data: {a: 1}) ${SESSION} }`);
  const { accessToken } = only<Session>(made);
  const updated = await ask(
    `mutation { updateUser(email: "named@example.org", password: "${PASSWORD}", data: {b: 2}) { email isAnonymous userMetadata } }`,
    undefined,
    accessToken,
  );
  expect(updated.data?.updateUser).toMatchObject({ email: 'named@example.org', isAnonymous: false });
});

it('tells everybody which ways there are', async () => {
  const answer = await ask(
    '{ authSettings { signupEnabled anonymousEnabled phoneEnabled providers } me { id } }',
  );
  expect(answer).toEqual({
    data: {
      authSettings: { signupEnabled: true, anonymousEnabled: true, phoneEnabled: false, providers: [] },
      me: null,
    },
  });
});

describe('beside tables', () => {
  it('queries mix', async () => {
    const { accessToken } = await signUp('mix@example.org');
    const answer = await ask('{ note { id } me { email } users { id } }', undefined, accessToken);
    expect(answer).toEqual({ data: { note: [], me: { email: 'mix@example.org' }, users: [] } });
  });

  it('a table named users keeps its name, and the list of users has another one', async () => {
    const answer = await asService('{ users { id } authUsers(first: 1) { edges { node { email } } } }');
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.users).toEqual([]);
  });

  it('mutations do not: nothing of such a document is done', async () => {
    const document = `mutation {
      signUp(email: "half@example.org", password: "${PASSWORD}") { user { id } }
      insert_note_one(object: {id: 1, text: "x"}) { id }
    }`;
    for (const path of ['/graphql', '/v1/graphql']) {
      const answer = await askGraphql(server, document, { path });
      expect(answer.data).toBeUndefined();
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: 'not-supported',
        hint: expect.stringContaining('two documents'),
      });
    }
    expect(await server.database.sql('select 1 from note')).toEqual([]);
    expect(await server.database.sql(`select 1 from auth.users where email = 'half@example.org'`)).toEqual(
      [],
    );
  });

  it('fields run in order, and one that fails leaves the others', async () => {
    const answer = await ask(`mutation {
      a: signUp(email: "order@example.org", password: "${PASSWORD}") { user { email } }
      b: signIn(email: "order@example.org", password: "wrong") { user { email } }
      c: signIn(email: "order@example.org", password: "${PASSWORD}") { user { email } }
      __typename
    }`);
    expect(answer.data).toEqual({
      a: { user: { email: 'order@example.org' } },
      b: null,
      c: { user: { email: 'order@example.org' } },
      __typename: 'mutation_root',
    });
    expect(answer.errors).toMatchObject([
      { path: ['b'], message: 'Invalid login credentials', extensions: { code: 'invalid_credentials' } },
    ]);
  });

  it('a GET changes nothing', async () => {
    const query = `mutation { signUp(email: "get@example.org", password: "${PASSWORD}") { user { id } } }`;
    const response = await fetch(`${server.app.url}/graphql?query=${encodeURIComponent(query)}`);
    expect(response.status).toBe(405);
  });
});

describe('for administrators', () => {
  it('makes, changes, bans, frees, signs out and removes a user', async () => {
    const made = await asService(
      `mutation ($confirm: Boolean) {
        createUser(email: "made@example.org", password: "${PASSWORD}", emailConfirm: $confirm, appMetadata: {plan: "gold"}) {
          id email appMetadata emailConfirmedAt
        }
      }`,
      { confirm: true },
    );
    const { id } = only<{ id: string }>(made);
    expect(made.data?.createUser).toMatchObject({ appMetadata: { plan: 'gold' } });
    const signIn = `mutation { signIn(email: "made@example.org", password: "${PASSWORD}") ${SESSION} }`;
    const session = (await ask(signIn)).data?.signIn as Session;
    const banned = await asService(
      'mutation ($id: ID!) { banUser(id: $id, duration: "24h") { bannedUntil } }',
      { id },
    );
    expect(only<{ bannedUntil: string }>(banned).bannedUntil).toMatch(/^\d{4}-/);
    expect(codeOfAnswer(await ask(signIn))).toBe('user_banned');
    expect(codeOfAnswer(await ask('{ me { id } }', undefined, session.accessToken))).toBe('invalid-jwt');
    await asService('mutation ($id: ID!) { banUser(id: $id, duration: "none") { bannedUntil } }', { id });
    expect((await ask(signIn)).errors).toBeUndefined();
    const revoked = await asService('mutation ($id: ID!) { revokeSessions(userId: $id) }', { id });
    expect(revoked).toEqual({ data: { revokeSessions: 1 } });
    const updated = await asService(
      'mutation ($id: ID!) { updateUserById(id: $id, userMetadata: {x: 1}) { userMetadata } }',
      { id },
    );
    expect(updated.data?.updateUserById).toMatchObject({ userMetadata: { x: 1 } });
    const gone = await asService('mutation ($id: ID!) { deleteUser(id: $id) }', { id });
    expect(gone).toEqual({ data: { deleteUser: true } });
    const again = await asService('mutation ($id: ID!) { deleteUser(id: $id) }', { id });
    expect(codeOfAnswer(again)).toBe('user_not_found');
    const log = await asService('{ auditLog(query: "action:user_deleted", limit: 1) { at payload } }');
    expect(log.data?.auditLog).toMatchObject([{ payload: { action: 'user_deleted', user_id: id } }]);
  });

  it('invites, and makes links', async () => {
    const invited = await asService(
      'mutation { inviteUser(email: "guest@example.org") { email invitedAt } }',
    );
    expect(invited.errors).toBeUndefined();
    await server.sent('guest@example.org', 'invite');
    const made = await asService(
      'mutation { generateLink(type: "magiclink", email: "linked@example.org") { url code tokenHash verificationType } }',
    );
    const { tokenHash } = only<{ tokenHash: string }>(made);
    const verified = await ask(
      'mutation ($t: String) { verifyOtp(type: "magiclink", tokenHash: $t) { session { user { email } } } }',
      { t: tokenHash },
    );
    expect(verified.data?.verifyOtp).toEqual({ session: { user: { email: 'linked@example.org' } } });
  });

  it('pages by cursors visit every user once', async () => {
    for (let index = 0; index < 5; index += 1)
      await server.admin.createUser({ email: `page${index}@pages.example.org` });
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 10; page += 1) {
      const answer = await asService(
        `query ($after: String) { authUsers(first: 2, after: $after, search: "@pages.") {
          totalCount edges { node { email } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`,
        { after },
      );
      const { edges, pageInfo, totalCount } = only<{
        edges: { node: { email: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
        totalCount: number;
      }>(answer);
      expect(totalCount).toBe(5);
      seen.push(...edges.map(({ node }) => node.email));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual([4, 3, 2, 1, 0].map((index) => `page${index}@pages.example.org`));
    expect(codeOfAnswer(await asService('{ authUsers(after: "bm8") { totalCount } }'))).toBe(
      'validation_failed',
    );
  });

  it('others do not even see these fields', async () => {
    const { accessToken } = await signUp('nosy@example.org');
    for (const field of ['{ authUsers { totalCount } }', '{ apiKeys { id } }', '{ auditLog { id } }']) {
      expect(codeOfAnswer(await ask(field))).toBe('validation-failed');
      expect(codeOfAnswer(await ask(field, undefined, accessToken))).toBe('validation-failed');
    }
    const admin = 'mutation { createUser(email: "x@example.org") { id } }';
    expect(codeOfAnswer(await ask(admin, undefined, accessToken))).toBe('validation-failed');
  });
});

describe('API keys', () => {
  it('are made, used, rotated and revoked', async () => {
    const create = `mutation ($expires: DateTime) { createApiKey(name: "ci", role: "service_role", expiresAt: $expires) {
      key apiKey { id kind keyHint expiresAt } } }`;
    const made = await asService(create, { expires: new Date(Date.now() + 3_600_000).toISOString() });
    expect(made.errors).toBeUndefined();
    const { key, apiKey } = only<{
      key: string;
      apiKey: { id: string; kind: string; keyHint: string };
    }>(made);
    expect(key).toMatch(/^sb_secret_[\w-]{43}$/);
    expect(apiKey).toMatchObject({ kind: 'secret', keyHint: key.slice(-4) });
    const [row] = await server.database.sql('select to_jsonb(k)::text as text from goforward.api_key k');
    expect((row as { text: string }).text).not.toContain(key.slice(10));
    const list = await ask('{ apiKeys { id lastUsedAt } }', undefined, key);
    expect(list.errors).toBeUndefined();
    await expect
      .poll(async () => (await asService('{ apiKeys { lastUsedAt } }')).data?.apiKeys)
      .toEqual([{ lastUsedAt: expect.stringMatching(/^\d{4}-/) }]);
    const rotated = await asService(
      'mutation ($id: ID!) { rotateApiKey(id: $id) { key apiKey { id name role } } }',
      { id: apiKey.id },
    );
    const next = rotated.data?.rotateApiKey as { key: string; apiKey: { id: string } };
    expect(next).toMatchObject({ apiKey: { name: 'ci', role: 'service_role' } });
    expect((await ask('{ apiKeys { id } }', undefined, next.key)).errors).toBeUndefined();
    await expect
      .poll(async () => codeOfAnswer(await ask('{ __typename }', undefined, key)), { timeout: 4000 })
      .toBe('invalid-api-key');
    await asService('mutation ($id: ID!) { revokeApiKey(id: $id) { revokedAt } }', { id: next.apiKey.id });
    await expect
      .poll(async () => codeOfAnswer(await ask('{ __typename }', undefined, next.key)), { timeout: 4000 })
      .toBe('invalid-api-key');
  });

  it('end by themselves', async () => {
    const made = await asService(
      'mutation { createApiKey(name: "brief", role: "anon") { key apiKey { id kind } } }',
    );
    const { key, apiKey } = only<{ key: string; apiKey: { id: string } }>(made);
    expect(key).toMatch(/^sb_publishable_/);
    await server.database.sql(
      `update goforward.api_key set expires_at = now() - interval '1 second' where id = $1`,
      [apiKey.id],
    );
    expect(codeOfAnswer(await ask('{ __typename }', undefined, key))).toBe('invalid-api-key');
  });

  it('have a role that exists and a moment to come', async () => {
    for (const args of [
      'name: "a", role: "nobody_has_this"',
      'name: "a", role: "postgres"',
      'name: "", role: "anon"',
      'name: "a", role: "anon", expiresAt: "2001-01-01T00:00:00Z"',
    ])
      expect(codeOfAnswer(await asService(`mutation { createApiKey(${args}) { key } }`))).toBe(
        'validation_failed',
      );
  });
});
