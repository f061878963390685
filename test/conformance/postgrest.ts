/**
 * `npm run conformance:postgrest -- [--suite DIR] [--out FILE] [flags of the runner]`: judges the REST API by PostgREST's own cases.
 * Starts a PostgreSQL of its own and one server per configuration that the cases ask for, so nothing has to run beforehand.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Child, startChild } from '../bench/child.ts';
import { freePort, type ScratchCluster, startScratchCluster } from '../support/scratch-cluster.ts';
import { isSuite, runSuite } from './runner.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_SUITE = join(ROOT, '../shared/conformance/postgrest');
const DATABASE = 'cases';
/** The login that the fixtures create. */
const LOGIN = { user: 'Postgrest_Test_Authenticator', password: 'postgrest' };
const MANY_ROWS = 10_000_000;

type Settings = Readonly<Record<string, unknown>>;

interface Configs {
  readonly base: Settings;
  readonly configs: readonly { readonly name: string; readonly cases: number; readonly settings: Settings }[];
}

interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly { readonly id: string; readonly module: string; readonly ok: boolean }[];
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const { suite, out, only, flags } = readOptions(args);
  if (!isSuite(suite) || !existsSync(join(suite, 'fixtures.sql'))) {
    process.stderr.write(
      `There are no PostgREST cases in ${suite}: name the folder with cases.json, fixtures.sql and run.mjs by --suite DIR.\n`,
    );
    return 2;
  }
  const { base, configs } = listConfigs(suite);
  const folder = await mkdtemp(join(tmpdir(), 'goforward-conformance-'));
  await chmod(folder, 0o755);
  const cluster = await startScratchCluster({ timezone: 'UTC' });
  try {
    await loadFixtures(cluster, suite, base);
    const reports: Report[] = [];
    for (const { name, settings } of configs) {
      if (only !== undefined && !name.startsWith(only)) continue;
      const server = await startServer({ ...base, ...settings }, cluster, folder);
      const report = join(folder, 'report.json');
      await rm(report, { force: true });
      try {
        await runSuite(suite, [
          ...['--base', `${server.base}/rest/v1`, '--config', name, '--out', report],
          ...['--skip-header', 'content-length', ...flags],
        ]);
      } finally {
        await server.child.stop();
      }
      if (existsSync(report)) reports.push(JSON.parse(await readFile(report, 'utf8')) as Report);
    }
    return conclude(reports, out);
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function listConfigs(suite: string): Configs {
  const command = [join(suite, 'run.mjs'), '--cases', join(suite, 'cases.json'), '--list-configs'];
  return JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' })) as Configs;
}

async function loadFixtures(cluster: ScratchCluster, suite: string, base: Settings): Promise<void> {
  await administer(
    cluster.url('postgres'),
    `create database ${DATABASE} template template0 encoding 'UTF8' locale 'C'`,
  );
  await administer(cluster.url(DATABASE), await readFile(join(suite, 'fixtures.sql'), 'utf8'));
  // Settings of the application are the database's own matter here.
  const login = pg.escapeIdentifier(LOGIN.user);
  for (const [name, value] of Object.entries((base['app-settings'] ?? {}) as Record<string, string>)) {
    const setting = name.split('.').map(pg.escapeIdentifier).join('.');
    await administer(
      cluster.url(DATABASE),
      `alter role ${login} set ${setting} = ${pg.escapeLiteral(value)}`,
    );
  }
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function startServer(
  settings: Settings,
  cluster: ScratchCluster,
  folder: string,
): Promise<{ child: Child; base: string }> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const apiUrl = new URL(cluster.url(DATABASE));
  apiUrl.username = LOGIN.user;
  apiUrl.password = LOGIN.password;
  const file = join(folder, 'goforward.json');
  await writeFile(file, JSON.stringify(configuration(settings, apiUrl.href)));
  const run = [join(ROOT, 'scripts/run.mjs'), 'start', '--config', file, '--port', String(port)];
  const child = await startChild({
    name: 'goforward',
    command: [process.execPath, ...run, '--data-dir', join(folder, 'data')],
    env: { DATABASE_URL: cluster.url(DATABASE) },
    readyUrl: `${base}/ready`,
    folder,
  });
  return { child, base };
}

/** Their settings in our words. JSON is YAML. */
function configuration(settings: Settings, apiUrl: string): object {
  return {
    database: { apiUrl },
    // A token without a role is nobody's.
    auth: { jwt: { secret: settings['jwt-secret'], defaultRole: settings['db-anon-role'] } },
    api: {
      schemas: settings['db-schemas'],
      extraSearchPath: settings['db-extra-search-path'],
      anonymousRole: settings['db-anon-role'],
      maxRows: settings['db-max-rows'] ?? MANY_ROWS,
      transactionEnd: settings['db-tx-end'],
      rest: {
        aggregates: settings['db-aggregates'],
        plan: settings['db-plan-enabled'],
        preRequest: settings['db-pre-request'],
      },
    },
  };
}

async function conclude(reports: readonly Report[], out: string | undefined): Promise<number> {
  const results = reports.flatMap((report) => report.results);
  const failed = results.filter(({ ok }) => !ok);
  const passed = results.length - failed.length;
  process.stdout.write(`\nall configurations: ${passed} passed, ${failed.length} failed\n`);
  if (out !== undefined)
    await writeFile(out, JSON.stringify({ passed, failed: failed.length, results }, null, 1));
  return failed.length === 0 && results.length > 0 ? 0 : 1;
}

/** `--config NAME` picks one of the configurations; what is not ours goes to the runner. */
function readOptions(args: readonly string[]) {
  let suite = DEFAULT_SUITE;
  let out: string | undefined;
  let only: string | undefined;
  const flags: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const [flag = '', value = ''] = args.slice(index, index + 2);
    if (flag === '--suite') suite = resolve(value);
    else if (flag === '--out') out = resolve(value);
    else if (flag === '--config') only = value === 'all' ? undefined : value;
    else {
      flags.push(flag);
      continue;
    }
    index += 1;
  }
  return { suite, out, only, flags };
}
