/** One running PostgreSQL server process: started, watched until it is ready, stopped. */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../lib/process-identity.ts';
import type { Observe } from '../../observation.ts';
import type { Binaries } from './binaries.ts';
import { asUser, serverEnvironment } from './cluster.ts';
import type { ServiceUser } from './service-user.ts';

export interface PostmasterRequest {
  readonly directory: string;
  readonly binaries: Binaries;
  readonly user: ServiceUser | undefined;
  readonly port: number;
  /** Settings that win over postgresql.conf. */
  readonly settings: Readonly<Record<string, string>>;
  readonly observe: Observe;
}

export type PostmasterStart =
  | { outcome: 'ready'; pid: number; exited: Promise<void> }
  | { outcome: 'port-taken' }
  | { outcome: 'still-busy'; output: string }
  | { outcome: 'failed'; output: string };

const FAST_STOP_MS = 10_000;
const IMMEDIATE_STOP_MS = 5_000;

/** Starts the server and waits until it accepts connections, however long its recovery takes. */
export async function startPostmaster(request: PostmasterRequest): Promise<PostmasterStart> {
  const settings = Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(request.port),
    // read below, so it must not be translated or sent elsewhere
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
    ...request.settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(request.binaries.postgres, ['-D', request.directory, ...settings], {
    ...asUser(request.user),
    env: serverEnvironment(),
    cwd: request.directory,
    stdio: ['ignore', 'ignore', 'pipe'],
    // a session of its own: Ctrl-C in the terminal reaches us, and we stop it once we have drained
    detached: true,
  });
  const exited = new Promise<void>((settle) => child.once('exit', () => settle()));
  const lines: string[] = [];
  const ready = new Promise<boolean>((settle, fail) => {
    child.once('error', fail);
    child.once('close', () => settle(false));
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (lines.length > 40) lines.shift();
      if (line.includes('automatic recovery in progress'))
        request.observe({ type: 'embedded-database', event: 'recovering' });
      if (line.includes('database system is ready to accept connections')) settle(true);
      else request.observe({ type: 'embedded-database-output', line });
    });
  });
  if (await ready) {
    // neither keeps our own process alive: the composition root stops the server, or it stays for the next start to find
    child.unref();
    (child.stderr as Socket).unref();
    return { outcome: 'ready', pid: child.pid ?? 0, exited };
  }
  return explainExit(lines.join('\n'));
}

function explainExit(output: string): PostmasterStart {
  if (/could not bind .*address|could not create any TCP\/IP sockets/i.test(output))
    return { outcome: 'port-taken' };
  if (/pre-existing shared memory block|lock file ".*" (already exists|is empty)/.test(output))
    return { outcome: 'still-busy', output };
  return { outcome: 'failed', output };
}

/** Stops a server: sessions are ended and everything is written out; harder after ten seconds. */
export async function stopPostmaster(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await hasEnded(pid, FAST_STOP_MS)) return;
  signal(pid, 'SIGQUIT');
  if (await hasEnded(pid, IMMEDIATE_STOP_MS)) return;
  signal(pid, 'SIGKILL');
  await hasEnded(pid, IMMEDIATE_STOP_MS);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function hasEnded(pid: number, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(10)) {
    if (!isAlive(pid)) return true;
  }
  return !isAlive(pid);
}
