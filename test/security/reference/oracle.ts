/**
 * The authorization oracle: random databases, random callers, random questions; each answer of the server must be the one
 * that the reference gives, and each refusal one of PostgreSQL's.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import pg from 'pg';
import { canonical } from './compare.ts';
import { type Answer, Reference } from './evaluate.ts';
import { makeQuery, rawQueryArbitrary } from './query-arbitrary.ts';
import { type GraphqlText, toGraphql } from './query-graphql.ts';
import type { QueryModel } from './query-model.ts';
import { type RestQuestion, toRest } from './query-rest.ts';
import { schemaArbitrary } from './schema-arbitrary.ts';
import type { CallerModel, SchemaModel } from './schema-model.ts';
import { createSubject, type Reply, type Sabotage } from './subject.ts';

export interface OracleInput {
  /** A superuser, the login of the API, and that of the platform; all on one database that is the oracle's own. */
  readonly adminUrl: string;
  readonly apiUrl: string;
  readonly platformUrl: string;
  readonly cases: number;
  readonly seed?: number | undefined;
  readonly sabotage?: Sabotage;
  /** Makes the reference ask as somebody else. */
  readonly mistaken?: (query: QueryModel) => QueryModel;
  /** Looks for the smallest failing case. */
  readonly shrink?: boolean;
}

export interface OracleResult {
  readonly seed: number;
  readonly databases: number;
  readonly cases: number;
  /** Answers with data, with at least one row in it, and refusals: a run that only refuses proves nothing. */
  readonly answered: number;
  readonly withRows: number;
  readonly refused: number;
  /** Of the questions those that were asked over REST as well. */
  readonly overRest: number;
  readonly elapsedMs: number;
  /** What went wrong in the smallest case found, with all that is needed to do it again. */
  readonly failure: string | undefined;
}

/** Questions put to one database, on average. */
const QUESTIONS = 25;
/** How long the smallest failing case is looked for. */
const SHRINK_MS = 40_000;

export async function runOracle(input: OracleInput): Promise<OracleResult> {
  const startedAt = performance.now();
  const admin = new pg.Client({ connectionString: input.adminUrl });
  await admin.connect();
  const role = `oracle_${(await admin.query<{ oid: number }>('select oid from pg_database where datname = current_database()')).rows[0]?.oid}`;
  await admin.query(
    `create role ${role} nologin inherit; grant authenticated to ${role}; grant ${role} to authenticator`,
  );
  const subject = createSubject(input, input.sabotage);
  const callers: readonly CallerModel[] = [
    { role: 'anon', claims: {} },
    { role: 'authenticated', claims: { sub: 'u1', tenant: 1 } },
    { role: 'authenticated', claims: { sub: 'u2', tenant: 2 } },
    { role: 'authenticated', claims: {} },
    { role, claims: { sub: 'u1', tenant: 2 } },
    { role: 'service_role', claims: {} },
  ];
  const counts = { databases: 0, cases: 0, answered: 0, withRows: 0, refused: 0, overRest: 0 };
  let failedAt: number | undefined;

  const check = async (schema: SchemaModel, query: QueryModel): Promise<void> => {
    await checkGraphql(schema, query);
    const question = toRest(query, schema);
    if (question) await checkRest(schema, question);
  };

  const checkRest = async (schema: SchemaModel, { query, path, data }: RestQuestion): Promise<void> => {
    const reference = new Reference(admin, schema);
    const expected = await reference.ask(input.mistaken?.(query) ?? query);
    const reply = await subject.askRest(path, query.caller);
    const shown = reply.kind === 'data' ? { ...reply, data: data(reply.data) } : reply;
    const problem = await restDifference(reference, expected, shown, query, schema);
    if (problem !== undefined) {
      failedAt ??= performance.now();
      throw new Mismatch(report(problem, schema, query, { query: `GET ${path}`, variables: {} }));
    }
    if (failedAt === undefined) counts.overRest += 1;
  };

  const checkGraphql = async (schema: SchemaModel, query: QueryModel): Promise<void> => {
    const text = toGraphql(query);
    const reference = new Reference(admin, schema);
    const expected = await reference.ask(input.mistaken?.(query) ?? query).catch((error: unknown) => {
      failedAt ??= performance.now();
      throw new Mismatch(report(`the reference itself failed: ${error}`, schema, query, text));
    });
    const reply = await subject.ask(text, query.caller);
    const problem = await difference(reference, expected, reply, query, schema);
    if (problem !== undefined) {
      failedAt ??= performance.now();
      throw new Mismatch(report(problem, schema, query, text));
    }
    if (failedAt !== undefined) return;
    counts.cases += 1;
    if (expected.refused) counts.refused += 1;
    else {
      counts.answered += 1;
      if (/"(?!root)[^"]+":/.test(JSON.stringify(expected.data))) counts.withRows += 1;
    }
  };

  const property = fc.asyncProperty(
    schemaArbitrary(['anon', 'authenticated', role]),
    fc.array(rawQueryArbitrary, { minLength: 1, maxLength: 2 * QUESTIONS, size: 'max' }),
    async (schema, questions) => {
      if (failedAt === undefined) counts.databases += 1;
      // Out of time: what is left to try counts as fine, so that the smallest failure so far is the result.
      else if (performance.now() > failedAt + SHRINK_MS) return;
      await install(admin, schema);
      await subject.load();
      for (const question of questions) await check(schema, makeQuery(question, schema, callers));
    },
  );
  try {
    const result = await fc.check(property, {
      numRuns: Math.max(1, Math.ceil(input.cases / QUESTIONS)),
      ...(input.seed === undefined ? {} : { seed: input.seed }),
      endOnFailure: input.shrink === false,
    });
    const { errorInstance } = result;
    const failure = !result.failed
      ? undefined
      : errorInstance instanceof Mismatch
        ? `${errorInstance.message}\nagain with: npm run fuzz -- --seed ${result.seed} --cases ${input.cases}`
        : `the oracle itself failed (seed ${result.seed}): ${(errorInstance as Error | null)?.stack ?? 'interrupted'}`;
    const elapsedMs = Math.round(performance.now() - startedAt);
    return { seed: result.seed, ...counts, elapsedMs, failure };
  } finally {
    await subject.close();
    await admin.query(
      `drop schema public cascade; create schema public; drop owned by ${role}; drop role ${role}`,
    );
    await admin.end();
  }
}

