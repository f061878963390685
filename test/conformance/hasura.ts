/**
 * `npm run conformance:hasura -- [--suite DIR] [--out FILE] [flags of the runner]`: judges the server by Hasura's own cases. Starts a
 * PostgreSQL and a server of its own, so nothing has to run beforehand; needs psql.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../bench/child.ts';
import { freePort, startScratchCluster } from '../support/scratch-cluster.ts';
import { isSuite, type Report, readSuite, runSuite, type Suite } from './runner.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_SUITE = join(ROOT, '../shared/conformance/hasura');
/** The wipe between suites must leave the platform alone. */
const PLATFORM_SCHEMAS = 'auth,storage,realtime,goforward,extensions';
const JWT_SECRET = 'conformance-only-secret-conformance-only';

interface Options {
  readonly suite: string;
  readonly out: string | undefined;
  readonly runnerFlags: readonly string[];
}

process.exitCode = await main(readOptions(process.argv.slice(2)));

async function main({ suite: directory, out, runnerFlags }: Options): Promise<number> {
  if (!isSuite(directory))
    return refuse(
      `There are no Hasura cases in ${directory}: name the folder with cases.json and run.mjs by --suite DIR.`,
    );
  if (spawnSync('psql', ['--version']).error)
    return refuse('The cases are loaded with psql, which is not installed here (Debian: postgresql-client).');
  const suite = await readSuite(directory);
  const folder = await mkdtemp(join(tmpdir(), 'goforward-conformance-'));
  await chmod(folder, 0o755);
  const cluster = await startScratchCluster();
  let server: Child | undefined;
  try {
    await cluster.createDatabase('cases');
    const started = await startServer(suite, cluster.url('cases'), folder);
    server = started.child;
    const report = out === undefined ? join(folder, 'report.json') : resolve(out);
    await runSuite(directory, [
      ...[
        '--base',
        `${started.base}/v1/graphql`,
        '--db',
        cluster.url('cases'),
        '--admin-secret',
        started.secret,
      ],
      ...['--keep-schemas', PLATFORM_SCHEMAS, '--reload', started.reload, '--out', report],
      ...runnerFlags,
    ]);
    return conclude(suite, JSON.parse(await readFile(report, 'utf8')) as Report);
  } finally {
    await server?.stop();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function startServer(suite: Suite, databaseUrl: string, folder: string) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const metadata = join(folder, 'metadata.json');
  await writeFile(metadata, JSON.stringify({ version: 1, schemas: ['public'], tables: [] }));
  const dataDirectory = join(folder, 'data');
  const env = {
    DATABASE_URL: databaseUrl,
    GOFORWARD_AUTH_JWT_SECRET: JWT_SECRET,
    GOFORWARD_API_METADATA: metadata,
    GOFORWARD_API_SCHEMAS: suite.schemas.join(','),
  };
  const run = [join(ROOT, 'scripts/run.mjs')];
  const child = await startChild({
    name: 'goforward',
    command: [process.execPath, ...run, 'start', '--port', String(port), '--data-dir', dataDirectory],
    env,
    readyUrl: `${base}/ready`,
    folder,
  });
  const keysCommand = [...run, 'keys', '--data-dir', dataDirectory, '--json'];
  const keys = execFileSync(process.execPath, keysCommand, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  const { secret, service } = JSON.parse(keys) as { secret: string; service: string };
  const script = fileURLToPath(new URL('reload.ts', import.meta.url));
  const reload = [process.execPath, script, metadata, base, service].map((word) => `'${word}'`).join(' ');
  return { child, base, secret, reload };
}

function conclude({ readOnly }: Suite, { cases, summary }: Report): number {
  const reads = cases.filter(({ id }) => readOnly.has(id));
  const failed = reads.filter(({ ok }) => !ok);
  const lines = [
    '',
    `cases of kind a that only read: ${reads.length - failed.length} passed, ${failed.length} failed`,
    ...failed.map(({ id }) => `  ${id}`),
    `${summary.passed} passed, ${summary.failed} failed`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return summary.failed === 0 ? 0 : 1;
}

function refuse(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 2;
}

/** The runner has a --suite of its own (part of a suite's name): a value that is no folder goes to it. */
function readOptions(args: readonly string[]): Options {
  let suite = DEFAULT_SUITE;
  let out: string | undefined;
  const runnerFlags: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const [flag = '', value = ''] = args.slice(index, index + 2);
    const isFolder = flag === '--suite' && (/^[./]/.test(value) || isSuite(value));
    if (isFolder) suite = resolve(value);
    else if (flag === '--out') out = value;
    else {
      runnerFlags.push(flag);
      continue;
    }
    index += 1;
  }
  return { suite, out, runnerFlags };
}
