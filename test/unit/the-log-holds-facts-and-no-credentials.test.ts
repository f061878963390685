import { expect, test } from 'vitest';
import { deriveKeys } from '../../src/auth/keys.ts';
import type { Config } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import type { Observation } from '../../src/observation.ts';
import { SECRET } from '../support/authenticator.ts';
import { startTestGateway } from '../support/gateway.ts';

function logOf(
  observations: Observation[],
  log: Config['log'] = { level: 'debug', format: 'json' },
  colour = false,
): string {
  let text = '';
  const observe = createLogger({
    log,
    colour,
    write: (line) => {
      text += line;
    },
  });
  for (const observation of observations) observe(observation);
  return text;
}

const finished = (status: number): Observation => ({
  type: 'request-finished',
  requestId: 'r1',
  method: 'POST',
  url: '/graphql',
  status,
  elapsedMs: 3,
});

test('one JSON object per fact, with the request id', () => {
  expect(JSON.parse(logOf([finished(200)]))).toMatchObject({
    service: 'goforward',
    level: 20,
    msg: 'request finished',
    requestId: 'r1',
    status: 200,
  });
  const error = JSON.parse(
    logOf([{ type: 'unexpected-error', requestId: 'r2', error: new Error('broken'), where: '/graphql' }]),
  );
  expect(error).toMatchObject({
    level: 50,
    requestId: 'r2',
    err: { message: 'broken', stack: expect.stringContaining('test.ts') },
  });
});

test('levels decide: answered requests at debug, refused ones at info, our failures at error', () => {
  const at = (level: Config['log']['level']) =>
    logOf([finished(200), finished(404), finished(500)], { level, format: 'json' }).split('\n').length - 1;
  expect([at('debug'), at('info'), at('warn'), at('error'), at('silent')]).toEqual([3, 2, 1, 1, 0]);
});

test('credentials are taken out, wherever they stand', () => {
  const keys = deriveKeys(SECRET);
  const error = new Error(
    `connect postgres://platform:hunter2@db:5432/shop failed for ${keys.service} and ${keys.secret}`,
  );
  const text = logOf([
    { type: 'unexpected-error', error, where: `/graphql?apikey=${keys.anon}` },
    {
      type: 'unexpected-error',
      error: Object.assign(new Error('x'), { password: 'hunter2', authorization: 'Basic abc' }),
      where: 'here',
    },
  ]);
  for (const secret of ['hunter2', keys.service, keys.secret, keys.anon, 'Basic abc'])
    expect(text).not.toContain(secret);
  expect(text).toContain('postgres://platform:***@db:5432/shop');
  for (const line of text.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
});

test('of an error only its own facts are written, its cause included', () => {
  const cause = Object.assign(new Error('refused'), {
    code: 'ECONNREFUSED',
    client: { password: 'hunter2' },
  });
  const error = new Error('no connection', { cause });
  const { err } = JSON.parse(logOf([{ type: 'connection-lost', pool: 'api', error }]));
  expect(Object.keys(err)).toEqual(['type', 'message', 'stack', 'cause']);
  expect(err.cause).toMatchObject({ message: 'refused', code: 'ECONNREFUSED' });
  expect(err.cause).not.toHaveProperty('client');
});

test('the readable form is one line per fact, coloured only when asked', () => {
  const plain = logOf([finished(404)], { level: 'info', format: 'pretty' });
  expect(plain).toMatch(
    /^\d\d:\d\d:\d\d INFO {2}request finished requestId=r1 method=POST url=\/graphql status=404 elapsedMs=3\n$/,
  );
  expect(logOf([finished(404)], { level: 'info', format: 'pretty' }, true)).toContain('\u001b[');
});

test('a request is observed without its query, and only where the log wants it', async () => {
  const quiet = await startTestGateway();
  const loud = await startTestGateway({ env: { GOFORWARD_LOG_LEVEL: 'debug' } });
  try {
    for (const { url, keys } of [quiet, loud])
      await (await fetch(`${url}/graphql?apikey=${keys.service}`)).text();
    await expect.poll(() => loud.observations.length).toBe(1);
    expect(loud.observations[0]).toMatchObject({
      type: 'request-finished',
      url: '/graphql',
      status: 200,
      role: 'service_role',
      ip: '127.0.0.1',
    });
    expect(quiet.observations).toEqual([]);
    await (await fetch(`${quiet.url}/nowhere`)).text();
    await expect.poll(() => quiet.observations.length).toBe(1);
    expect(quiet.observations[0]).toMatchObject({ status: 404 });
  } finally {
    await Promise.all([quiet.gateway.close(200), loud.gateway.close(200)]);
  }
});
