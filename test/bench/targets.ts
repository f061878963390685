/** The three servers under load: ours and the two controls, each in its own process with a pool of the same size. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/scratch-cluster.ts';
import { type Child, startChild } from './child.ts';
import type { TargetRequest } from './load.ts';
import { JWT_SECRET, signToken } from './token.ts';
import type { Workload } from './workloads.ts';

export const POOL_SIZE = 20;
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type TargetName = 'bare' | 'postgraphile' | 'rest' | 'goforward';

export interface Target extends Child {
  readonly name: TargetName;
  readonly headers: Readonly<Record<string, string>>;
  readonly base: string;
  /** Undefined where the question cannot be asked of it. */
  request(workload: Workload, key: number | undefined): TargetRequest | undefined;
  /** The answer's data as GraphQL would have it. */
  data(workload: Workload, answer: unknown): unknown;
}

export const TARGETS: Record<TargetName, (databaseUrl: string, folder: string) => Promise<Target>> = {
  bare: startBare,
  postgraphile: startPostgraphile,
  rest: startRest,
  goforward: startGoForward,
};

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };
/** A token like that of a user, verified by the server on every request. */
const authorized = async () => ({
  ...JSON_HEADERS,
  authorization: `Bearer ${await signToken('authenticated')}`,
});
const graphqlBody = (query: string, key: number | undefined): string =>
  JSON.stringify({ query, ...(key === undefined ? {} : { variables: { id: key } }) });

async function startBare(databaseUrl: string, folder: string): Promise<Target> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: 'bare',
    command: [process.execPath, join(ROOT, 'test/bench/controls/bare.ts')],
    env: controlEnvironment(databaseUrl, port),
    readyUrl: base,
    folder,
  });
  return {
    ...child,
    name: 'bare',
    headers: JSON_HEADERS,
    base,
    request: ({ name }, key) => ({ path: `/${name}`, body: JSON.stringify({ variables: { id: key } }) }),
    data: dataOf,
  };
}

async function startPostgraphile(databaseUrl: string, folder: string): Promise<Target> {
  const cwd = join(ROOT, 'test/bench/peers/postgraphile');
  if (!existsSync(join(cwd, 'node_modules')))
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd, stdio: 'ignore' });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/graphql`;
  const child = await startChild({
    name: 'postgraphile',
    command: [process.execPath, 'server.js'],
    cwd,
    env: { ...controlEnvironment(databaseUrl, port), BENCH_JWT_SECRET: JWT_SECRET },
    readyUrl: `${url}?query=%7B__typename%7D`,
    folder,
  });
  return {
    ...child,
    name: 'postgraphile',
    headers: await authorized(),
    base: new URL(url).origin,
    request: ({ postgraphile }, key) =>
      postgraphile === undefined ? undefined : { path: '/graphql', body: graphqlBody(postgraphile, key) },
    data: dataOf,
  };
}

const controlEnvironment = (databaseUrl: string, port: number): Record<string, string> => ({
  BENCH_DATABASE_URL: databaseUrl,
  BENCH_PORT: String(port),
  BENCH_POOL: String(POOL_SIZE),
  NODE_ENV: 'production',
  GRAPHILE_ENV: 'production',
});

/** The server as it ships, started as a user starts it. Without a URL it runs its own PostgreSQL. */
export async function spawnGoForward(
  databaseUrl: string | undefined,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ child: Child; base: string }> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const dataDirectory = join(folder, 'goforward');
  const command = [
    process.execPath,
    'scripts/run.mjs',
    'start',
    '--port',
    String(port),
    '--data-dir',
    dataDirectory,
  ];
  const env = {
    DATABASE_URL: databaseUrl,
    GOFORWARD_AUTH_JWT_SECRET: JWT_SECRET,
    GOFORWARD_DATABASE_MAX_CONNECTIONS: String(POOL_SIZE),
    ...environment,
  };
  const child = await startChild({
    name: 'goforward',
    command,
    cwd: ROOT,
    env,
    readyUrl: `${base}/ready`,
    folder,
  });
  return { child, base };
}

async function startGoForward(databaseUrl: string, folder: string): Promise<Target> {
  const { child, base } = await spawnGoForward(databaseUrl, folder);
  return {
    ...child,
    name: 'goforward',
    headers: await authorized(),
    base,
    request: ({ goforward }, key) => ({ path: '/graphql', body: graphqlBody(goforward, key) }),
    data: dataOf,
  };
}

/** The other door of the same server. */
async function startRest(databaseUrl: string, folder: string): Promise<Target> {
  const { child, base } = await spawnGoForward(databaseUrl, folder);
  const { authorization } = await authorized();
  return {
    ...child,
    name: 'rest',
    headers: { authorization },
    base,
    request: ({ rest }, key) =>
      rest && { path: `/rest/v1/${rest.path.replace('$id', String(key))}`, body: undefined },
    data: ({ rest }, answer) => {
      const rows = rest?.single ? (answer as unknown[])[0] : answer;
      return { [rest?.root ?? '']: rows };
    },
  };
}

function dataOf(_workload: Workload, answer: unknown): unknown {
  const { data, errors } = answer as { data?: unknown; errors?: unknown };
  return errors === undefined ? data : undefined;
}
