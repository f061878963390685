import { afterEach, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let running: TestGateway;
afterEach(() => running.gateway.close(200));

test('ready follows its checks, live does not', async () => {
  let broken = false;
  running = await startTestGateway({
    checks: {
      database: () => (broken ? Promise.reject(new Error('down')) : undefined),
      catalog: () => undefined,
    },
  });
  const get = async (path: string) => {
    const answer = await fetch(running.url + path);
    return [answer.status, await answer.json()];
  };
  expect(await get('/ready')).toEqual([200, { status: 'ready', checks: { database: 'ok', catalog: 'ok' } }]);
  expect(await get('/health')).toEqual([
    200,
    {
      name: 'goforward',
      version: '1.2.3',
      status: 'ok',
      uptimeSeconds: expect.any(Number),
      checks: { database: 'ok', catalog: 'ok' },
    },
  ]);
  broken = true;
  expect(await get('/ready')).toEqual([
    503,
    { status: 'not ready', checks: { database: 'failed', catalog: 'ok' } },
  ]);
  expect(await get('/health')).toMatchObject([503, { status: 'degraded' }]);
  expect(await get('/live')).toEqual([200, { status: 'alive' }]);
});

test('a check that hangs has failed', async () => {
  running = await startTestGateway({ checks: { database: () => new Promise<string>(() => {}) } });
  expect((await fetch(`${running.url}/ready`)).status).toBe(503);
});

test('probes need no credential and mind none', async () => {
  running = await startTestGateway();
  for (const path of ['/live', '/ready', '/health']) {
    const answer = await fetch(running.url + path, { headers: { authorization: 'Bearer nonsense' } });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect((await fetch(running.url + path, { method: 'HEAD' })).status).toBe(200);
  }
});
