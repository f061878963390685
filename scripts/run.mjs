#!/usr/bin/env node
/**
 * Starts src/main.ts under the Node that the project brings along, whatever Node runs this file (20 or later).
 * Plain JavaScript, without imports of the project: it must be able to say what is missing.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REQUIRED_MAJOR = 24;
const PARENT_CHECK_MS = 500;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

function chooseNode() {
  if (existsSync(own)) return own;
  return Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR ? process.execPath : undefined;
}

const node = chooseNode();
if (!existsSync(join(root, 'node_modules', 'fastify'))) {
  process.stderr.write('goforward: its packages are not installed; run `npm install` first.\n');
  process.exitCode = 1;
} else if (node === undefined) {
  process.stderr.write(
    `goforward: needs Node ${REQUIRED_MAJOR} (this is ${process.version}); \`npm install\` brings it unless install scripts are switched off.\n`,
  );
  process.exitCode = 1;
} else {
  run(node);
}

function run(node) {
  const child = spawn(node, [join(root, 'src', 'main.ts'), ...process.argv.slice(2)], {
    // the channel carries nothing; its end tells the server that this launcher was killed
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile'), ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWithNpm(child);
  child.on('error', (error) => {
    process.stderr.write(`goforward: cannot run ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}

/** An npm that is killed outright tells nobody; the port and the data folder should not stay taken. */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, PARENT_CHECK_MS);
  watch.unref();
}
