import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDataDirectory, readSecrets } from '../../src/data-directory.ts';
import type { Observation } from '../../src/observation.ts';

let parent: string;
let path: string;
let observations: Observation[];

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'goforward-data-'));
  path = join(parent, 'nested', 'data');
  observations = [];
});

afterEach(() => rmSync(parent, { recursive: true }));

const observe = (observation: Observation): void => {
  observations.push(observation);
};

const open = (): ReturnType<typeof openDataDirectory> => openDataDirectory(path, observe);

it('creates the folder and the secrets for its owner only', async () => {
  const directory = await open();
  expect(directory.path).toBe(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(path, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(directory.secrets.jwtSecret).toMatch(/^[\w-]{64,}$/);
  expect(directory.secrets.databasePassword).toMatch(/^[\w-]{32,}$/);
  directory.close();
});

it('keeps the secrets from start to start, and makes others in another folder', async () => {
  const first = await open();
  first.close();
  const second = await open();
  second.close();
  expect(second.secrets).toEqual(first.secrets);
  const other = await openDataDirectory(join(parent, 'other'), observe);
  other.close();
  expect(other.secrets.jwtSecret).not.toBe(first.secrets.jwtSecret);
});

it('lets the secrets be read while a server holds the folder', async () => {
  const directory = await open();
  expect(readSecrets(path)).toEqual(directory.secrets);
  directory.close();
});

it('says that there are no secrets before the first start', () => {
  expect(() => readSecrets(path)).toThrow(expect.objectContaining({ code: 'data-directory-unusable' }));
  expect(existsSync(path)).toBe(false);
});

it('refuses damaged secrets instead of replacing them', async () => {
  (await open()).close();
  writeFileSync(join(path, 'secrets.json'), '{"jwtSecret": "abc"');
  await expect(open()).rejects.toMatchObject({
    code: 'data-directory-unusable',
    message: expect.stringContaining('damaged'),
  });
  expect(readFileSync(join(path, 'secrets.json'), 'utf8')).toBe('{"jwtSecret": "abc"');
});

it('refuses a second server and names the process of the first', async () => {
  const directory = await open();
  await expect(open()).rejects.toMatchObject({
    code: 'data-directory-in-use',
    message: expect.stringContaining(String(process.pid)),
  });
  directory.close();
  (await open()).close();
  expect(readdirSync(path)).toEqual(['secrets.json']);
});

it('lets exactly one of many win', async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, open));
  const winners = results.filter((result) => result.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  winners[0]?.value.close();
});

it('takes over the lock of a process that has ended', async () => {
  const child = spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore' });
  await once(child, 'exit');
  (await open()).close();
  writeFileSync(join(path, 'server.lock'), JSON.stringify({ pid: child.pid, startedAt: null, token: 'old' }));
  (await open()).close();
  expect(observations).toEqual([{ type: 'data-directory-lock-replaced', pid: child.pid }]);
});

it.runIf(process.platform === 'linux')(
  'is not fooled by a number that another process has by now',
  async () => {
    (await open()).close();
    writeFileSync(
      join(path, 'server.lock'),
      JSON.stringify({ pid: process.pid, startedAt: 'boot:1', token: 'old' }),
    );
    (await open()).close();
    expect(observations).toEqual([{ type: 'data-directory-lock-replaced', pid: process.pid }]);
  },
);

it('takes over a lock that holds nothing readable', async () => {
  (await open()).close();
  writeFileSync(join(path, 'server.lock'), '');
  const directory = await open();
  expect(JSON.parse(readFileSync(join(path, 'server.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  directory.close();
});

it('says in one sentence that a folder cannot be made', async () => {
  writeFileSync(join(parent, 'nested'), 'a file is in the way');
  await expect(open()).rejects.toMatchObject({
    code: 'data-directory-unusable',
    message: expect.stringContaining(path),
    hint: expect.stringContaining('--data-dir'),
  });
});
