/**
 * The PostgreSQL that comes with the product: a real server on loopback, its cluster in the data folder.
 * Decides who runs it, on which port, and what to do with what an earlier run left behind.
 */
import { chmodSync, chownSync, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataDirectory } from '../data-directory.ts';
import { AppError } from '../errors.ts';
import { writeDurably } from '../lib/durable-file.ts';
import { isAlive } from '../lib/process-identity.ts';
import type { Observe } from '../observation.ts';
import { type Binaries, copyBinaries, findBinaries, repairBinaries } from './embedded/binaries.ts';
import { checkClusterVersion, clusterExists, createCluster, SUPERUSER } from './embedded/cluster.ts';
import { stopOrphan } from './embedded/orphan.ts';
import { type PostmasterRequest, startPostmaster, stopPostmaster } from './embedded/postmaster.ts';
import { chooseServiceUser, firstClosedFolder, type ServiceUser } from './embedded/service-user.ts';

export interface EmbeddedDatabase {
  /** The superuser over loopback. */
  readonly adminUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  /** Settles when the server ends, wanted or not. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDirectory: Pick<DataDirectory, 'path' | 'secrets'>;
  readonly observe: Observe;
  /** False gives speed for safety: for clusters that may be lost. */
  readonly durable?: boolean;
}

/** Shared memory of a killed server is gone when its last backend has noticed. */
const BUSY_RETRIES = 100;
const BUSY_PAUSE_MS = 100;
const PORT_ATTEMPTS = 5;
const PORT_FILE = 'postgres.port';

const VOLATILE_SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { observe, durable = true } = options;
  const home = realpathSync(options.dataDirectory.path);
  const directory = join(home, 'postgres');
  const user = chooseServiceUser(directory);
  if (user) openFor(user, home);
  const binaries = reachableBinaries(home, user);

  if (clusterExists(directory)) {
    checkClusterVersion(directory, binaries);
    await stopOrphan(directory, observe);
  } else {
    observe({ type: 'embedded-database', event: 'initialising', detail: directory });
    const password = options.dataDirectory.secrets.databasePassword;
    await createCluster({ directory, binaries, user, password, durable });
  }

  observe({ type: 'embedded-database', event: 'starting' });
  const settings = durable ? {} : VOLATILE_SETTINGS;
  const { pid, port, exited } = await startOnFreePort(home, { directory, binaries, user, settings, observe });
  observe({
    type: 'embedded-database',
    event: 'started',
    detail: `PostgreSQL ${binaries.version} on port ${port}`,
  });

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    if (!isAlive(pid)) return;
    await stopPostmaster(pid);
    observe({ type: 'embedded-database', event: 'stopped' });
  };
  return Object.freeze({
    adminUrl: addressOf(port, options.dataDirectory.secrets.databasePassword),
    port,
    pid,
    version: binaries.version,
    exited,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  });
}

/** Where the embedded database of a running server answers; undefined = it has never run in this folder. */
export function embeddedAddress(dataDirectory: string, password: string): string | undefined {
  const port = readPort(join(dataDirectory, PORT_FILE));
  return port === undefined ? undefined : addressOf(port, password);
}

function addressOf(port: number, password: string): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

type PortlessRequest = Omit<PostmasterRequest, 'port'>;

/** The port of the last run is tried first, so that a psql configured once goes on working. */
async function startOnFreePort(
  home: string,
  request: PortlessRequest,
): Promise<{ pid: number; port: number; exited: Promise<void> }> {
  const portFile = join(home, PORT_FILE);
  let port = readPort(portFile) ?? (await freePort());
  let portAttempts = 0;
  for (let busyAttempts = 0; ; ) {
    const start = await startPostmaster({ ...request, port });
    if (start.outcome === 'ready') {
      if (readPort(portFile) !== port) writeDurably(portFile, `${port}\n`, 0o644);
      return { pid: start.pid, port, exited: start.exited };
    }
    if (start.outcome === 'port-taken' && portAttempts < PORT_ATTEMPTS) {
      portAttempts += 1;
      port = await freePort();
    } else if (start.outcome === 'still-busy' && busyAttempts < BUSY_RETRIES) {
      busyAttempts += 1;
      await sleep(BUSY_PAUSE_MS);
    } else {
      throw new AppError(
        'database-unreachable',
        `The embedded PostgreSQL in ${request.directory} does not start.`,
        {
          details: 'output' in start ? start.output : 'No free port was found on 127.0.0.1.',
          hint: 'Its last lines of output tell why.',
        },
      );
    }
  }
}

function readPort(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const port = Number(readFileSync(file, 'utf8'));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => settle(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Lets the unprivileged user pass through our own folder, and says what to do where a folder above it is closed. */
function openFor(user: ServiceUser, home: string): void {
  if (firstClosedFolder(home, user) === home && statSync(home).uid === 0) {
    chownSync(home, 0, user.gid);
    chmodSync(home, (statSync(home).mode & 0o777) | 0o010);
  }
  const closed = firstClosedFolder(home, user);
  if (closed === undefined) return;
  throw new AppError(
    'data-directory-unusable',
    `PostgreSQL does not run as root; as user "${user.name}" it cannot enter ${closed}, and the data folder is ${home}.`,
    {
      hint: `Use a data folder outside (--data-dir /var/lib/goforward), run as an ordinary user, or \`chmod o+x ${closed}\`.`,
    },
  );
}

function reachableBinaries(home: string, user: ServiceUser | undefined): Binaries {
  const installed = findBinaries();
  const usable = repairBinaries(installed);
  const reachable =
    user === undefined || firstClosedFolder(realpathSync(join(installed.root, 'bin')), user) === undefined;
  return usable && reachable ? installed : copyBinaries(installed, home);
}
