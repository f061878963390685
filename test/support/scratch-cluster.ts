/**
 * A PostgreSQL server for one run of measurements or of a suite of others: the embedded database in a folder that is thrown away,
 * with settings of the caller's choice and without the care for power cuts.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../src/database/embedded.ts';

export interface ScratchCluster {
  readonly pid: number;
  /** The superuser's connection string to this database. */
  url(database: string): string;
  createDatabase(name: string): Promise<void>;
  /** Runs a statement as the superuser. */
  administer(sql: string): Promise<void>;
  /** Ends the server as a crash would, and starts it again on its port. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export async function startScratchCluster(
  settings: Readonly<Record<string, string>> = {},
): Promise<ScratchCluster> {
  const path = await mkdtemp(join(tmpdir(), 'goforward-scratch-'));
  // As root the server runs under another user, which must be able to pass through.
  await chmod(path, 0o755);
  const secrets = {
    jwtSecret: randomBytes(32).toString('hex'),
    databasePassword: randomBytes(16).toString('hex'),
  };
  const start = () => startEmbedded({ dataDirectory: { path, secrets }, durable: false, observe: () => {} });
  let database = await start();
  if (Object.keys(settings).length > 0) {
    for (const [name, value] of Object.entries(settings)) {
      await administer(database.adminUrl, `alter system set ${name} = '${value}'`);
    }
    await database.stop();
    database = await start();
  }
  const { adminUrl } = database;
  const stop = async (): Promise<void> => {
    process.off('exit', abandon);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await database.stop();
    await rm(path, { recursive: true, force: true });
  };
  // The server is in a session of its own: Ctrl-C would leave it running for ever.
  const interrupt = (signal: NodeJS.Signals): void =>
    void stop().finally(() => process.kill(process.pid, signal));
  // After a crash there is no time to wait, only to ask.
  const abandon = (): void => void process.kill(database.pid, 'SIGINT');
  process.on('exit', abandon);
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    get pid() {
      return database.pid;
    },
    url: (name) => adminUrl.replace(/\/postgres$/, `/${name}`),
    createDatabase: (name) => administer(adminUrl, `create database "${name}"`),
    administer: (sql) => administer(adminUrl, sql),
    async crash() {
      process.kill(database.pid, 'SIGQUIT');
      await database.exited;
      database = await start();
    },
    stop,
  };
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

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
