import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DataDirectory, openDataDirectory } from '../../../src/data-directory.ts';
import { stopPostmaster } from '../../../src/database/embedded/postmaster.ts';
import { type EmbeddedDatabase, startEmbedded } from '../../../src/database/embedded.ts';
import { isAlive } from '../../../src/lib/process-identity.ts';
import type { Observation } from '../../../src/observation.ts';
import { query } from '../../support/query.ts';

let path: string;
let observations: Observation[];
const cleanups: (() => Promise<unknown> | unknown)[] = [];

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'goforward-embedded-')), 'data');
  chmodSync(join(path, '..'), 0o711);
  observations = [];
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  rmSync(join(path, '..'), { recursive: true });
});

const observe = (observation: Observation): void => {
  observations.push(observation);
};

function events(): string[] {
  return observations.flatMap((observation) =>
    observation.type === 'embedded-database' ? [observation.event] : [],
  );
}

async function open(): Promise<DataDirectory> {
  const directory = await openDataDirectory(path, observe);
  cleanups.push(() => directory.close());
  return directory;
}

async function start(directory: DataDirectory): Promise<EmbeddedDatabase> {
  const database = await startEmbedded({ dataDirectory: directory, observe });
  cleanups.push(() => database.stop());
  return database;
}

/** Another process that holds the folder and runs its PostgreSQL. */
async function startElsewhere(): Promise<{ child: ChildProcess; adminUrl: string; pid: number }> {
  const script = fileURLToPath(new URL('../../support/embedded-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const database = JSON.parse(line) as { adminUrl: string; pid: number };
    cleanups.push(() => stopPostmaster(database.pid));
    return { child, ...database };
  }
  throw new Error('the other process ended before its database ran');
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

it('creates a cluster with logical decoding, UTF-8 and UTC, and starts it again on the same port', async () => {
  const directory = await open();
  const first = await start(directory);
  expect(events()).toEqual(['initialising', 'starting', 'started']);
  const [settings] = await query(
    first.adminUrl,
    `select current_setting('wal_level') as wal, current_setting('server_encoding') as encoding,
       current_setting('timezone') as zone, current_setting('listen_addresses') as listen,
       current_setting('unix_socket_directories') as sockets, lower('ÄÖ') as lower`,
  );
  expect(settings).toEqual({
    wal: 'logical',
    encoding: 'UTF8',
    zone: 'UTC',
    listen: '127.0.0.1',
    sockets: '',
    lower: 'äö',
  });
  await query(first.adminUrl, 'create table kept as select 42 as answer');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const second = await start(directory);
  expect(second.port).toBe(first.port);
  expect(events().slice(3)).toEqual(['stopped', 'starting', 'started']);
  expect(await query(second.adminUrl, 'select * from kept')).toEqual([{ answer: 42 }]);
});

it('asks every login for the password and leaves it in no readable file', async () => {
  const directory = await open();
  const database = await start(directory);
  const wrong = new URL(database.adminUrl);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  for (const name of readdirSync(path)) {
    const file = join(path, name);
    if (!statSync(file).isFile() || !readFileSync(file, 'utf8').includes(directory.secrets.databasePassword))
      continue;
    expect([name, statSync(file).mode & 0o777]).toEqual(['secrets.json', 0o600]);
  }
  expect(statSync(join(path, 'postgres')).mode & 0o777).toBe(0o700);
});

it('recovers what was committed before the server was killed', async () => {
  const directory = await open();
  const first = await start(directory);
  await query(first.adminUrl, 'create table kept as select 42 as answer');
  process.kill(first.pid, 'SIGKILL');
  await first.exited;

  const second = await start(directory);
  expect(events()).toContain('recovering');
  expect(await query(second.adminUrl, 'select * from kept')).toEqual([{ answer: 42 }]);
});

it('refuses a folder that another live server holds, and names its process', async () => {
  const { child } = await startElsewhere();
  await expect(openDataDirectory(path, observe)).rejects.toMatchObject({
    code: 'data-directory-in-use',
    message: expect.stringContaining(String(child.pid)),
  });
});

it('takes over from a process that was killed, and stops the PostgreSQL which that left running', async () => {
  const elsewhere = await startElsewhere();
  await query(elsewhere.adminUrl, 'create table kept as select 42 as answer');
  await kill(elsewhere.child);
  expect(isAlive(elsewhere.pid)).toBe(true);

  const database = await start(await open());
  expect(isAlive(elsewhere.pid)).toBe(false);
  expect(events()).toContain('stopped-orphan');
  expect(database.adminUrl).toBe(elsewhere.adminUrl);
  expect(await query(database.adminUrl, 'select * from kept')).toEqual([{ answer: 42 }]);
});

it('recovers when both processes were killed, while a session of the old server is still busy', async () => {
  const elsewhere = await startElsewhere();
  const busy = query(elsewhere.adminUrl, 'select pg_sleep(60)').catch((error: unknown) => error);
  await query(elsewhere.adminUrl, 'create table kept as select 42 as answer');
  await kill(elsewhere.child);
  process.kill(elsewhere.pid, 'SIGKILL');

  const database = await start(await open());
  expect(await query(database.adminUrl, 'select * from kept')).toEqual([{ answer: 42 }]);
  expect(await busy).toBeInstanceOf(Error);
});

it('is not in the process group of the server, so that Ctrl-C does not reach it', async () => {
  const { child, pid } = await startElsewhere();
  const group = (id: number | undefined): string | undefined =>
    readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
  expect(group(pid)).toBe(String(pid));
  expect(group(child.pid)).not.toBe(String(pid));
});

it('moves to another port when its own was taken meanwhile', async () => {
  const directory = await open();
  const first = await start(directory);
  await first.stop();
  const thief: Server = createServer().listen(first.port, '127.0.0.1');
  await once(thief, 'listening');
  cleanups.push(() => thief.close());

  const second = await start(directory);
  expect(second.port).not.toBe(first.port);
  expect(readFileSync(join(path, 'postgres.port'), 'utf8')).toBe(`${second.port}\n`);
});

it('starts although the number in postmaster.pid belongs to another program by now', async () => {
  const directory = await open();
  const first = await start(directory);
  await first.stop();
  writeFileSync(join(path, 'postgres', 'postmaster.pid'), `${process.pid}\n${path}/postgres\n1\n1\n`);
  const second = await start(directory);
  expect(await query(second.adminUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('begins anew after a creation that was interrupted', async () => {
  const directory = await open();
  mkdirSync(join(path, 'postgres.new-4711', 'base'), { recursive: true });
  writeFileSync(join(path, 'postgres.new-4711.password'), 'left behind');
  await start(directory);
  expect(readdirSync(path).sort()).toEqual(['postgres', 'postgres.port', 'secrets.json', 'server.lock']);
});

it('says so when the cluster was made by another major version', async () => {
  const directory = await open();
  const first = await start(directory);
  await first.stop();
  writeFileSync(join(path, 'postgres', 'PG_VERSION'), '14\n');
  await expect(start(directory)).rejects.toMatchObject({
    code: 'data-directory-unusable',
    message: expect.stringContaining('PostgreSQL 14'),
  });
});

it.runIf(process.getuid?.() === 0)(
  'says what to do when its unprivileged user cannot enter a folder above',
  async () => {
    chmodSync(join(path, '..'), 0o700);
    await expect(start(await open())).rejects.toMatchObject({
      code: 'data-directory-unusable',
      message: expect.stringContaining(join(path, '..')),
      hint: expect.stringContaining('--data-dir'),
    });
  },
);
