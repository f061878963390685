/** Frames, references, replies and closings as Supabase's clients expect them, and what happens to those that do not keep to it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { binaryBroadcast, openPhoenix, type PhoenixSocket } from '../../support/phoenix-socket.ts';
import { userToken, VERSIONS } from '../../support/realtime-client.ts';

let database: TestDatabase;
let app: TestApp;
const sockets: PhoenixSocket[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startApp(database, {
    GOFORWARD_REALTIME_CHANNELS_PER_SOCKET: '3',
    GOFORWARD_REALTIME_CHANNELS_JOINS_PER_SECOND: '20',
    GOFORWARD_REALTIME_CHANNELS_BROADCASTS_PER_SECOND: '20',
    GOFORWARD_REALTIME_CHANNELS_BROADCAST_BYTES: '2000',
    GOFORWARD_REALTIME_CHANNELS_PRESENCE_BYTES: '200',
    GOFORWARD_REALTIME_CHANNELS_MESSAGE_BYTES: '10000',
    GOFORWARD_REALTIME_CHANNELS_REQUESTS_PER_SECOND: '5',
  });
});
afterEach(() => {
  for (const { raw } of sockets.splice(0)) raw.terminate();
});
afterAll(async () => {
  await app?.stop();
  await database?.drop();
});

async function open(version = '2.0.0'): Promise<PhoenixSocket> {
  const socket = await openPhoenix(app.url, `?apikey=${app.keys.anon}&vsn=${version}`);
  sockets.push(socket);
  return socket;
}

describe('the handshake', () => {
  test.each([
    ['without a key', '', 401],
    ['with a wrong key', '?apikey=nonsense', 401],
    ['with an expired key', `?apikey=${userToken('ada', { role: 'anon', exp: 1 })}`, 401],
  ])('%s is refused, and says why in JSON', async (_name, search, status) => {
    await expect(openPhoenix(app.url, search)).rejects.toThrow(new RegExp(`^${status} \\{"error":".+"\\}$`));
  });

  test('in another version is refused', async () => {
    await expect(openPhoenix(app.url, `?apikey=${app.keys.anon}&vsn=9`)).rejects.toThrow(/^400 .*vsn/);
  });

  test('may bring the key in a header', async () => {
    const socket = await openPhoenix(app.url, '', { 'x-api-key': app.keys.anon });
    sockets.push(socket);
    expect(await socket.join('realtime:a')).toMatchObject({ status: 'ok' });
  });

  test('of a page that is not allowed is refused', async () => {
    const strict = await startApp(database, { GOFORWARD_SERVER_CORS_ORIGINS: 'https://good.example' });
    await expect(
      openPhoenix(strict.url, `?apikey=${strict.keys.anon}`, { origin: 'https://evil.example' }),
    ).rejects.toThrow(/^403/);
    await strict.stop();
  });
});

describe.each(VERSIONS)('version %s', (version) => {
  test('a heartbeat is answered under its reference', async () => {
    const socket = await open(version);
    socket.push(null, '7', 'phoenix', 'heartbeat');
    expect(await socket.reply('7')).toEqual({ status: 'ok', response: {} });
  });

  test('join, acknowledged broadcast, leave: each has its reply, and the end its closing', async () => {
    const socket = await open(version);
    const wishes = [{ event: '*', schema: 'public', table: 'nothing', filter: 'id=eq.1' }];
    const config = { broadcast: { ack: 'true', self: true }, postgres_changes: [null, ...wishes] };
    expect(await socket.join('realtime:t', config, '3')).toEqual({
      status: 'ok',
      response: { postgres_changes: [{ id: 1, ...wishes[0] }] },
    });
    socket.push('3', '4', 'realtime:t', 'broadcast', { type: 'broadcast', event: 'e', payload: { a: 1 } });
    expect(await socket.reply('4')).toEqual({ status: 'ok', response: {} });
    socket.push('3', '5', 'realtime:t', 'phx_leave');
    expect(await socket.reply('5')).toEqual({ status: 'ok', response: {} });
    const closing = await socket.until(({ event }) => event === 'phx_close');
    expect(closing).toMatchObject({ joinRef: '3', topic: 'realtime:t' });
    const order = socket.heard.filter(({ ref }) => ref === '5' || ref === '3').map(({ event }) => event);
    expect(order).toEqual(['phx_reply', 'phx_reply', 'phx_close']);
  });

  test('a second join takes the place of the first', async () => {
    const socket = await open(version);
    await socket.join('realtime:t', {}, '1');
    await socket.join('realtime:t', { broadcast: { self: true, ack: true } }, '2');
    expect(await socket.until(({ event }) => event === 'phx_close')).toMatchObject({ joinRef: '1' });
    socket.push('2', '3', 'realtime:t', 'broadcast', { type: 'broadcast', event: 'e', payload: {} });
    expect(await socket.reply('3')).toMatchObject({ status: 'ok' });
    socket.push('1', '4', 'realtime:t', 'phx_leave');
    socket.push('2', '5', 'realtime:t', 'broadcast', { type: 'broadcast', event: 'e', payload: {} });
    expect(await socket.reply('5')).toMatchObject({ status: 'ok' });
  });

  test('what belongs to no channel is told so', async () => {
    const socket = await open(version);
    expect(await socket.join('nonsense')).toEqual({
      status: 'error',
      response: { reason: 'unmatched topic' },
    });
    expect((await socket.join('realtime:', {}, '2')).response.reason).toMatch(/^TopicNameRequired: /);
    socket.push('9', '3', 'realtime:never', 'broadcast', {});
    expect(await socket.reply('3')).toEqual({ status: 'error', response: { reason: 'unmatched topic' } });
    await socket.join('realtime:t', {}, '4');
    socket.push('4', '5', 'realtime:t', 'presence', 'no object');
    expect(await socket.reply('5')).toMatchObject({ status: 'error' });
    socket.push('4', '6', 'realtime:t', 'unknown', {});
    expect(await socket.reply('6')).toMatchObject({ status: 'error' });
  });

  test.each(['{', '7', 'null', '"text"', '{"topic":1}', '[[],[],[],[],[]]'])(
    '%s ends the socket and nothing else',
    async (text) => {
      const socket = await open(version);
      socket.raw.send(text);
      expect(await socket.closed).toMatchObject({ code: 1007 });
      expect(await (await open(version)).join('realtime:a')).toMatchObject({ status: 'ok' });
    },
  );
});

describe('bytes', () => {
  test('go as they came, in the frame of a broadcast', async () => {
    const [a, b] = [await open(), await open()];
    await Promise.all([a.join('realtime:b', { broadcast: { ack: true } }), b.join('realtime:b')]);
    a.raw.send(binaryBroadcast('1', '2', 'realtime:b', 'ä', Buffer.from([0, 255, 1])));
    expect(await a.reply('2')).toMatchObject({ status: 'ok' });
    await expect.poll(() => b.binary.length).toBe(1);
    const [frame] = b.binary;
    expect(frame).toEqual(
      Buffer.concat([Buffer.from([4, 10, 2, 0, 0]), Buffer.from('realtime:bä'), Buffer.from([0, 255, 1])]),
    );
  });

  test.each([
    ['an unknown kind', Buffer.from([9, 0, 0, 0, 0, 0, 0])],
    ['lengths beyond its end', Buffer.from([3, 255, 255, 255, 255, 255, 1])],
    ['nothing', Buffer.alloc(0)],
    [
      'JSON that is none',
      binaryBroadcast('1', '2', 'realtime:b', 'e', Buffer.from('{"a":1},"injected":{'), 1),
    ],
  ])('with %s end the socket', async (_name, bytes) => {
    const socket = await open();
    await socket.join('realtime:b');
    socket.raw.send(bytes);
    expect(await socket.closed).toMatchObject({ code: 1007 });
  });

  test('JSON cannot pretend to be bytes that were checked', async () => {
    const [a, b] = [await open('1.0.0'), await open('1.0.0')];
    await Promise.all([a.join('realtime:x', { broadcast: { ack: true } }), b.join('realtime:x')]);
    a.push('1', '2', 'realtime:x', 'broadcast', {
      event: 'e',
      body: { json: '1,"injected":true' },
      payload: { fine: 1 },
    });
    await a.reply('2');
    const heard = await b.until(({ event }) => event === 'broadcast');
    expect(heard.payload).toEqual({ type: 'broadcast', event: 'e', payload: { fine: 1 } });
  });
});

describe('limits', () => {
  test('of channels on a socket', async () => {
    const socket = await open();
    for (const ref of ['1', '2', '3'])
      expect(await socket.join(`realtime:${ref}`, {}, ref)).toMatchObject({ status: 'ok' });
    expect((await socket.join('realtime:4', {}, '4')).response.reason).toBe(
      'ChannelRateLimitReached: Too many channels',
    );
    expect(await socket.join('realtime:3', {}, '5')).toMatchObject({ status: 'ok' });
  });

  test('of joins: beyond them the socket ends', async () => {
    const socket = await open();
    for (let ref = 0; ref < 60; ref += 1) socket.push(`${ref}`, `${ref}`, 'realtime:t', 'phx_join', {});
    expect(await socket.closed).toMatchObject({ code: 1008 });
    expect(
      socket.heard.some(({ payload }) => JSON.stringify(payload).includes('ClientJoinRateLimitReached')),
    ).toBe(true);
  });

  test('of broadcasts: beyond them the channel ends, the socket stays', async () => {
    const socket = await open();
    await socket.join('realtime:t');
    for (let ref = 10; ref < 90; ref += 1)
      socket.push('1', `${ref}`, 'realtime:t', 'broadcast', { type: 'broadcast', event: 'e', payload: {} });
    const said = await socket.until(({ event }) => event === 'system');
    expect(said.payload).toEqual({
      extension: 'system',
      status: 'error',
      message: 'Too many messages per second',
      channel: 't',
    });
    await socket.until(({ event }) => event === 'phx_close');
    expect(await socket.join('realtime:t', {}, '100')).toMatchObject({ status: 'ok' });
  });

  test('of presence: a flood ends the channel, and who flooded is not present', async () => {
    const [socket, watcher] = [await open(), await open()];
    await Promise.all([
      socket.join('realtime:p', { presence: { key: 'flood' } }),
      watcher.join('realtime:p', { presence: { key: 'w', enabled: true } }),
    ]);
    for (let ref = 10; ref < 40; ref += 1)
      socket.push('1', `${ref}`, 'realtime:p', 'presence', {
        type: 'presence',
        event: 'track',
        payload: { ref },
      });
    const said = await socket.until(({ event, payload }) => event === 'system' && payload.status === 'error');
    expect(said.payload.message).toBe('Client presence rate limit exceeded');
    const late = await open();
    await late.join('realtime:p', { presence: { key: 'l', enabled: true } });
    expect((await late.until(({ event }) => event === 'presence_state')).payload).toEqual({});
  });

  test('of the size of a presence', async () => {
    const socket = await open();
    await socket.join('realtime:p');
    socket.push('1', '2', 'realtime:p', 'presence', { event: 'track', payload: { text: 'x'.repeat(300) } });
    expect((await socket.until(({ event }) => event === 'system')).payload.message).toBe(
      'Track message size exceeded',
    );
  });

  test('of the size of a broadcast and of a message', async () => {
    const socket = await open();
    await socket.join('realtime:t', { broadcast: { ack: true } });
    socket.push('1', '2', 'realtime:t', 'broadcast', { event: 'e', payload: { text: 'x'.repeat(3_000) } });
    expect(await socket.reply('2')).toMatchObject({
      status: 'error',
      response: { reason: expect.stringContaining('Payload size exceeds') },
    });
    socket.raw.send('x'.repeat(20_000));
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });
});

describe('broadcasts by HTTP', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/realtime/v1/api/broadcast${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${app.keys.service}`,
        ...headers,
      },
      body: typeof body === 'string' || body instanceof Uint8Array ? (body as never) : JSON.stringify(body),
    });

  test('several at a time, and bytes', async () => {
    const socket = await open();
    await socket.join('realtime:h');
    const messages = [1, 2].map((n) => ({ topic: 'h', event: 'e', payload: { n } }));
    const sent = await post('', { messages });
    expect([sent.status, await sent.text()]).toEqual([202, '']);
    const bytes = await post('/h/events/b?apikey=left&vsn=over', Uint8Array.of(0, 255), {
      'content-type': 'application/octet-stream',
    });
    expect(bytes.status).toBe(401);
    const again = await post('/h/events/b?vsn=over', Uint8Array.of(0, 255), {
      'content-type': 'application/octet-stream',
    });
    expect(again.status).toBe(202);
    await expect.poll(() => socket.binary.length).toBe(3);
    expect(socket.binary[2]?.subarray(-2)).toEqual(Buffer.from([0, 255]));
  });

  test.each([
    [
      { messages: [{ topic: '', event: 'e', payload: {} }] },
      422,
      { errors: { messages: [{ topic: ["can't be blank"] }] } },
    ],
    [
      { messages: [{ topic: 't', event: 'e', payload: 7 }] },
      422,
      { errors: { messages: [{ payload: ['is invalid'] }] } },
    ],
    [{}, 422, { errors: expect.anything() }],
    ['{', 422, { errors: expect.anything() }],
  ])('%j is refused', async (body, status, answer) => {
    const response = await post('', body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual(answer);
  });

  test('a wrong token is 401, too many are 429', async () => {
    const wrong = await post('', { messages: [] }, { authorization: 'Bearer nonsense' });
    expect([wrong.status, await wrong.json()]).toEqual([401, { message: 'Unauthorized' }]);
    const messages = Array.from({ length: 50 }, () => ({ topic: 't', event: 'e', payload: {} }));
    const many = await post('', { messages }, { authorization: `Bearer ${app.keys.anon}` });
    expect([many.status, await many.json()]).toEqual([429, { message: 'Too many requests' }]);
  });
});
