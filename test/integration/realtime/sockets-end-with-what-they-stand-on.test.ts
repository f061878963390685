/** Why open connections end by themselves: a session that is over, a peer that does not read, a server that stops. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp } from '../../support/app.ts';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { createShop } from '../../support/shop.ts';
import { openSignedIn, subscribe } from '../../support/socket-client.ts';

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_REALTIME_POLL_MS: '50',
    GOFORWARD_SERVER_SOCKETS_BUFFERED_BYTES: '200000',
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'true',
  });
  await createShop(server.database);
  await server.database.sql(`
    create table blob (id int primary key, body text);
    insert into blob select 1, string_agg(md5(n::text), '') from generate_series(1, 20000) n;
    grant select on blob to anon, authenticated`);
  await vi.waitFor(async () => {
    const { text } = await server.app.post('/graphql', { query: '{ item_by_pk(id: 1) { id } blob { id } }' });
    expect(text).toContain('"data"');
  }, 10_000);
});
afterAll(() => server.close());

async function signUp(email: string) {
  const { data } = await server.client().signUp({ email, password: PASSWORD });
  return data.session!;
}

test.each(['signing out', 'a ban'])(
  '%s ends sockets and event streams of the session within seconds',
  async (how) => {
    const session = await signUp(`${how.replaceAll(' ', '')}@example.com`);
    const other = await signUp(`not-${how.replaceAll(' ', '')}@example.com`);
    const token = session.access_token;
    const socket = await openSignedIn(server.app.url, '/graphql', { token });
    const bystander = await openSignedIn(server.app.url, '/graphql', { token: other.access_token });
    const stream = await fetch(`${server.app.url}/graphql`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: 'subscription { item_by_pk(id: 1) { id } }' }),
    });
    if (how === 'a ban') await server.admin.updateUserById(session.user.id, { ban_duration: '1h' });
    else await server.admin.signOut(token);
    const { code } = await socket.closed;
    const text = await stream.text();
    expect(code).toBe(4403);
    expect(text).toContain('"invalid-jwt"');
    expect(text).toMatch(/event: complete\ndata:\n\n$/);
    subscribe(bystander, '1', '{ __typename }');
    await bystander.payloads('1', 1);
    await bystander.close();
  },
);

test.each(['revoked', 'of a user whose rights change'])('a key that is %s ends its sockets', async (how) => {
  const session = await signUp(`key-${how.length}@example.com`);
  const ask = async (query: string, key: string) =>
    JSON.parse((await server.app.post('/graphql', { query }, key)).text).data;
  const { createMyApiKey } = await ask(
    'mutation { createMyApiKey(name: "mine") { key apiKey { id } } }',
    session.access_token,
  );
  const socket = await openSignedIn(server.app.url, '/graphql', { apikey: createMyApiKey.key });
  // It goes on while nothing changes, though the key is looked at again and again.
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  subscribe(socket, '1', '{ __typename }');
  await socket.payloads('1', 1);
  if (how === 'revoked')
    await ask(`mutation { revokeMyApiKey(id: "${createMyApiKey.apiKey.id}") { id } }`, session.access_token);
  else await server.admin.updateUserById(session.user.id, { app_metadata: { plan: 'none' } });
  expect((await socket.closed).code).toBe(4403);
});

test('1013: who does not read is cut off and told how to go on; others notice nothing', async () => {
  const slow = await openSignedIn(server.app.url, '/graphql');
  const quick = await openSignedIn(server.app.url, '/graphql');
  slow.raw.pause();
  for (let n = 0; n < 60; n += 1) subscribe(slow, `s${n}`, 'subscription { blob { id body } }');

  subscribe(quick, 'q', 'subscription { blob { id } }');
  await quick.payloads('q', 1);
  setTimeout(() => slow.raw.resume(), 1_000);
  expect(await slow.closed).toEqual({ code: 1013, reason: expect.stringContaining('subscribe anew') });
  subscribe(quick, 'after', '{ __typename }');
  await quick.payloads('after', 1);
  await quick.close();
});

test('1001: a server that stops says so on every socket, ends event streams, and then stops', async () => {
  const app = await startApp(server.database, { GOFORWARD_REALTIME_POLL_MS: '50' });
  const sockets = await Promise.all([
    openSignedIn(app.url, '/graphql'),
    openSignedIn(app.url, '/v1/graphql', undefined, { protocol: 'graphql-ws' }),
  ]);
  subscribe(sockets[0]!, '1', 'subscription { item { id } }');
  await sockets[0]!.payloads('1', 1);
  const deaf = await openSignedIn(app.url, '/graphql');
  deaf.raw.pause();
  const stream = await fetch(
    `${app.url}/graphql?query=${encodeURIComponent('subscription { maker { id } }')}`,
    {
      headers: { accept: 'text/event-stream' },
    },
  );
  const [, text] = await Promise.all([app.stop(), stream.text()]);
  for (const { closed } of sockets)
    expect(await closed).toEqual({ code: 1001, reason: expect.stringContaining('connect again') });
  expect(text).toMatch(/event: complete\ndata:\n\n$/);
  // Of the one that does not listen the end is noticed when its connection is cut.
  await expect.poll(() => app.observations.filter((one) => one.type === 'socket-closed').length).toBe(3);
});
