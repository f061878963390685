/** Many rows in one mutation against the same INSERT sent as SQL, and how many statements nested rows take. */
import pg from 'pg';
import { readKeys, takeStatementCount, withClient } from '../database.ts';
import { fixed, median, say } from '../output.ts';
import type { Figure, Verdict } from '../results.ts';
import { spawnGoForward } from '../targets.ts';
import { CLAIMS, signToken } from '../token.ts';

const ROWS = 1_000;
const ROUNDS = 40;
const WARM_UP = 10;
const PARENTS = 100;
const CHILDREN = 10;
/** Of the time that the same INSERT takes when it is sent as SQL. */
const BAR = 1.5;

export async function measureWriting(
  databaseUrl: string,
  folder: string,
): Promise<{ figures: Figure[]; verdicts: Verdict[] }> {
  const tracks = await readKeys(
    databaseUrl,
    `select track_id as key from track order by track_id limit ${ROWS}`,
  );
  const { child, base } = await spawnGoForward(databaseUrl, folder);
  try {
    const mutate = mutation(`${base}/graphql`, await signToken('authenticated'));
    const bulk = await measureBulk(databaseUrl, tracks, mutate);
    const nested = await countStatements(databaseUrl, tracks, mutate);
    say(
      `  ${ROWS} rows: ${fixed(bulk.oursMs, 1)} ms, as SQL ${fixed(bulk.sqlMs, 1)} ms; nested ${PARENTS} × ${CHILDREN}: ${nested.many} statements`,
    );
    const figure = (name: string, value: number, unit: string): Figure => ({
      part: 'writing',
      name,
      value,
      unit,
    });
    return {
      figures: [
        figure(`${ROWS} rows in one mutation`, bulk.oursMs, 'ms'),
        figure(`the same INSERT sent as SQL, as the same role`, bulk.sqlMs, 'ms'),
        figure(`${PARENTS} rows with ${CHILDREN} children each, in one mutation`, nested.manyMs, 'ms'),
        figure(`statements of that, the request's settings included`, nested.many, ''),
      ],
      verdicts: [
        {
          name: `${ROWS} rows in one mutation: time against the same INSERT`,
          value: bulk.oursMs / bulk.sqlMs,
          bar: BAR,
          unit: '×',
          kind: 'at-most',
        },
        {
          name: `${PARENTS} × ${CHILDREN} nested rows: statements, against those of 1 × 1`,
          value: nested.many,
          bar: nested.one,
          unit: '',
          kind: 'at-most',
        },
      ],
    };
  } finally {
    await child.stop();
  }
}

type Mutate = (query: string, objects: readonly object[], affected: number) => Promise<void>;

/** Posts and checks what was written: a refusal would be fast. */
function mutation(url: string, token: string): Mutate {
  return async (query, objects, affected) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { objects } }),
    });
    const answer = (await response.json()) as { data?: { written: { affected_rows: number } } };
    if (answer.data?.written.affected_rows !== affected)
      throw new Error(`writing ${affected} rows answered ${JSON.stringify(answer).slice(0, 600)}`);
  };
}

/** Both alternate on one connection each, so that a drift of the machine meets both alike. */
async function measureBulk(databaseUrl: string, tracks: readonly number[], mutate: Mutate) {
  const objects = tracks.map((track_id) => ({ track_id, email: CLAIMS.email }));
  const values = tracks.map((track) => `(${track}, ${pg.escapeLiteral(CLAIMS.email)})`);
  const insert = `insert into play (track_id, email) values ${values.join(', ')}`;
  const query =
    'mutation ($objects: [play_insert_input!]!) { written: insert_play(objects: $objects) { affected_rows } }';
  const ours: number[] = [];
  const sql: number[] = [];
  await withClient(databaseUrl, async (client) => {
    await client.query("select set_config('request.jwt.claims', $1, false)", [JSON.stringify(CLAIMS)]);
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      await client.query('reset role; truncate play, listening; set role authenticated');
      const first = await elapsed(() => mutate(query, objects, tracks.length));
      await client.query('reset role; truncate play, listening; set role authenticated');
      const second = await elapsed(() => client.query(insert));
      if (round < WARM_UP) continue;
      ours.push(first);
      sql.push(second);
    }
  });
  return { oursMs: median(ours), sqlMs: median(sql) };
}

async function countStatements(databaseUrl: string, tracks: readonly number[], mutate: Mutate) {
  const query =
    'mutation ($objects: [listening_insert_input!]!) { written: insert_listening(objects: $objects) { affected_rows } }';
  const run = async (parents: number, children: number) => {
    const objects = Array.from({ length: parents }, (_, parent) => ({
      plays: {
        data: Array.from({ length: children }, (_, child) => ({
          track_id: tracks[(parent * children + child) % tracks.length],
        })),
      },
    }));
    await takeStatementCount(databaseUrl);
    const ms = await elapsed(() => mutate(query, objects, parents * (children + 1)));
    return { ms, statements: await takeStatementCount(databaseUrl) };
  };
  await run(1, 1);
  const one = await run(1, 1);
  await run(PARENTS, CHILDREN);
  const many = await run(PARENTS, CHILDREN);
  return { one: one.statements, many: many.statements, manyMs: many.ms };
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
