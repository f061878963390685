import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { openSocket } from '../../support/socket-client.ts';

let running: TestGateway;
afterEach(() => running.gateway.close(200));

const read = async (headers: Record<string, string> = {}) => {
  const answer = await fetch(`${running.url}/metrics`, { headers });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
};

test('from this machine no credential is asked; what is told is what Prometheus reads', async () => {
  running = await startTestGateway();
  await fetch(`${running.url}/graphql?apikey=secret`);
  await fetch(`${running.url}/made/up/by/a/client`);
  const { status, type, text } = await read();
  expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  expect(text).toContain('goforward_build_info{version="1.2.3"} 1\n');
  expect(text).not.toMatch(/secret|made\/up/);
  expect(text).toMatch(/^goforward_http_requests_total\{method="GET",route="none",status="404"\} 1$/m);
  expect(text).toMatch(
    /^goforward_http_request_duration_seconds_bucket\{method="GET",route="none",le="\+Inf"\} 1$/m,
  );
  for (const line of text.trim().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+)$/);
});

test.each(['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'])(
  'through a proxy on this machine, which says %s, the service key is asked',
  async (name) => {
    running = await startTestGateway();
    expect(await read({ [name]: '127.0.0.1' })).toMatchObject({ status: 401 });
    expect(await read({ [name]: '127.0.0.1', apikey: running.keys.anon })).toMatchObject({ status: 401 });
    expect(await read({ [name]: '127.0.0.1', apikey: running.keys.service })).toMatchObject({ status: 200 });
  },
);

test('with a trusted proxy it is the client that counts', async () => {
  running = await startTestGateway({ env: { GOFORWARD_SERVER_TRUSTED_PROXIES: '127.0.0.1/32' } });
  expect(await read({ 'x-forwarded-for': '203.0.113.7' })).toMatchObject({ status: 401 });
});

test('key: the service key alone; off: there is nothing', async () => {
  running = await startTestGateway({ env: { GOFORWARD_SERVER_METRICS: 'key' } });
  expect(await read()).toMatchObject({ status: 401, text: expect.stringContaining('service-key-required') });
  expect(await read({ apikey: running.keys.service })).toMatchObject({ status: 200 });
  await running.gateway.close(200);
  running = await startTestGateway({ env: { GOFORWARD_SERVER_METRICS: 'off' } });
  expect(await read({ apikey: running.keys.service })).toMatchObject({ status: 404 });
});

test('sockets are counted, and by which code they were closed; methods that clients invent are one', async () => {
  running = await startTestGateway();
  await new Promise((resolve) => {
    request(`${running.url}/live`, { method: 'PURGE' }, (response) =>
      response.resume().on('end', resolve),
    ).end();
  });
  await expect(openSocket(running.url, '/nowhere')).rejects.toThrow('404');
  const { text } = await read();
  expect(text).toContain('goforward_sockets_open 0\n');
  expect(text).not.toContain('PURGE');
});
