import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  createTestDatabase,
  TEST_JWT_SECRET,
  type TestDatabase,
  urlOfDatabase,
} from '../../support/database.ts';
import { run, type ServerProcess, startServer, temporaryFolder } from '../../support/server-process.ts';

const MUSIC = readFileSync(new URL('../../../examples/music/schema.graphql', import.meta.url), 'utf8');

describe('of an embedded database', () => {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const print = (...more: string[]) => run(['schema', 'print', '--data-dir', data, ...more]).ended;
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServer(['--port', '0', '--data-dir', data, '--example', 'music']);
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
    folder.remove();
  });

  test('beside a running server it prints what anonymous callers are served', async () => {
    const { code, stdout, stderr } = await print();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(MUSIC);
  });

  test('of a role it prints what that role is served, whatever the role is called', async () => {
    const { stdout } = await print('--role', 'service_role');
    const schema = buildSchema(stdout);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(
      expect.arrayContaining(['invoice', 'apiKeys']),
    );
    expect(schema.getMutationType()?.getFields()).toHaveProperty('insert_album');
    expect((await print('--role', 'admin')).stdout).toBe(stdout);
  });

  test('a role that is not there is told in one sentence', async () => {
    const { code, stdout, stderr } = await print('--role', 'nobody');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^goforward: There is no role "nobody" that requests can run as\. There are anon, .*\n$/,
    );
  });

  test('without a server it starts the database for as long as it prints', async () => {
    server.child.kill('SIGTERM');
    await server.ended;
    const { code, stdout, stderr } = await print();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(MUSIC);
    expect(readdirSync(data)).not.toContain('server.lock');
    expect(readdirSync(join(data, 'postgres'))).not.toContain('postmaster.pid');
  });

  test('a folder in which nothing was started yet is left as it is', async () => {
    const { code, stderr } = await run(['schema', 'print', '--data-dir', join(folder.path, 'empty')]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^goforward: There are no keys in .* yet\. Start the server once .*\n$/);
    expect(readdirSync(folder.path)).toEqual(['data']);
  });
});

describe('of a database of its own', () => {
  const folder = temporaryFolder();
  let database: TestDatabase;
  const print = (url: string) =>
    run(['schema', 'print'], {
      cwd: folder.path,
      env: { DATABASE_URL: url, GOFORWARD_AUTH_JWT_SECRET: TEST_JWT_SECRET },
    }).ended;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.sql('create table pet (id int primary key); grant select on pet to anon');
  });
  afterAll(async () => {
    await database.drop();
    folder.remove();
  });

  test('it reads that, and needs no folder', async () => {
    const { code, stdout } = await print(database.adminUrl);
    expect(code).toBe(0);
    expect(buildSchema(stdout).getType('pet')).toBeDefined();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('one that no server was started on is not touched', async () => {
    const untouched = urlOfDatabase(inject('adminUrl'), 'template1');
    const { code, stdout, stderr } = await print(untouched);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^goforward: The database at \S+ has not been prepared by a start of this server yet\. .*\n$/,
    );
  });
});

test('what is wrong with the words is told in one sentence', async () => {
  const failure = async (args: string[]) => (await run(args).ended).stderr;
  expect(await failure(['schema'])).toBe(
    'goforward: There is no command "schema". Do you mean: schema print? See --help.\n',
  );
  expect(await failure(['schema', 'print', 'now'])).toBe(
    'goforward: "now" is too much after schema print. See --help.\n',
  );
  expect(await failure(['keys', '--role', 'anon'])).toBe(
    'goforward: --role belongs to schema print, not to keys. See --help.\n',
  );
});
