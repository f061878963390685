/** The codes by which sockets are closed, one after the other, and handshakes that are none. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, TEST_JWT_SECRET, type TestDatabase } from '../../support/database.ts';
import { createShop } from '../../support/shop.ts';
import { openSignedIn, openSocket, type SocketClient, subscribe } from '../../support/socket-client.ts';
import { signHs256 } from '../../support/tokens.ts';

let database: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  await createShop(database);
  app = await startApp(database, {
    GOFORWARD_REALTIME_POLL_MS: '50',
    GOFORWARD_SERVER_SOCKETS_INIT_TIMEOUT_MS: '300',
    GOFORWARD_SERVER_SOCKETS_KEEP_ALIVE_MS: '200',
    GOFORWARD_SERVER_SOCKETS_MESSAGE_BYTES: '20000',
    GOFORWARD_SERVER_SOCKETS_MESSAGES_PER_SECOND: '50',
    GOFORWARD_SERVER_SOCKETS_OPERATIONS: '3',
    GOFORWARD_SERVER_SOCKETS_MAXIMUM: '12',
    GOFORWARD_SERVER_SOCKETS_PER_ADDRESS: '8',
    GOFORWARD_SERVER_TRUSTED_PROXIES: '127.0.0.1',
    GOFORWARD_AUTH_JWT_LEEWAY_SECONDS: '0',
    GOFORWARD_SERVER_CORS_ORIGINS: 'https://shop.example',
  });
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

const tokenOf = (sub: string, expiresIn = 3600, claims = {}) =>
  signHs256(
    {
      role: 'authenticated',
      aud: 'authenticated',
      sub,
      exp: Math.floor(Date.now() / 1000) + expiresIn,
      ...claims,
    },
    TEST_JWT_SECRET,
  );
const QUERY = '{ __typename }';

describe.each(['/graphql', '/graphql/v1', '/v1/graphql'])('%s', (path) => {
  async function closing(talk: (client: SocketClient) => void, protocol?: string) {
    const client = await openSocket(app.url, path, { protocol });
    talk(client);
    return client.closed;
  }

  test.each([
    'no JSON',
    '[]',
    '5',
    'null',
    '{}',
    '{"type":"start","id":"1"}',
    '{"type":"subscribe","id":"1"}',
  ])('4400: what is no message of the protocol: %s', async (message) => {
    expect((await closing((client) => client.say(message))).code).toBe(4400);
  });

  test('4401: an operation before the greeting', async () => {
    expect(await closing((client) => subscribe(client, '1', QUERY))).toEqual({
      code: 4401,
      reason: 'Unauthorized',
    });
  });

  test('4403: credentials that do not hold, with the reason', async () => {
    const wrong: Record<string, [unknown, RegExp]> = {
      'no token': [{ Authorization: 'Bearer nothing' }, /token/i],
      'an expired one': [{ token: tokenOf('ada', -3600) }, /expired/],
      'a wrong key': [{ apikey: 'nothing' }, /apikey/],
      'a wrong secret': [{ headers: { 'x-hasura-admin-secret': 'guess' } }, /admin-secret/],
      'a header that is no text': [{ headers: { Authorization: ['a'] } }, /Authorization/],
    };
    for (const [name, [payload, expected]] of Object.entries(wrong)) {
      const { code, reason } = await closing((client) => client.say({ type: 'connection_init', payload }));
      expect([name, code, reason]).toEqual([name, 4403, expect.stringMatching(expected)]);
    }
  });

  test.each(['', 'something-else', ...(path === '/v1/graphql' ? [] : ['graphql-ws'])])(
    '4406: a protocol that nobody speaks here: "%s"',
    async (protocol) => {
      expect((await closing(() => undefined, protocol)).code).toBe(4406);
    },
  );

  test('4408: no greeting in time', async () => {
    expect((await closing(() => undefined)).code).toBe(4408);
  });

  test('4409: an id that is in use', async () => {
    const client = await openSignedIn(app.url, path);
    for (const id of ['a', 'b', 'a']) subscribe(client, id, 'subscription { item { id } }');
    expect((await client.closed).code).toBe(4409);
  });

  test('4429: a second greeting', async () => {
    const client = await openSignedIn(app.url, path);
    client.say({ type: 'connection_init' });
    expect((await client.closed).code).toBe(4429);
  });
});

test('the older protocol: before the greeting 4401, bad credentials 4403, a second greeting 4429', async () => {
  const protocol = 'graphql-ws';
  const early = await openSocket(app.url, '/v1/graphql', { protocol });
  early.say({ type: 'start', id: '1', payload: { query: QUERY } });
  expect((await early.closed).code).toBe(4401);
  const wrong = await openSocket(app.url, '/v1/graphql', { protocol });
  wrong.say({ type: 'connection_init', payload: { headers: { Authorization: 'Bearer nothing' } } });
  expect((await wrong.heard(({ type }) => type === 'connection_error')).payload).toEqual({
    message: expect.any(String),
  });
  expect((await wrong.closed).code).toBe(4403);
  const twice = await openSignedIn(app.url, '/v1/graphql', undefined, { protocol });
  twice.say({ type: 'connection_init' });
  expect((await twice.closed).code).toBe(4429);
});

test('1009: a message that is too large; 1003: one that is no text; 1008: too many', async () => {
  const large = await openSignedIn(app.url, '/graphql');
  large.say({ type: 'ping', payload: { x: 'x'.repeat(20_000) } });
  expect((await large.closed).code).toBe(1009);
  const binary = await openSignedIn(app.url, '/graphql');
  binary.raw.send(Buffer.from('{"type":"ping"}'));
  expect((await binary.closed).code).toBe(1003);
  const busy = await openSignedIn(app.url, '/graphql');
  for (let n = 0; n < 120; n += 1) busy.say({ type: 'ping' });
  expect(await busy.closed).toEqual({ code: 1008, reason: 'Too many messages in a second' });
});

test('one operation too many is refused, the others go on', async () => {
  const client = await openSignedIn(app.url, '/graphql');
  for (const id of ['a', 'b', 'c', 'd']) subscribe(client, id, 'subscription { item_by_pk(id: 1) { id } }');
  expect((await client.heard(({ id, type }) => id === 'd' && type === 'error')).payload).toMatchObject([
    { extensions: { code: 'limit-exceeded' } },
  ]);
  for (const id of ['a', 'b', 'c']) await client.payloads(id, 1);
  client.say({ type: 'complete', id: 'a' });
  subscribe(client, 'e', 'subscription { item_by_pk(id: 1) { id } }');
  await client.payloads('e', 1);
  await client.close();
});

test('a peer that does not answer pings is cut off, one that does is not', async () => {
  const dead = await openSocket(app.url, '/graphql');
  Object.assign(dead.raw, { _autoPong: false });
  dead.say({ type: 'connection_init' });
  const alive = await openSignedIn(app.url, '/graphql');
  expect((await dead.closed).code).toBe(1006);
  subscribe(alive, '1', QUERY);
  await alive.payloads('1', 1);
  await alive.close();
});

test('4403 when the token expires, or is not one of the same user', async () => {
  const client = await openSignedIn(app.url, '/graphql', { token: tokenOf('ada', 2) });
  const renewed = await openSignedIn(app.url, '/graphql', { token: tokenOf('ada', 2, { n: 1 }) });
  const stolen = await openSignedIn(app.url, '/graphql', { token: tokenOf('ada') });
  subscribe(renewed, 'b', 'subscription { basket { id } }');
  await renewed.payloads('b', 1);
  renewed.say({ type: 'ping', payload: { token: tokenOf('ada', 3600, { n: 2 }) } });
  expect(await renewed.heard(({ type }) => type === 'pong')).toEqual({ type: 'pong' });
  expect(await client.closed).toEqual({ code: 4403, reason: expect.stringMatching(/expired/) });
  await database.sql("insert into basket values (7, 'ada', 1)");
  expect((await renewed.payloads('b', 2))[1]).toEqual({ data: { basket: [{ id: 1 }, { id: 7 }] } });
  stolen.say({ type: 'ping', payload: { Authorization: `Bearer ${tokenOf('bob')}` } });
  expect(await stolen.closed).toEqual({ code: 4403, reason: 'The token is of another user' });
  const wrong = await openSignedIn(app.url, '/graphql', { token: tokenOf('ada') });
  wrong.say({ type: 'ping', payload: { token: 'nothing' } });
  expect((await wrong.closed).code).toBe(4403);
  renewed.say({ type: 'ping', payload: { any: 'thing' } });
  expect(await renewed.heard((one) => one.type === 'pong' && one.payload !== undefined)).toEqual({
    type: 'pong',
    payload: { any: 'thing' },
  });
  await renewed.close();
});

describe('handshakes', () => {
  const from = (origin: string) => openSocket(app.url, '/graphql', { headers: { origin } });

  test('of pages of other origins are refused, those of named ones and our own are not', async () => {
    for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil.example', 'nonsense'])
      await expect(from(origin), origin).rejects.toThrow('403');
    for (const origin of ['https://shop.example', app.url]) await (await from(origin)).close();
  });

  test('where nothing is, are refused as a request would be', async () => {
    await expect(openSocket(app.url, '/rest/v1/item')).rejects.toThrow('404');
    await expect(openSocket(app.url, '/graphql/')).rejects.toThrow('404');
  });

  test('are counted by the address that a trusted proxy tells', async () => {
    const at = (address: string) =>
      openSignedIn(app.url, '/graphql', undefined, { headers: { 'x-forwarded-for': address } });
    await expect.poll(() => openCount()).toBe(0);
    const mine = await Promise.all(Array.from({ length: 8 }, () => at('10.0.0.1')));
    await expect(at('10.0.0.1')).rejects.toThrow('429');
    await expect(at('10.9.9.9, 10.0.0.1')).rejects.toThrow('429');
    const others = await Promise.all(Array.from({ length: 4 }, () => at('10.0.0.2')));
    await expect(at('10.0.0.3')).rejects.toThrow('429');
    await mine[0]!.close();
    await expect.poll(() => openCount()).toBe(11);
    await (await at('10.0.0.1')).close();
    await Promise.all([...mine, ...others].map((one) => one.close()));
  });

  test('that break off, or are none, harm nobody', async () => {
    const port = Number(new URL(app.url).port);
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
    const head = (upgrade: string, more = '') =>
      `GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n${more}\r\n`;
    for (const text of [head('websocket'), head('h2c'), `${head('websocket', key)}\xff\xff\xff\xff`]) {
      const socket = connect(port, '127.0.0.1');
      socket.write(text, 'latin1');
      await once(socket, 'data');
      socket.destroy();
    }
    const client = await openSignedIn(app.url, '/graphql');
    await client.close();
  });
});

function openCount(): number {
  const last = app.observations.findLast(({ type }) => type === 'socket-opened' || type === 'socket-closed');
  return (last as { open: number }).open;
}
