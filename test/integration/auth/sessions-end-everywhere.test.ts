import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth();
});

afterAll(() => server.close());

let count = 0;

async function signedUp() {
  count += 1;
  const client = server.client();
  const email = `session${count}@example.org`;
  const { data } = await client.signUp({ email, password: PASSWORD });
  return { client, email, id: data.user!.id, session: data.session! };
}

const refresh = (token: string) =>
  server.request('/token?grant_type=refresh_token', {
    method: 'POST',
    body: JSON.stringify({ refresh_token: token }),
  });

/** What the GraphQL door says to a token. */
async function graphqlStatus(token: string): Promise<number> {
  return (await server.app.post('/graphql', { query: '{ __typename }' }, token)).status;
}

describe('refresh tokens', () => {
  it('a spent one gives its successor for a moment, an older one ends the session', async () => {
    const { session } = await signedUp();
    const first = (await (await refresh(session.refresh_token)).json()) as { refresh_token: string };
    const repeated = (await (await refresh(session.refresh_token)).json()) as { refresh_token: string };
    expect(repeated.refresh_token).toBe(first.refresh_token);
    const second = (await (await refresh(first.refresh_token)).json()) as { refresh_token: string };
    const reused = await refresh(session.refresh_token);
    expect(reused.status).toBe(400);
    expect(await reused.json()).toMatchObject({
      error_code: 'refresh_token_already_used',
      msg: 'Invalid Refresh Token: Already Used',
    });
    const after = await refresh(second.refresh_token);
    expect(after.status).toBe(400);
    expect(await after.json()).toMatchObject({
      error_code: 'refresh_token_not_found',
      msg: 'Invalid Refresh Token: Refresh Token Not Found',
    });
    expect(await graphqlStatus(session.access_token)).toBe(401);
  });

  it('a step that a crash of the database undid is taken again, and theft is still noticed', async () => {
    const { session, id } = await signedUp();
    const first = (await (await refresh(session.refresh_token)).json()) as { refresh_token: string };
    await server.database.sql(
      'update auth.sessions set refresh_token_counter = refresh_token_counter - 1 where user_id = $1',
      [id],
    );
    const second = (await (await refresh(first.refresh_token)).json()) as { refresh_token: string };
    const third = (await (await refresh(second.refresh_token)).json()) as { refresh_token: string };
    expect(new Set([first, second, third].map((one) => one.refresh_token)).size).toBe(3);
    expect((await refresh(session.refresh_token)).status).toBe(400);
    expect((await refresh(third.refresh_token)).status).toBe(400);
  });

  it('the moment ends', async () => {
    const { session } = await signedUp();
    await refresh(session.refresh_token);
    await server.database.sql(
      `update auth.sessions set refreshed_at = now() - interval '11 seconds' where user_id = $1`,
      [session.user.id],
    );
    expect(await (await refresh(session.refresh_token)).json()).toMatchObject({
      error_code: 'refresh_token_already_used',
    });
  });

  it.each([
    ['short', 'validation_failed'],
    ['of the right length but made up here', 'refresh_token_not_found'],
    ['AAAAAAAAAAAA', 'refresh_token_not_found'],
  ])('refuses %s', async (token, code) => {
    const response = await refresh(token);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error_code: code });
  });

  it('no bit of one can be changed', async () => {
    const { session } = await signedUp();
    const bytes = Buffer.from(session.refresh_token, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const forged = Buffer.from(bytes);
      forged[index] = (forged[index] ?? 0) ^ 1;
      expect((await refresh(forged.toString('base64url'))).status).toBe(400);
    }
    expect((await refresh(session.refresh_token)).status).toBe(200);
  });

  it('takes one of the older form once', async () => {
    const { session } = await signedUp();
    await server.database.sql(
      `insert into auth.refresh_tokens (token, user_id, session_id) select 'AbCdEfGhIjKl', user_id::text, id from auth.sessions where user_id = $1`,
      [session.user.id],
    );
    expect((await refresh('AbCdEfGhIjKl')).status).toBe(200);
    expect((await refresh('AbCdEfGhIjKl')).status).toBe(400);
  });
});

