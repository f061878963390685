import { afterEach, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let running: TestGateway;
afterEach(() => running.gateway.close(200));

function preflight(url: string, origin: string): Promise<Response> {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'apikey,content-type',
  };
  return fetch(`${url}/graphql`, { method: 'OPTIONS', headers });
}

test('by default all may, without cookies', async () => {
  running = await startTestGateway();
  const answer = await preflight(running.url, 'https://shop.example');
  expect(answer.status).toBe(204);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.headers.get('access-control-allow-headers')).toBe('apikey,content-type');
  expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  const simple = await fetch(`${running.url}/graphql`, { headers: { origin: 'https://shop.example' } });
  expect(simple.headers.get('access-control-allow-origin')).toBe('*');
  expect(simple.headers.get('access-control-expose-headers')).toContain('x-request-id');
});

test('failures can be read by the page as well', async () => {
  running = await startTestGateway();
  const answer = await fetch(`${running.url}/graphql`, {
    headers: { origin: 'https://shop.example', apikey: 'nonsense' },
  });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
});

test('with a list only its origins may, and caches are told', async () => {
  running = await startTestGateway({ env: { GOFORWARD_SERVER_CORS_ORIGINS: 'https://shop.example' } });
  const allowed = await preflight(running.url, 'https://shop.example');
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  for (const origin of ['https://evil.example', 'https://shop.example.evil', 'null', 'http://shop.example']) {
    const refused = await preflight(running.url, origin);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    expect(refused.headers.get('access-control-allow-methods')).toBeNull();
    expect(refused.headers.get('vary')).toBe('origin');
  }
});
