/** `npm run bench:sql-shapes -- [--scale N]`: which way of building the JSON is fastest on this PostgreSQL. One client, prepared. */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type pg from 'pg';
import { startScratchCluster } from '../support/scratch-cluster.ts';
import { createPlatformDatabase, fillWithMusic, withClient } from './database.ts';
import { fixed, median, say, table } from './output.ts';
import { SHAPE_QUESTIONS, type ShapeQuestion } from './shapes.ts';

const ROUNDS = 5;
const ROUND_MS = 200;

const { values } = parseArgs({ options: { scale: { type: 'string', default: '1' } } });
const cluster = await startScratchCluster({ jit: 'off' });
try {
  const url = await createPlatformDatabase(cluster, 'shapes');
  await fillWithMusic(url, Number(values.scale));
  await withClient(url, async (client) => {
    for (const question of SHAPE_QUESTIONS) await compare(client, question);
  });
} finally {
  await cluster.stop();
}

async function compare(client: pg.Client, question: ShapeQuestion): Promise<void> {
  const { name, shapes } = question;
  await assertSameAnswers(client, question);
  const times = new Map<string, number[]>(Object.keys(shapes).map((shape) => [shape, []]));
  // Rounds in turn, so that a drift of the machine meets every shape alike.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [shape, measured] of times) {
      const ms = await timePerRun(client, question, shape);
      if (round > 0) measured.push(ms);
    }
  }
  const results = [...times].map(([shape, measured]) => ({ shape, ms: median(measured) }));
  const fastest = Math.min(...results.map(({ ms }) => ms));
  const rows = results.map(({ shape, ms }) => [shape, fixed(ms, 3), `${fixed(ms / fastest)}×`]);
  say(`${table([name, 'ms', 'of fastest'], rows)}\n`);
}

async function timePerRun(client: pg.Client, question: ShapeQuestion, shape: string): Promise<number> {
  const started = performance.now();
  let runs = 0;
  while (performance.now() - started < ROUND_MS) {
    await client.query(statement(question, shape));
    runs += 1;
  }
  return (performance.now() - started) / runs;
}

function statement({ name, key, shapes }: ShapeQuestion, shape: string): pg.QueryArrayConfig {
  const values = key === undefined ? [] : [key];
  return { name: `${shape}: ${name}`.slice(0, 63), text: shapes[shape] ?? '', values, rowMode: 'array' };
}

async function assertSameAnswers(client: pg.Client, question: ShapeQuestion): Promise<void> {
  const answers: { shape: string; answer: unknown }[] = [];
  for (const shape of Object.keys(question.shapes)) {
    const { rows, fields } = await client.query<string[]>(statement(question, shape));
    if (fields.length === 1) answers.push({ shape, answer: JSON.parse(rows[0]?.[0] ?? 'null') });
  }
  for (const { shape, answer } of answers) {
    if (!isDeepStrictEqual(answer, answers[0]?.answer)) {
      throw new Error(`${question.name}: ${shape} answers something else than ${answers[0]?.shape}`);
    }
  }
}
