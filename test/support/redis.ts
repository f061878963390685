/** A real Redis of a test's own: nothing is kept on disk, and it can be killed, frozen and started again on its port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { freePort } from './scratch-cluster.ts';

const REDIS = '/usr/bin/redis-server';

/** Without it what needs a Redis is skipped. */
export const hasRedis = existsSync(REDIS);

export interface TestRedis {
  readonly url: string;
  kill(): Promise<void>;
  /** Empty, on the same port. */
  start(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async () => {
    const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    child = spawn(REDIS, flags, { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    for await (const piece of child.stdout!) {
      output += String(piece);
      if (output.includes('Ready to accept connections')) break;
    }
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    async kill() {
      const gone = child;
      child = undefined;
      if (!gone || gone.exitCode !== null || gone.signalCode !== null) return;
      gone.kill('SIGKILL');
      await once(gone, 'exit');
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}
