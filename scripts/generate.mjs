/**
 * Makes src/generated (Prisma client and the types for the GraphQL builder) from prisma/schema.prisma. Runs at every
 * install, needs no network, does nothing when all is up to date, and prints nothing but problems.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const generated = join(root, 'src', 'generated');
const stampFile = join(generated, 'stamp');
const prismaManifest = require.resolve('prisma/package.json');

const stamp = hashOf([
  fileURLToPath(import.meta.url),
  join(root, 'prisma', 'schema.prisma'),
  prismaManifest,
  join(root, 'node_modules', '@pothos', 'plugin-prisma', 'package.json'),
]);

if (!isUpToDate()) generate();

function isUpToDate() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

function generate() {
  rmSync(generated, { recursive: true, force: true });
  const cli = join(dirname(prismaManifest), 'build', 'index.js');
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      // where Prisma looks for the generator of the GraphQL types
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      // generating needs no schema engine; naming an existing file keeps Prisma from downloading one
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
      DATABASE_URL: '',
    },
  });
  if (status === 0) {
    writeFileSync(stampFile, stamp);
    return;
  }
  process.stderr.write(`prisma generate failed\n${stdout ?? ''}${stderr ?? ''}${error ?? ''}\n`);
  process.exitCode = 1;
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}
