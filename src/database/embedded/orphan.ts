/**
 * A PostgreSQL that survived the server which had started it (kill -9, a crash). It is stopped and started anew:
 * so its output, its settings and its binaries are ours again. Its clients see a restart, no data is lost.
 */
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../lib/process-identity.ts';
import type { Observe } from '../../observation.ts';
import { stopPostmaster } from './postmaster.ts';

/** Only to be called by the holder of the data folder's lock: then whoever runs on the cluster is an orphan. */
export async function stopOrphan(clusterDirectory: string, observe: Observe): Promise<void> {
  const pidFile = join(clusterDirectory, 'postmaster.pid');
  const pid = readPid(pidFile);
  if (pid === undefined || !isAlive(pid)) return;
  if (!runsOn(pid, clusterDirectory)) {
    // the number went to another program; PostgreSQL itself would refuse to start because of it
    rmSync(pidFile, { force: true });
    return;
  }
  await stopPostmaster(pid);
  observe({ type: 'embedded-database', event: 'stopped-orphan', detail: `process ${pid}` });
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A PostgreSQL server works in its own data folder. Where /proc does not exist the pid file alone decides. */
function runsOn(pid: number, clusterDirectory: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(clusterDirectory);
  } catch {
    return true;
  }
}
