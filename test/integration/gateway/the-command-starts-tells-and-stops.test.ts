import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PROJECT,
  run,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../../support/server-process.ts';

describe('a running server', () => {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServer(['start', '--port', '0', '--data-dir', data]);
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
    folder.remove();
  });

  test('shows where to go, with which keys, on which data, without colours in a pipe', async () => {
    const { ended } = run(['keys', '--json', '--data-dir', data]);
    const keys = JSON.parse((await ended).stdout);
    expect(Object.keys(keys)).toEqual(['anon', 'service', 'publishable', 'secret', 'jwtSecret']);
    const page = server.output();
    expect(page).toMatch(/GoForward \d+\.\d+\.\d+ {2}development, ready in \d+\.\d s/);
    for (const text of [`${server.url}/graphql`, `${server.url}/health`, keys.anon, keys.service, data])
      expect(page).toContain(text);
    expect(page).toMatch(/Database +embedded PostgreSQL 18\.\d+ on port \d+/);
    expect(page).not.toContain('\u001b[');
    expect(page).not.toContain(keys.jwtSecret);
    expect(page).not.toMatch(/postgres:\/\//);
  });

  test('answers the probes', async () => {
    expect(await (await fetch(`${server.url}/live`)).json()).toEqual({ status: 'alive' });
    const ready = await fetch(`${server.url}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      { status: 'ready', checks: { database: 'ok' } },
    ]);
    const health = await fetch(`${server.url}/health`);
    expect([health.status, await health.json()]).toMatchObject([
      200,
      { name: 'goforward', status: 'ok', version: expect.stringMatching(/^\d/) },
    ]);
  });

  test('a second one on its port says so in one sentence and leaves', async () => {
    const other = temporaryFolder();
    const { ended } = run(['--port', new URL(server.url).port, '--data-dir', join(other.path, 'data')]);
    const { code, stderr, stdout } = await ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^goforward: Port \d+ on 127\.0\.0\.1 is in use by another process; choose another one with --port\.\n$/,
    );
    other.remove();
  });

  test('a second one on its data folder says so in one sentence and leaves', async () => {
    const { code, stderr } = await run(['--port', '0', '--data-dir', data]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^goforward: Another server \(process \d+\) runs on .*\n$/);
  });
});

describe('a stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} ends it within 10 s with code 0, the database with it, and the next start finds all as it was`, async () => {
      const folder = temporaryFolder();
      const args = ['--port', '0', '--data-dir', folder.path];
      const first = await startServer(args);
      const database = Number(/on port (\d+)/.exec(first.output())?.[1]);
      const signalledAt = performance.now();
      first.child.kill(signal);
      const { code, stderr } = await first.ended;
      expect([code, performance.now() - signalledAt < 10_000]).toEqual([0, true]);
      expect(stderr).toContain('server stopped');
      expect(readdirSync(folder.path)).not.toContain('server.lock');
      expect(readdirSync(join(folder.path, 'postgres'))).not.toContain('postmaster.pid');
      await expect(fetch(`http://127.0.0.1:${database}/`)).rejects.toMatchObject({
        cause: { code: 'ECONNREFUSED' },
      });

      const second = await startServer(args);
      const keysOf = (text: string) => text.match(/eyJ\S+/g);
      expect(keysOf(second.output())).toEqual(keysOf(first.output()));
      second.child.kill('SIGTERM');
      expect((await second.ended).code).toBe(0);
      folder.remove();
    });
  }

  test('under npm start a SIGTERM to npm is a graceful stop as well', async () => {
    const folder = temporaryFolder();
    const args = ['--port', '0', '--data-dir', folder.path];
    const server = await startServer(args, { command: ['npm', 'start', '--'], cwd: PROJECT });
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
    expect(readdirSync(folder.path)).not.toContain('server.lock');
    folder.remove();
  });

  test('when the launcher is killed the server stops itself', async () => {
    const folder = temporaryFolder();
    const { child, url } = await startServer(['--port', '0', '--data-dir', folder.path]);
    child.kill('SIGKILL');
    await expect
      .poll(() => readdirSync(folder.path).includes('server.lock'), { timeout: 10_000 })
      .toBe(false);
    await expect(fetch(`${url}/live`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    folder.remove();
  });
});

test('in production the page keeps the keys to itself', async () => {
  const folder = temporaryFolder();
  const server = await startServer(['--port', '0', '--data-dir', folder.path], {
    env: { NODE_ENV: 'production' },
  });
  expect(server.output()).not.toMatch(/eyJ|GraphiQL/);
  expect(server.output()).toContain('goforward keys');
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  folder.remove();
});
