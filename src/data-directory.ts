/**
 * The data folder: made on first use, held by one server at a time, keeper of the generated secrets.
 * It knows nothing of PostgreSQL; what lies in its other files belongs to the modules that write them.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from './errors.ts';
import { writeDurably } from './lib/durable-file.ts';
import { isSameProcess, type ProcessIdentity, thisProcess } from './lib/process-identity.ts';
import type { Observe } from './observation.ts';

export interface Secrets {
  readonly jwtSecret: string;
  /** Of the superuser of the embedded PostgreSQL. */
  readonly databasePassword: string;
}

export interface DataDirectory {
  readonly path: string;
  readonly secrets: Secrets;
  /** Releases the lock; the folder stays. */
  close(): void;
}

const SECRETS_FILE = 'secrets.json';
const LOCK_FILE = 'server.lock';

/** Opens the folder for one server: creates it where needed, takes its lock, reads or generates the secrets. */
export async function openDataDirectory(path: string, observe: Observe): Promise<DataDirectory> {
  const directory = resolve(path);
  let release: () => void;
  try {
    createDirectory(directory);
    release = takeLock(directory, observe);
  } catch (error) {
    throw error instanceof AppError ? error : unusable(directory, error);
  }
  try {
    const secrets = ensureSecrets(directory);
    return Object.freeze({ path: directory, secrets, close: release });
  } catch (error) {
    release();
    throw error instanceof AppError ? error : unusable(directory, error);
  }
}

/** Reads the secrets without the lock, so that it works beside a running server. */
export function readSecrets(path: string): Secrets {
  const file = join(resolve(path), SECRETS_FILE);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (isCode(error, 'ENOENT')) {
      throw new AppError('data-directory-unusable', `There are no keys in ${resolve(path)} yet.`, {
        hint: 'Start the server once with this data folder, or name the right one with --data-dir.',
        cause: error,
      });
    }
    if (error instanceof SyntaxError) throw damaged(file, error);
    throw unusable(resolve(path), error);
  }
  const { jwtSecret, databasePassword } = (content ?? {}) as Partial<Record<keyof Secrets, unknown>>;
  if (typeof jwtSecret !== 'string' || typeof databasePassword !== 'string') throw damaged(file, undefined);
  return Object.freeze({ jwtSecret, databasePassword });
}

function createDirectory(directory: string): void {
  if (existsSync(directory)) return;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
}

function ensureSecrets(directory: string): Secrets {
  const file = join(directory, SECRETS_FILE);
  if (!existsSync(file)) {
    const secrets: Secrets = {
      jwtSecret: randomBytes(48).toString('base64url'),
      databasePassword: randomBytes(24).toString('base64url'),
    };
    writeDurably(file, `${JSON.stringify(secrets, undefined, 2)}\n`, 0o600);
  }
  return readSecrets(directory);
}

interface LockContent extends ProcessIdentity {
  readonly token: string;
}

/** Takes `server.lock` or says who holds it. The lock of a process that is gone is moved aside and replaced. */
function takeLock(directory: string, observe: Observe): () => void {
  const file = join(directory, LOCK_FILE);
  const mine: LockContent = { ...thisProcess(), token: randomBytes(12).toString('hex') };
  const draft = join(directory, `${LOCK_FILE}.${mine.token}`);
  writeDurably(draft, `${JSON.stringify(mine)}\n`, 0o600);
  try {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (linkIfFree(draft, file)) return () => releaseLock(file, mine.token);
      const holder = readLock(file);
      if (holder && isSameProcess(holder)) throw inUse(directory, holder.pid);
      discardStale(file, holder, directory, mine.token);
      if (holder) observe({ type: 'data-directory-lock-replaced', pid: holder.pid });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new AppError('data-directory-in-use', `Another server is starting on ${directory}.`);
}

/** A hard link is made by exactly one of two processes that try, unlike a check followed by a write. */
function linkIfFree(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    if (isCode(error, 'EPERM') || isCode(error, 'ENOTSUP') || isCode(error, 'ENOSYS'))
      return copyIfFree(draft, file);
    throw error;
  }
}

/** For file systems without hard links. */
function copyIfFree(draft: string, file: string): boolean {
  try {
    copyFileSync(draft, file, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Two processes may both see the stale lock; the slower one must not throw away what the faster one put there.
 * So the file is moved first, looked at, and put back if it is not the stale one.
 */
function discardStale(file: string, seen: LockContent | undefined, directory: string, token: string): void {
  const aside = join(directory, `${LOCK_FILE}.${token}.stale`);
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = readLock(aside);
  if (moved && moved.token !== seen?.token) linkIfFree(aside, file);
  rmSync(aside, { force: true });
}

function releaseLock(file: string, token: string): void {
  if (readLock(file)?.token === token) rmSync(file, { force: true });
}

function readLock(file: string): LockContent | undefined {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockContent>;
    return typeof content.pid === 'number' && typeof content.token === 'string'
      ? (content as LockContent)
      : undefined;
  } catch {
    return undefined;
  }
}

function inUse(directory: string, pid: number): AppError {
  return new AppError('data-directory-in-use', `Another server (process ${pid}) runs on ${directory}.`, {
    hint: 'Stop it, or give this one a folder of its own with --data-dir.',
  });
}

function unusable(directory: string, cause: unknown): AppError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new AppError(
    'data-directory-unusable',
    `The data folder ${directory} cannot be written (${reason}).`,
    {
      hint: 'Give this user write access to it, or name another folder with --data-dir.',
      cause,
    },
  );
}

function damaged(file: string, cause: unknown): AppError {
  return new AppError('data-directory-unusable', `${file} is damaged: it does not hold the two secrets.`, {
    hint: 'Restore it from a backup; without it existing tokens and the embedded database cannot be read.',
    cause,
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
