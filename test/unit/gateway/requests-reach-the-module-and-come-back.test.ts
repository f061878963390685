import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { json, startTestGateway, type TestGateway, type TestGatewayOptions } from '../../support/gateway.ts';

let running: TestGateway;
afterEach(() => running.gateway.close(200));

async function start(options?: TestGatewayOptions): Promise<TestGateway> {
  running = await startTestGateway(options);
  return running;
}

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}

/** Sends bytes as they are and returns everything until the server closes. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

test('the body arrives as the text it was, whatever its content type', async () => {
  const { url } = await start();
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/graphql+json',
    'x/y',
  ]) {
    const body = '{ "query" :  "{ ä 🎵 }" , }';
    expect(await (await post(`${url}/graphql`, body, { 'content-type': type })).json()).toMatchObject({
      body,
      method: 'POST',
    });
  }
  const get = await (await fetch(`${url}/v1/graphql?query=%7Bx%7D&n=1`)).json();
  expect(get).toMatchObject({ method: 'GET', path: '/v1/graphql', query: { query: '{x}', n: '1' } });
  expect(get).not.toHaveProperty('body');
});

test('the caller is decided before the module is asked, on each address', async () => {
  const { url, keys } = await start();
  for (const path of ['/graphql', '/v1/graphql', '/graphql/v1']) {
    expect(await (await post(url + path, '{}')).json()).toMatchObject({ role: 'anon' });
    expect(await (await post(url + path, '{}', { apikey: keys.service })).json()).toMatchObject({
      role: 'service_role',
    });
    expect(await (await post(`${url}${path}?apikey=${keys.service}`, '{}')).json()).toMatchObject({
      role: 'service_role',
    });
    const refused = await post(url + path, '{}', { authorization: 'Bearer nonsense' });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(await refused.json()).toMatchObject({
      code: 'invalid-jwt',
      hint: null,
      requestId: refused.headers.get('x-request-id'),
    });
  }
});

test('two Authorization headers are an error, not the first of them', async () => {
  const { port, keys } = await start();
  const line = (key: string) => `Authorization: Bearer ${key}\r\n`;
  const answer = await raw(
    port,
    `GET /graphql HTTP/1.1\r\nHost: x\r\n${line(keys.anon)}${line(keys.service)}Connection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(answer).toContain('"invalid-headers"');
});

test('a sane request id is kept, another one replaced, and both come back', async () => {
  const { url } = await start();
  const kept = await post(`${url}/graphql`, '{}', { 'x-request-id': '6f1c2a34-0000-4000-8000-0123456789ab' });
  expect(kept.headers.get('x-request-id')).toBe('6f1c2a34-0000-4000-8000-0123456789ab');
  const ids = new Set<string>();
  for (const id of ['a b', '{"x":1}', 'x'.repeat(129), '', '-x']) {
    const answer = await post(`${url}/graphql`, '{}', { 'x-request-id': id });
    const given = answer.headers.get('x-request-id') ?? '';
    expect(given).toMatch(/^[\w-]{8,}-[0-9a-z]+$/);
    expect(await answer.json()).toMatchObject({ requestId: given });
    ids.add(given);
  }
  expect(ids.size).toBe(5);
});

test('an expected failure says what it is, another one only its request id, and that one is observed', async () => {
  const failures = [
    () => Promise.reject(new AppError('limit-exceeded', 'too deep', { hint: 'go up', details: 'depth 20' })),
    () => {
      throw new AppError('database-unavailable', 'later');
    },
    () => Promise.reject(new Error('password=hunter2')),
    () => {
      throw new TypeError('internal path /srv');
    },
  ];
  const { url, observations } = await start({ graphql: { handle: () => failures.shift()?.() ?? json({}) } });
  const expected = await post(`${url}/graphql`, '{}');
  expect(expected.status).toBe(400);
  expect(await expected.json()).toMatchObject({
    code: 'limit-exceeded',
    message: 'too deep',
    hint: 'go up',
    details: 'depth 20',
  });
  const unavailable = await post(`${url}/graphql`, '{}');
  expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '1']);
  for (let count = 0; count < 2; count++) {
    const masked = await post(`${url}/graphql`, '{}');
    const text = await masked.text();
    expect(masked.status).toBe(500);
    expect(text).not.toMatch(/hunter2|srv/);
    const { code, requestId } = JSON.parse(text);
    expect(code).toBe('internal-error');
    expect(observations).toContainEqual(
      expect.objectContaining({ type: 'unexpected-error', requestId, where: '/graphql' }),
    );
  }
});

test('a module may render failures in its own manner, those before its turn too', async () => {
  const { url } = await start({
    graphql: {
      handle: () => json({}),
      renderError: (error, { path }) => json({ errors: [{ message: error.message, path }] }, 200),
    },
  });
  const answer = await post(`${url}/v1/graphql`, '{}', { apikey: 'nonsense' });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    errors: [{ message: 'The apikey is unknown or revoked', path: '/v1/graphql' }],
  });
});

test('an unknown address is told the nearest known one', async () => {
  const { url } = await start();
  const near = await fetch(`${url}/grapqhl`);
  expect(near.status).toBe(404);
  expect(await near.json()).toMatchObject({ code: 'not-found', hint: 'Did you mean /graphql?' });
  expect(await (await fetch(`${url}/something/else`)).json()).toMatchObject({
    hint: expect.stringContaining('/health'),
  });
});

test('a body over the limit is 413 by its length and by its bytes, and malformed requests are 4xx', async () => {
  const { url, port } = await start({ env: { GOFORWARD_SERVER_BODY_BYTES: '2048' } });
  expect((await post(`${url}/graphql`, 'x'.repeat(2048))).status).toBe(200);
  const declared = await post(`${url}/graphql`, 'x'.repeat(2049));
  expect(declared.status).toBe(413);
  expect(await declared.json()).toMatchObject({ code: 'payload-too-large' });
  const chunked = await raw(
    port,
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n${`400\r\n${'x'.repeat(1024)}\r\n`.repeat(3)}0\r\n\r\n`,
  );
  expect(chunked).toMatch(/^HTTP\/1.1 413 /);
  expect(await raw(port, 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1.1 400 .*"invalid-request"/s,
  );
  expect(await raw(port, 'NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  expect(await raw(port, `GET /graphql HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 431 /,
  );
});
