/** `npm run bench`: everything in one run on one PostgreSQL server, interleaved, judged against the bars. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type ScratchCluster, startScratchCluster } from '../support/scratch-cluster.ts';
import { createPlatformDatabase, fillFromFile, fillWithMusic } from './database.ts';
import { loadTool } from './load.ts';
import { describeMachine } from './machine.ts';
import { type Options, readOptions, USAGE, wants } from './options.ts';
import { say } from './output.ts';
import { measureColdStart } from './parts/cold-start.ts';
import { measureHostile } from './parts/hostile.ts';
import { measureLargeSchema } from './parts/large-schema.ts';
import { measureRefusals } from './parts/refusals.ts';
import {
  type Database,
  measureThroughput,
  throughputVerdicts,
  throughputWanted,
} from './parts/throughput.ts';
import { measureWriting } from './parts/writing.ts';
import { terminalReport } from './report.ts';
import { type BenchResult, type Figure, passed, type Verdict } from './results.ts';
import { POOL_SIZE } from './targets.ts';

/** JIT off for everybody: for statements of this size it costs more than it gives. */
const CLUSTER_SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_planning': 'on',
  'pg_stat_statements.track_utility': 'off',
  jit: 'off',
};

if (process.argv.includes('--help')) say(USAGE);
else process.exitCode = await bench(readOptions(process.argv.slice(2)));

async function bench(options: Options): Promise<number> {
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'goforward-bench-'));
  // The embedded database of the server under test runs under another user, which must be able to pass through.
  await chmod(folder, 0o755);
  const cluster = await startScratchCluster(CLUSTER_SETTINGS);
  try {
    const result = await measure(options, cluster, folder);
    say(`\n${terminalReport(result)}\n`);
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
    const failed = result.verdicts.filter((verdict) => !passed(verdict));
    const seconds = Math.round((performance.now() - started) / 1000);
    say(`${result.verdicts.length - failed.length} bars reached, ${failed.length} missed, ${seconds} s`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(options: Options, cluster: ScratchCluster, folder: string): Promise<BenchResult> {
  const { connections, seconds, rounds } = options;
  const result: BenchResult = {
    date: new Date().toISOString(),
    machine: await describeMachine(cluster),
    settings: { load: loadTool, connections, pool: POOL_SIZE, 'seconds per round': seconds, rounds },
    workloads: [],
    figures: [],
    verdicts: [],
  };
  const add = ({ figures, verdicts }: { figures: Figure[]; verdicts: Verdict[] }): void => {
    result.figures.push(...figures);
    result.verdicts.push(...verdicts);
  };
  const databases = await prepareDatabases(options, cluster);
  for (const database of throughputWanted(options) ? databases : []) {
    const workloads = await measureThroughput(options, database, folder);
    result.workloads.push(...workloads);
    result.verdicts.push(...throughputVerdicts(workloads));
  }
  const [first] = databases;
  if (wants(options, 'writing') && first !== undefined) add(await measureWriting(first.url, folder));
  if (wants(options, 'refusals') && first !== undefined)
    add(await measureRefusals(options, first.url, folder));
  if (wants(options, 'hostile') && first !== undefined) add(await measureHostile(first.url, folder));
  if (wants(options, 'large-schema')) add(await measureLargeSchema(cluster, folder));
  if (wants(options, 'cold-start')) add(await measureColdStart());
  return result;
}

async function prepareDatabases(options: Options, cluster: ScratchCluster): Promise<Database[]> {
  const databases: Database[] = [];
  const add = async (label: string, fill: (url: string) => Promise<void>): Promise<void> => {
    const url = await createPlatformDatabase(cluster, `store_${databases.length}`);
    await fill(url);
    databases.push({ label, url });
    say(`data ${label}: ready`);
  };
  const parts = ['hostile', 'writing', 'refusals'];
  if (!throughputWanted(options) && !parts.some((part) => wants(options, part))) return databases;
  await add('×1', (url) => fillWithMusic(url, 1));
  if (!throughputWanted(options)) return databases;
  if (!options.quick) await add('×30', (url) => fillWithMusic(url, 30));
  for (const file of options.data) await add(basename(file, '.sql'), (url) => fillFromFile(url, file));
  return databases;
}