class Mismatch extends Error {}

async function install(admin: pg.Client, schema: SchemaModel): Promise<void> {
  const start =
    'drop schema public cascade; create schema public; grant usage on schema public to service_role';
  await admin.query([start, ...schema.statements].join(';\n'));
}

/** Undefined where the server did as PostgreSQL would. */
async function difference(
  reference: Reference,
  expected: Answer,
  reply: Reply,
  query: QueryModel,
  schema: SchemaModel,
): Promise<string | undefined> {
  if (reply.kind === 'failed') return `the server failed: ${reply.message}`;
  if (expected.refused) {
    if (reply.kind === 'data')
      return `PostgreSQL refuses ${expected.refused}, the server answers ${JSON.stringify(reply.data)}`;
    if (reply.late === (expected.refused === 'later')) return undefined;
    return reply.late
      ? `the schema of the role offers what is not granted: ${reply.message}`
      : `the schema of the role lacks what is granted: ${reply.message}`;
  }
  if (reply.kind === 'refused') {
    if (reply.late && schema.mayRefuseLate && (await reference.mayBeRefusedLater(query))) return undefined;
    return `the server refuses (${reply.message}), PostgreSQL answers ${JSON.stringify(expected.data)}`;
  }
  const [want, got] = [canonical(expected.data, query), canonical(reply.data, query)];
  return isDeepStrictEqual(want, got)
    ? undefined
    : `expected ${JSON.stringify(want)}\n     got ${JSON.stringify(got)}`;
}

/** Over REST there is no schema of a role: PostgreSQL refuses all by itself, or has no rows that it would have to refuse. */
async function restDifference(
  reference: Reference,
  expected: Answer,
  reply: Reply,
  query: QueryModel,
  schema: SchemaModel,
): Promise<string | undefined> {
  if (expected.refused === undefined || reply.kind === 'failed')
    return difference(reference, expected, reply, query, schema);
  if (reply.kind === 'refused') return undefined;
  const plain = await reference.ask(query, false);
  if (plain.refused === undefined) return difference(reference, plain, reply, query, schema);
  return `PostgreSQL refuses ${expected.refused}, REST answers ${JSON.stringify(reply.data)}`;
}

function report(problem: string, schema: SchemaModel, { caller }: QueryModel, text: GraphqlText): string {
  return [
    problem,
    `caller: ${JSON.stringify(caller)}`,
    `query: ${text.query}`,
    `variables: ${JSON.stringify(text.variables)}`,
    'database:',
    ...schema.statements.map((statement) => `  ${statement};`),
  ].join('\n');
}
