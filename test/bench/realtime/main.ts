/** `npm run bench:realtime`: what keeping clients up to date costs, each part against a control, judged against the bars. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ScratchCluster, startScratchCluster } from '../../support/scratch-cluster.ts';
import { describeMachine } from '../machine.ts';
import { type Options, readOptions, wants } from '../options.ts';
import { say } from '../output.ts';
import { terminalReport } from '../report.ts';
import { type BenchResult, passed } from '../results.ts';
import { POOL_SIZE } from '../targets.ts';
import { measureDecoding } from './parts/decoding.ts';
import { measureIdleLiveQueries } from './parts/idle-live-queries.ts';
import { measureIdleSockets } from './parts/idle-sockets.ts';
import { measureOwnRows } from './parts/own-rows.ts';
import type { Part } from './parts/part.ts';
import { measureRowEvents } from './parts/row-events.ts';
import { USERS } from './world.ts';

const PARTS: readonly (readonly [string, Part])[] = [
  ['idle-live-queries', measureIdleLiveQueries],
  ['own-rows', measureOwnRows],
  ['row-events', measureRowEvents],
  ['idle-sockets', measureIdleSockets],
  ['decoding', measureDecoding],
];

const USAGE = `npm run bench:realtime -- [--quick] [--json FILE] [--only PART]…

  --quick          shorter rounds and fewer rows
  --only PART      of ${PARTS.map(([name]) => name).join(', ')}`;

/** Sockets of the server, and what else it has open. */
const OPEN_FILES = USERS + 1_000;

const CLUSTER_SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_utility': 'off',
  jit: 'off',
};

if (process.argv.includes('--help')) say(USAGE);
else process.exitCode = await bench(readOptions(process.argv.slice(2)));

async function bench(options: Options): Promise<number> {
  const openFiles = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  say(`open files of a process: ${openFiles}`);
  if (openFiles !== 'unlimited' && Number(openFiles) < OPEN_FILES) {
    say(`${USERS} sockets need ${OPEN_FILES}: raise the limit, ulimit -n ${OPEN_FILES}`);
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), 'goforward-bench-'));
  await chmod(folder, 0o755);
  const cluster = await startScratchCluster(CLUSTER_SETTINGS);
  try {
    const result = await measure(options, cluster, folder, openFiles);
    say(`\n${terminalReport(result)}\n`);
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
    return result.verdicts.every(passed) ? 0 : 1;
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  options: Options,
  cluster: ScratchCluster,
  folder: string,
  openFiles: string,
): Promise<BenchResult> {
  const result: BenchResult = {
    bench: 'realtime',
    date: new Date().toISOString(),
    machine: await describeMachine(cluster),
    settings: { pool: POOL_SIZE, 'open files': openFiles, quick: String(options.quick) },
    workloads: [],
    figures: [],
    verdicts: [],
  };
  for (const [name, part] of PARTS) {
    if (!wants(options, name)) continue;
    say(`${name} …`);
    const { figures, verdicts } = await part({ options, cluster, folder });
    result.figures.push(...figures);
    result.verdicts.push(...verdicts);
  }
  return result;
}
