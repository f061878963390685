import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createClosers } from '../../../src/gateway/shutdown.ts';
import type { Observation } from '../../../src/observation.ts';
import { json, startTestGateway } from '../../support/gateway.ts';

function get(
  url: string,
  agent: Agent,
): Promise<{ status: number | undefined; connection: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, connection: response.headers.connection, body }),
      );
    })
      .on('error', reject)
      .end();
  });
}

test('requests in flight are answered with Connection: close, new connections refused', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { url, gateway } = await startTestGateway({
    graphql: { handle: () => gate.then(() => json({ done: true })) },
  });
  const agent = new Agent({ keepAlive: true });
  await get(`${url}/live`, agent);
  const inFlight = get(`${url}/graphql`, agent);
  await sleep(50);
  const closed = gateway.close(5000);
  await sleep(50);
  await expect(get(`${url}/live`, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  release();
  expect(await inFlight).toEqual({ status: 200, connection: 'close', body: '{"done":true}' });
  await closed;
  agent.destroy();
});

test('a request that never ends is cut when its time is over', async () => {
  const { url, gateway } = await startTestGateway({ graphql: { handle: () => new Promise(() => {}) } });
  const agent = new Agent({ keepAlive: true });
  const hanging = expect(get(`${url}/graphql`, agent)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await sleep(50);
  await gateway.close(100);
  await hanging;
});

test('idle connections do not hold the server open', async () => {
  const { url, gateway } = await startTestGateway();
  const agent = new Agent({ keepAlive: true });
  await get(`${url}/live`, agent);
  await gateway.close(60_000);
  agent.destroy();
});

test('parts close in reverse, once, and one that fails or hangs does not keep the others open', async () => {
  const observations: Observation[] = [];
  const closed: string[] = [];
  const closers = createClosers((observation) => observations.push(observation));
  await closers.add('first', () => void closed.push('first'));
  await closers.add('failing', () => Promise.reject(new Error('no')));
  await closers.add('hanging', () => new Promise<void>(() => {}));
  await closers.add('last', () => void closed.push('last'));
  await Promise.all([closers.closeAll(300), closers.closeAll(300)]);
  expect(closed).toEqual(['last', 'first']);
  expect(observations.map((observation) => 'where' in observation && observation.where)).toEqual([
    'closing hanging',
    'closing failing',
  ]);
});

test('a part that is started during the stop is closed at once', async () => {
  const closers = createClosers(() => {});
  const closing = closers.closeAll(100);
  const closed: string[] = [];
  await expect(closers.add('late', () => void closed.push('late'))).rejects.toThrow(
    'late was started while the server was stopping',
  );
  expect(closed).toEqual(['late']);
  await closing;
});
