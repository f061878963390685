/**
 * `npm test`: types, lint, then every test. Ends with the one line `N passed, M failed` (and `K skipped`), counted from
 * vitest's own report; the exit code is 0 only when everything passed. Arguments go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs that some tests run; without them those tests are skipped, in CI the run fails instead. */
const SERVICES = [
  {
    name: 'setpriv',
    probe: ['--version'],
    purpose: 'trying the server as an ordinary user when root runs the tests',
    asRoot: true,
  },
  {
    name: '/usr/bin/redis-server',
    probe: ['--version'],
    purpose: 'counting tries, and sharing changes, through a real Redis',
  },
  { name: '/usr/bin/chromium', probe: ['--version'], purpose: 'looking at pages in a real browser' },
];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binaries = join(root, 'node_modules', '.bin');
const environment = { ...process.env, PATH: [binaries, process.env.PATH].join(delimiter) };
const asRoot = process.getuid?.() === 0;

const steps = [missingServices(), run('types', 'tsc', ['--noEmit']), run('lint', 'biome', ['check', '.'])];
const tests = runTests(process.argv.slice(2));
if (steps.includes(false) || tests.failed > 0 || !tests.ok) process.exitCode = 1;
const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
process.stdout.write(`${tests.passed} passed, ${tests.failed} failed${skipped}\n`);

function missingServices() {
  const missing = SERVICES.filter(
    ({ name, probe, asRoot: onlyAsRoot }) =>
      (asRoot || !onlyAsRoot) && spawnSync(name, probe, { env: environment }).error,
  );
  for (const { name, purpose } of missing) process.stderr.write(`missing: ${name}, for ${purpose}\n`);
  return missing.length === 0 || process.env.CI !== 'true';
}

function run(title, command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, env: environment, stdio: 'inherit' });
  if (error) process.stderr.write(`${title}: ${error.message}\n`);
  if (status !== 0) process.stderr.write(`${title} failed\n`);
  return status === 0;
}

/** A file that cannot even be loaded has no tests to count; it is one failure. */
function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'goforward-report-'));
  const file = join(folder, 'report.json');
  try {
    const ok = run('vitest', 'vitest', [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...args,
    ]);
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const broken = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    ).length;
    return {
      ok,
      passed: report.numPassedTests,
      failed: report.numFailedTests + broken,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch (error) {
    process.stderr.write(`no report of the tests: ${error.message}\n`);
    return { ok: false, passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
