/** The workloads against all targets in interleaved rounds, so that a drift of the machine meets everybody alike. */
import { isDeepStrictEqual } from 'node:util';
import { readKeys, takeStatementTime, withClient } from '../database.ts';
import { applyLoad, type LoadResult } from '../load.ts';
import { type Options, wants } from '../options.ts';
import { fixed, median, say, whole } from '../output.ts';
import type { Measured, Verdict, WorkloadResult } from '../results.ts';
import { TARGETS, type Target, type TargetName } from '../targets.ts';
import { WORKLOADS, type Workload } from '../workloads.ts';

export interface Database {
  readonly label: string;
  readonly url: string;
}

export const throughputWanted = (options: Options): boolean =>
  wants(options, 'throughput') || WORKLOADS.some(({ name }) => wants(options, name));

export async function measureThroughput(
  options: Options,
  database: Database,
  folder: string,
): Promise<WorkloadResult[]> {
  const names = Object.keys(TARGETS) as TargetName[];
  const targets: Target[] = [];
  try {
    for (const name of names.filter((each) => options.targets?.includes(each) ?? true)) {
      targets.push(await TARGETS[name](database.url, folder));
    }
    const results: WorkloadResult[] = [];
    const chosen = WORKLOADS.filter(({ name }) => wants(options, 'throughput') || wants(options, name));
    for (const workload of chosen)
      results.push(await measureWorkload(options, database, workload, targets, folder));
    return results;
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
  }
}

interface Round extends LoadResult {
  readonly statementMs: number;
}

async function measureWorkload(
  { seconds, rounds, warmUpSeconds, connections }: Options,
  { label, url }: Database,
  workload: Workload,
  all: readonly Target[],
  folder: string,
): Promise<WorkloadResult> {
  const keys = workload.keys === undefined ? [undefined] : await readKeys(url, workload.keys);
  const targets = all.filter((target) => target.request(workload, keys[0]) !== undefined);
  await assertSameAnswers(workload, targets, keys.slice(0, 5));
  const run = (target: Target, duration: number): Promise<LoadResult> =>
    applyLoad({
      base: target.base,
      headers: target.headers,
      requests: keys.flatMap((key) => target.request(workload, key) ?? []),
      seconds: duration,
      connections,
      folder,
    });
  for (const target of targets) await run(target, warmUpSeconds);
  const measured = new Map<Target, Round[]>(targets.map((target) => [target, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [target, results] of measured) {
      const { before } = workload;
      if (before !== undefined) await withClient(url, (client) => client.query(before));
      await takeStatementTime(url);
      const result = await run(target, seconds);
      results.push({ ...result, statementMs: (await takeStatementTime(url)) / result.requests });
    }
  }
  await assertSameAnswers(workload, targets, keys.slice(-2));
  const summaries = [...measured].map(
    ([target, results]) => [target.name, summarise(target, results)] as const,
  );
  const shown = summaries.map(
    ([name, { requestsPerSecond, p99Ms }]) =>
      `${name} ${whole(requestsPerSecond)}/s (p99 ${fixed(p99Ms, 1)} ms)`,
  );
  say(`  ${label} ${workload.name}: ${shown.join(', ')}`);
  return {
    data: label,
    workload: workload.name,
    meaning: workload.meaning,
    targets: Object.fromEntries(summaries),
  };
}

function summarise(target: Target, results: readonly Round[]): Measured {
  const middle = (of: (round: Round) => number): number => median(results.map(of));
  return {
    requestsPerSecond: middle((round) => round.requestsPerSecond),
    p50Ms: middle((round) => round.p50Ms),
    p99Ms: middle((round) => round.p99Ms),
    errors: results.reduce((sum, round) => sum + round.errors, 0),
    statementMs: middle((round) => round.statementMs),
    rssMb: target.rssMb(),
    rounds: results.map((round) => Math.round(round.requestsPerSecond)),
  };
}

/** A fast wrong answer is no answer: all targets must say the same, and say something. */
async function assertSameAnswers(
  workload: Workload,
  targets: readonly Target[],
  keys: readonly (number | undefined)[],
): Promise<void> {
  if (keys.length === 0) throw new Error(`${workload.name}: the data has no key to ask for`);
  for (const key of keys) {
    const answers = await Promise.all(targets.map((target) => ask(target, workload, key)));
    const [first] = answers;
    const different = answers.findIndex((answer) => !isDeepStrictEqual(answer, first));
    if (different > 0) {
      const [one, other] = [first, answers[different]].map((answer) => JSON.stringify(answer).slice(0, 600));
      throw new Error(
        `${workload.name}: ${targets[0]?.name} and ${targets[different]?.name} differ\n${one}\n${other}`,
      );
    }
  }
}

async function ask(target: Target, workload: Workload, key: number | undefined): Promise<unknown> {
  const request = target.request(workload, key);
  if (request === undefined) throw new Error(`${target.name} cannot be asked for ${workload.name}`);
  const { path, body } = request;
  const response = await fetch(`${target.base}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: target.headers,
    ...(body === undefined ? {} : { body }),
  });
  const answer: unknown = await response.json();
  const data = response.ok ? target.data(workload, answer) : undefined;
  const root = Object.values((data ?? {}) as object)[0] as unknown;
  const isEmpty = root === null || root === undefined || (Array.isArray(root) && root.length === 0);
  if (isEmpty)
    throw new Error(`${target.name}: ${workload.name} answered ${JSON.stringify(answer).slice(0, 600)}`);
  return data;
}

/** Both doors answer the same rows from the same plans. */
const REST_AGAINST_GRAPHQL = 0.85;

export function throughputVerdicts(results: readonly WorkloadResult[]): Verdict[] {
  return results.flatMap(({ data, workload, targets }) => {
    const ours = targets.goforward;
    if (ours === undefined) return [];
    const bars = Object.entries(WORKLOADS.find(({ name }) => name === workload)?.bars ?? {});
    const ratios = bars.flatMap(([control, bar]): Verdict[] => {
      const theirs = targets[control];
      if (theirs === undefined) return [];
      const value = ours.requestsPerSecond / theirs.requestsPerSecond;
      return [{ name: `${data} ${workload}: against ${control}`, value, bar, unit: '×', kind: 'at-least' }];
    });
    const rest = targets.rest;
    const restBar = WORKLOADS.find(({ name }) => name === workload)?.rest?.bar;
    if (rest !== undefined && targets.bare !== undefined && restBar !== undefined)
      ratios.push({
        name: `${data} ${workload}: REST against bare`,
        value: rest.requestsPerSecond / targets.bare.requestsPerSecond,
        bar: restBar,
        unit: '×',
        kind: 'at-least',
      });
    if (rest !== undefined)
      ratios.push({
        name: `${data} ${workload}: REST against GraphQL`,
        value: rest.requestsPerSecond / ours.requestsPerSecond,
        bar: REST_AGAINST_GRAPHQL,
        unit: '×',
        kind: 'at-least',
      });
    const errors = Object.values(targets).reduce((sum, target) => sum + target.errors, 0);
    return [
      ...ratios,
      { name: `${data} ${workload}: errors`, value: errors, bar: 0, unit: '', kind: 'at-most' },
    ];
  });
}
