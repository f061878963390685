/** Creates the files of a new PostgreSQL cluster. An interrupted creation leaves nothing that looks finished. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../errors.ts';
import type { Binaries } from './binaries.ts';
import type { ServiceUser } from './service-user.ts';

export interface ClusterRequest {
  readonly directory: string;
  readonly binaries: Binaries;
  readonly user: ServiceUser | undefined;
  readonly password: string;
  /** False only where losing the cluster in a power cut is no loss. */
  readonly durable: boolean;
}

export const SUPERUSER = 'postgres';

/** Written into postgresql.conf of a new cluster, where its owner may change them. */
const INITIAL_SETTINGS: Readonly<Record<string, string>> = {
  wal_level: 'logical',
  max_wal_senders: '10',
  max_replication_slots: '10',
  max_connections: '100',
  shared_buffers: '128MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // a slot that nobody reads must not fill the disk
  max_slot_wal_keep_size: '1GB',
  password_encryption: 'scram-sha-256',
};

export function clusterExists(directory: string): boolean {
  return existsSync(join(directory, 'PG_VERSION'));
}

/** A cluster belongs to one major version; another one cannot read it. */
export function checkClusterVersion(directory: string, binaries: Binaries): void {
  const major = readFileSync(join(directory, 'PG_VERSION'), 'utf8').trim();
  const ours = binaries.version.split('.')[0];
  if (major === ours) return;
  throw new AppError(
    'data-directory-unusable',
    `The embedded database in ${directory} was made by PostgreSQL ${major}, this version brings PostgreSQL ${ours}.`,
    { hint: `Dump it with a PostgreSQL ${major} and load the dump into a new data folder.` },
  );
}

export async function createCluster(request: ClusterRequest): Promise<void> {
  removeDrafts(request.directory);
  // a name of its own: the initdb of a killed server may still be writing into its folder
  const draft = `${request.directory}.new-${process.pid}`;
  const passwordFile = `${draft}.password`;
  mkdirSync(draft, { mode: 0o700 });
  chmodSync(draft, 0o700);
  try {
    writeFileSync(passwordFile, `${request.password}\n`, { mode: 0o600, flag: 'wx' });
    if (request.user) {
      chownSync(draft, request.user.uid, request.user.gid);
      chownSync(passwordFile, request.user.uid, request.user.gid);
    }
    await runInitdb(request, draft, passwordFile);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, request.directory);
}

/** What an interrupted creation left behind. */
function removeDrafts(directory: string): void {
  const prefix = `${basename(directory)}.new-`;
  for (const name of readdirSync(dirname(directory))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(directory), name), { recursive: true, force: true });
  }
}

async function runInitdb(request: ClusterRequest, directory: string, passwordFile: string): Promise<void> {
  const settings = Object.entries(INITIAL_SETTINGS).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const child = spawn(
    request.binaries.initdb,
    [
      `--pgdata=${directory}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // the same order and case rules on every machine, without the system's locales or ICU
      '--locale-provider=builtin',
      '--locale=C',
      '--builtin-locale=C.UTF-8',
      ...(request.durable ? [] : ['--no-sync']),
      ...settings,
    ],
    {
      ...asUser(request.user),
      env: serverEnvironment(),
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-4000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const code = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail);
    child.once('close', settle);
  });
  if (code === 0) return;
  throw new AppError('data-directory-unusable', `PostgreSQL could not create its files in ${directory}.`, {
    details: output.trim(),
    hint: 'Look at the output of initdb: a full disk and missing rights are the usual reasons.',
  });
}

/** Nothing of our own environment reaches PostgreSQL: PG… variables would change what it does. */
export function serverEnvironment(): Record<string, string> {
  return { LC_ALL: 'C', TZ: 'UTC' };
}

export function asUser(user: ServiceUser | undefined): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}
