import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type RunOptions, run, temporaryFolder } from '../../support/server-process.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

async function failure(args: string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(args, { cwd: folder.path, ...options }).ended;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).not.toMatch(/\n {4}at /);
  return stderr;
}

/** Root may write anywhere; the folder has to be tried as somebody else. */
const isRoot = process.getuid?.() === 0;
const lacksSetpriv = isRoot && spawnSync('setpriv', ['--version']).error !== undefined;
const asNobody = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

test('a wrong key in the configuration', async () => {
  const file = join(folder.path, 'wrong.yaml');
  writeFileSync(file, 'server:\n  prot: 80\n');
  expect(await failure(['--config', file])).toBe(
    `goforward: The configuration is wrong: ${file}: server.prot: there is no such setting; did you mean server.port?\n`,
  );
});

test('several problems, one line each', async () => {
  const text = await failure([], { env: { GOFORWARD_API_MAX_ROWS: '0', GOFORWARD_SERVER_PROT: '80' } });
  expect(text.split('\n')).toEqual([
    'goforward: The configuration is wrong in 2 places.',
    '- GOFORWARD_SERVER_PROT: there is no such setting; did you mean GOFORWARD_SERVER_PORT?',
    '- GOFORWARD_API_MAX_ROWS must be 1 or more',
    '',
  ]);
});

test('an unknown flag, command or example', async () => {
  expect(await failure(['--prot', '80'])).toBe(
    'goforward: There is no option --prot. Did you mean --port?\n',
  );
  expect(await failure(['strat'])).toMatch(/^goforward: There is no command "strat"\. .*\n$/);
  expect(await failure(['--example', 'musik'])).toBe(
    'goforward: There is no example "musik". Did you mean music?\n',
  );
  expect(await failure(['--example', '../secrets'])).toMatch(/^goforward: There is no example .*\n$/);
});

test.skipIf(lacksSetpriv)('a folder that cannot be written', async () => {
  const closed = temporaryFolder();
  chmodSync(closed.path, 0o555);
  const text = await failure(['--port', '0', '--data-dir', join(closed.path, 'data')], { prefix: asNobody });
  expect(text).toMatch(/^goforward: The data folder \S+ cannot be written \(EACCES\)\. .*\n$/);
  closed.remove();
});

test('a database that is not there, without its password', async () => {
  const env = { DATABASE_URL: 'postgres://platform:hunter2@127.0.0.1:1/shop' };
  const text = await failure(['--port', '0', '--data-dir', join(folder.path, 'unused')], { env });
  expect(text).toMatch(/^goforward: PostgreSQL at 127\.0\.0\.1:1\/shop does not accept a connection: .*\n$/);
  expect(text).not.toContain('hunter2');
});

test('keys of a folder that has none', async () => {
  expect(await failure(['keys', '--data-dir', join(folder.path, 'empty')])).toMatch(
    /^goforward: There are no keys in .*\n$/,
  );
});

test('help and version are no failures', async () => {
  const help = await run(['--help']).ended;
  expect([help.code, help.stderr]).toEqual([0, '']);
  for (const word of ['start', 'keys', '--port', '--data-dir', '--config', '--example'])
    expect(help.stdout).toContain(word);
  const version = await run(['--version']).ended;
  expect([version.code, version.stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});