describe('an access token ends with its session on every door', () => {
  const ends: [string, (user: Awaited<ReturnType<typeof signedUp>>) => Promise<unknown>][] = [
    ['sign-out', ({ client }) => client.signOut()],
    ['a ban', ({ id }) => server.admin.updateUserById(id, { ban_duration: '1h' })],
    ['the end of the user', ({ id }) => server.admin.deleteUser(id)],
    ['a soft end of the user', ({ id }) => server.admin.deleteUser(id, true)],
    [
      'a new password by an administrator',
      ({ id }) => server.admin.updateUserById(id, { password: 'quite another one' }),
    ],
    ['a new role', ({ id }) => server.admin.updateUserById(id, { role: 'authenticated' })],
    ['sign-out by an administrator', ({ session }) => server.admin.signOut(session.access_token)],
  ];

  it.each(ends)('%s', async (_name, end) => {
    const user = await signedUp();
    const token = user.session.access_token;
    expect(await graphqlStatus(token)).toBe(200);
    await end(user);
    expect(await graphqlStatus(token)).toBe(401);
    expect((await server.request('/user', { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      403,
    );
    expect((await refresh(user.session.refresh_token)).status).toBe(400);
  });

  it('a row that somebody else deletes is noticed within two seconds', async () => {
    const { id, session } = await signedUp();
    expect(await graphqlStatus(session.access_token)).toBe(200);
    const deletedAt = performance.now();
    await server.database.sql('delete from auth.users where id = $1', [id]);
    while ((await graphqlStatus(session.access_token)) === 200) await sleep(50);
    expect(performance.now() - deletedAt).toBeLessThan(2_200);
  });

  it('scopes: the others, this one, all', async () => {
    const { email, session } = await signedUp();
    const one = server.client();
    const two = server.client();
    await one.signInWithPassword({ email, password: PASSWORD });
    await two.signInWithPassword({ email, password: PASSWORD });
    expect((await one.signOut({ scope: 'others' })).error).toBeNull();
    expect((await refresh(session.refresh_token)).status).toBe(400);
    expect((await two.refreshSession()).error).toBeTruthy();
    expect((await one.refreshSession()).error).toBeNull();
    await two.signInWithPassword({ email, password: PASSWORD });
    expect((await one.signOut({ scope: 'local' })).error).toBeNull();
    expect((await two.refreshSession()).error).toBeNull();
    expect((await two.signOut({ scope: 'global' })).error).toBeNull();
    expect(
      await server.database.sql('select 1 from auth.sessions where user_id = $1', [session.user.id]),
    ).toEqual([]);
  });
});

describe('limits of sessions', () => {
  it('time-box, inactivity and one per user', async () => {
    const limited = await startAuth({
      GOFORWARD_AUTH_SESSIONS_TIMEBOX_SECONDS: '3600',
      GOFORWARD_AUTH_SESSIONS_INACTIVITY_SECONDS: '600',
      GOFORWARD_AUTH_SESSIONS_SINGLE_PER_USER: 'true',
    });
    try {
      const age = (column: string, id: string, by: string) =>
        limited.database.sql(`update auth.sessions set ${column} = now() - $2::interval where user_id = $1`, [
          id,
          by,
        ]);
      const email = 'limited@example.org';
      const client = limited.client();
      const { data } = await client.signUp({ email, password: PASSWORD });
      const id = data.user!.id;
      await age('created_at', id, '11 minutes');
      expect((await client.refreshSession()).error).toMatchObject({ code: 'session_expired' });
      await client.signInWithPassword({ email, password: PASSWORD });
      await client.refreshSession();
      await age('created_at', id, '61 minutes');
      expect((await client.refreshSession()).error).toMatchObject({ code: 'session_expired' });
      await client.signInWithPassword({ email, password: PASSWORD });
      await limited.client().signInWithPassword({ email, password: PASSWORD });
      expect((await client.refreshSession()).error).toMatchObject({ code: 'refresh_token_not_found' });
    } finally {
      await limited.close();
    }
  });
});
