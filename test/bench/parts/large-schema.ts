/** A thousand tables: how long until their API answers, and what a reload does to the requests beside it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScratchCluster } from '../../support/scratch-cluster.ts';
import { createPlatformDatabase, withClient } from '../database.ts';
import { fixed, median, say } from '../output.ts';
import { startProbe } from '../probe.ts';
import type { Figure, Verdict } from '../results.ts';
import { spawnGoForward } from '../targets.ts';
import { signToken } from '../token.ts';

const TABLES = 1_000;
const COLUMNS = [
  'integer',
  'text',
  'boolean',
  'timestamptz',
  'numeric(10, 2)',
  'jsonb',
  'uuid',
  'date',
  'bigint',
  'text[]',
];
const RELOADS = 3;

export async function measureLargeSchema(
  cluster: ScratchCluster,
  folder: string,
): Promise<{ figures: Figure[]; verdicts: Verdict[] }> {
  const url = await createPlatformDatabase(cluster, 'large');
  await withClient(url, async (client) => {
    for (const statement of schemaStatements()) await client.query(statement);
  });
  const { child, base } = await spawnGoForward(url, folder);
  try {
    const json = { 'content-type': 'application/json' };
    const user = { ...json, authorization: `Bearer ${await signToken('authenticated')}` };
    const service = { ...json, authorization: `Bearer ${await signToken('service_role')}` };
    const body = JSON.stringify({ query: '{ item_1(limit: 1) { id parent { id } } }' });
    const ask = (): Promise<number> => timed(`${base}/graphql`, user, body);
    const firstMs = await ask();
    const reloadMs: number[] = [];
    const slowestMs: number[] = [];
    const quietMs = await slowestWhile(base, user, body, () => sleep(1_000));
    for (let round = 0; round < RELOADS; round++) {
      slowestMs.push(
        await slowestWhile(base, user, body, async () => {
          const reload = await timed(`${base}/meta/v1/reload`, service, '{}');
          reloadMs.push(reload + (await ask()));
          await sleep(500);
        }),
      );
    }
    const ready = median(reloadMs);
    const slowest = Math.max(...slowestMs);
    say(
      `  ${TABLES} tables: ready after ${fixed(ready, 0)} ms, slowest request beside a reload ${fixed(slowest, 1)} ms`,
    );
    const figure = (name: string, value: number, unit = 'ms'): Figure => ({
      part: 'large-schema',
      name,
      value,
      unit,
    });
    return {
      figures: [
        figure('start to ready', child.readyMs),
        figure('first answer of a role after the start', firstMs),
        figure('introspection and schema ready (reload and first answer)', ready),
        figure('slowest request with no reload', quietMs),
        figure('slowest request beside a reload', slowest),
        figure('resident memory', child.rssMb(), 'MB'),
      ],
      verdicts: [
        {
          name: '1,000 tables: introspection + schema ready',
          value: ready,
          bar: 2_500,
          unit: 'ms',
          kind: 'at-most',
        },
        {
          name: '1,000 tables: slowest request beside a reload',
          value: slowest,
          bar: 100,
          unit: 'ms',
          kind: 'at-most',
        },
      ],
    };
  } finally {
    await child.stop();
  }
}

/** Fifteen columns each: key, parent, grandparent, and twelve of all sorts of types. */
function* schemaStatements(): Iterable<string> {
  for (let table = 1; table <= TABLES; table++) {
    const reference = (name: string): string =>
      `${name}_id integer references item_${Math.max(1, table >> 1)} (id)`;
    const others = Array.from(
      { length: 12 },
      (_, index) => `value_${index + 1} ${COLUMNS[index % COLUMNS.length]}`,
    );
    yield `create table item_${table} (id serial primary key, ${[reference('parent'), reference('origin'), ...others].join(', ')})`;
  }
  yield 'insert into item_1 (id) values (1)';
  yield 'grant select, insert, update, delete on all tables in schema public to authenticated';
}

async function timed(url: string, headers: Record<string, string>, body: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"'))
    throw new Error(`${url} answered ${response.status} ${text.slice(0, 300)}`);
  return performance.now() - started;
}

async function slowestWhile(
  base: string,
  headers: Record<string, string>,
  body: string,
  action: () => Promise<unknown>,
): Promise<number> {
  const probes = [1, 2, 3, 4].map(() => startProbe({ url: `${base}/graphql`, headers, body, pauseMs: 2 }));
  const stop = () => Promise.all(probes.map((probe) => probe.stop()));
  // A probe left running would go on asking a server that is gone.
  await action().catch(async (error) => {
    await stop();
    throw error;
  });
  const ended = await stop();
  const failures = ended.reduce((sum, probe) => sum + probe.failures, 0);
  if (failures > 0) throw new Error(`${failures} requests beside the reload were not answered with 200`);
  return Math.max(...ended.map(({ slowestMs }) => slowestMs));
}
