/** A server in a process of its own: started, awaited, weighed, stopped. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { largestMemory } from '../support/process-memory.ts';

export interface Child {
  /** From the spawn until `readyUrl` answered 200. */
  readonly readyMs: number;
  /** The largest resident set among the process and its Node.js descendants, in MB. */
  rssMb(): number;
  stop(): Promise<void>;
}

export interface ChildSpec {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readyUrl: string;
  /** Its output goes to a file there, shown when it does not start. */
  readonly folder: string;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

export async function startChild({ name, command, cwd, env, readyUrl, folder }: ChildSpec): Promise<Child> {
  const log = join(folder, `${name}.log`);
  const file = openSync(log, 'a');
  const started = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', file, file],
  });
  // Neither a signal to the bench alone nor a crash of it may leave servers behind.
  const abandon = (): void => void child.kill('SIGTERM');
  process.on('exit', abandon);
  const follow = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', follow);
  process.on('SIGTERM', follow);
  child.once('exit', () => {
    process.off('exit', abandon);
    process.off('SIGINT', follow);
    process.off('SIGTERM', follow);
  });
  while (!(await answers(readyUrl))) {
    const waited = performance.now() - started;
    if (child.exitCode !== null || waited > READY_TIMEOUT_MS) {
      child.kill('SIGKILL');
      throw new Error(
        `${name} did not start (exit ${child.exitCode}):\n${readFileSync(log, 'utf8').slice(-2_000)}`,
      );
    }
    await sleep(10);
  }
  const readyMs = performance.now() - started;
  return {
    readyMs,
    rssMb: () => largestMemory(child.pid ?? 0) / 2 ** 20,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const inTime = await Promise.race([exited, sleep(STOP_TIMEOUT_MS, 'late' as const, { ref: false })]);
      if (inTime === 'late') child.kill('SIGKILL');
      await exited;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    return false;
  }
}
