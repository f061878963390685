/** The server as a user runs it: a child process of scripts/run.mjs with a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const LAUNCHER = join(PROJECT, 'scripts', 'run.mjs');
const START_TIMEOUT_MS = 60_000;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  elapsedMs: number;
}

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  output(): string;
  /** Settles when the process has ended, whoever ended it. */
  readonly ended: Promise<Ended>;
}

export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** A command in front, such as setpriv. */
  prefix?: string[];
  /** Instead of running the launcher by the Node of this process. */
  command?: string[];
}

/** A folder outside the project, so that neither its goforward.yaml nor its data folder is met. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'goforward-user-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function run(
  args: string[],
  { env = {}, cwd = tmpdir(), prefix = [], command = [process.execPath, LAUNCHER] }: RunOptions = {},
): { child: ChildProcess; ended: Promise<Ended>; output: () => string } {
  const startedAt = performance.now();
  const [program = '', ...rest] = [...prefix, ...command, ...args];
  const { DATABASE_URL: _url, PORT: _port, NODE_ENV: _mode, ...inherited } = process.env;
  const child = spawn(program, rest, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr, elapsedMs: performance.now() - startedAt }));
  });
  return { child, ended, output: () => stdout + stderr };
}

/** Resolves when the start page is there. */
export async function startServer(args: string[], options?: RunOptions): Promise<ServerProcess> {
  const { child, ended, output } = run(args, options);
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const url = /Health\s+(http:\S+)\/health/.exec(output())?.[1];
    if (url !== undefined && output().includes('Ctrl-C')) return { child, ended, output, url };
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the server did not start:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
