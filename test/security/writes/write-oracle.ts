/**
 * The authorization oracle of writes: random databases, callers and mutations; what the server answers, refuses and leaves in the tables
 * must be what plain SQL as that caller answers, refuses and leaves.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import pg from 'pg';
import type { Json } from '../reference/evaluate.ts';
import type { GraphqlText } from '../reference/query-graphql.ts';
import type { CallerModel } from '../reference/schema-model.ts';
import { createSubject, type Reply, type Sabotage } from '../reference/subject.ts';
import { makeMutation, rawMutationArbitrary } from './write-arbitrary.ts';
import { toMutationText } from './write-graphql.ts';
import type { MutationModel, WriteRootModel, WriteSchemaModel } from './write-model.ts';
import { type Outcome, PARENT_MISSING, type Tables, WriteReference } from './write-reference.ts';
import { toRestWrite } from './write-rest.ts';
import { writeSchemaArbitrary } from './write-schema.ts';

export interface WriteOracleInput {
  /** A superuser, the login of the API, and that of the platform; all on one database that is the oracle's own. */
  readonly adminUrl: string;
  readonly apiUrl: string;
  readonly platformUrl: string;
  readonly cases: number;
  readonly seed?: number | undefined;
  readonly sabotage?: Sabotage;
  /** Looks for the smallest failing case. */
  readonly shrink?: boolean;
}

export interface WriteOracleResult {
  readonly seed: number;
  readonly databases: number;
  readonly cases: number;
  /** Answered with at least one row written; refused by grants, by policies, by anything else: each must be many. */
  readonly written: number;
  readonly byGrants: number;
  readonly byPolicies: number;
  readonly byOthers: number;
  /** Asked over REST as well, as far as it has words for them. */
  readonly overRest: number;
  readonly elapsedMs: number;
  readonly failure: string | undefined;
}

const MUTATIONS = 25;
const SHRINK_MS = 40_000;

export async function runWriteOracle(input: WriteOracleInput): Promise<WriteOracleResult> {
  const startedAt = performance.now();
  const admin = new pg.Client({ connectionString: input.adminUrl });
  await admin.connect();
  const role = `writer_${(await admin.query<{ oid: number }>('select oid from pg_database where datname = current_database()')).rows[0]?.oid}`;
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
  const counts = { databases: 0, cases: 0, written: 0, byGrants: 0, byPolicies: 0, byOthers: 0, overRest: 0 };
  let failedAt: number | undefined;

  const check = async (schema: WriteSchemaModel, before: Tables, mutation: MutationModel): Promise<void> => {
    const text = toMutationText(mutation);
    const reference = new WriteReference(admin, schema);
    const expected = await reference.perform(mutation).catch((error: unknown) => {
      failedAt ??= performance.now();
      throw new Mismatch(
        report(`the reference itself failed: ${(error as Error).stack}`, schema, mutation, text),
      );
    });
    const judge = async (outcome: Outcome, asked: MutationModel, reply: Reply, words: GraphqlText) => {
      const after = await reference.tables();
      const wanted = outcome.refusal ? before : outcome.tables;
      const problem =
        difference(outcome, reply, asked.roots) ??
        (isDeepStrictEqual(after, wanted)
          ? undefined
          : `the tables hold ${JSON.stringify(after)}\n  instead of ${JSON.stringify(wanted)}`);
      if (!isDeepStrictEqual(after, before)) await restore(admin, schema);
      if (problem === undefined) return;
      failedAt ??= performance.now();
      throw new Mismatch(report(problem, schema, asked, words));
    };
    await judge(expected, mutation, await subject.ask(text, mutation.caller), text);
    const rest = toRestWrite(mutation);
    if (rest) {
      // Over REST there is no schema of a role: PostgreSQL refuses by itself.
      const plain = await reference.perform(rest.mutation, false);
      const reply = await subject.askRest(rest.path, mutation.caller, rest);
      const told = reply.kind === 'data' ? { ...reply, data: rest.data(reply.data) } : reply;
      const words = { query: `${rest.method} ${rest.path}`, variables: { body: rest.body, ...rest.headers } };
      await judge(plain, rest.mutation, told, words);
      if (failedAt === undefined) counts.overRest += 1;
    }
    if (failedAt === undefined) count(expected);
  };
  const count = (expected: Outcome): void => {
    counts.cases += 1;
    const { refusal } = expected;
    if (!refusal) counts.written += expected.written > 0 ? 1 : 0;
    else if (refusal.kind === 'grants') counts.byGrants += 1;
    else if (refusal.state === '42501') counts.byPolicies += 1;
    else counts.byOthers += 1;
  };

  const property = fc.asyncProperty(
    writeSchemaArbitrary(['anon', 'authenticated', role]),
    fc.array(rawMutationArbitrary, { minLength: 1, maxLength: 2 * MUTATIONS, size: 'max' }),
    async (schema, mutations) => {
      if (failedAt === undefined) counts.databases += 1;
      // Out of time: what is left to try counts as fine, so that the smallest failure so far is the result.
      else if (performance.now() > failedAt + SHRINK_MS) return;
      await install(admin, schema);
      await subject.load();
      const before = await new WriteReference(admin, schema).tables();
      for (const raw of mutations) await check(schema, before, makeMutation(raw, schema, callers));
    },
  );
  try {
    const result = await fc.check(property, {
      numRuns: Math.max(1, Math.ceil(input.cases / MUTATIONS)),
      ...(input.seed === undefined ? {} : { seed: input.seed }),
      endOnFailure: input.shrink === false,
    });
    const { errorInstance } = result;
    const failure = !result.failed
      ? undefined
      : errorInstance instanceof Mismatch
        ? `${errorInstance.message}\nagain with: npm run fuzz -- --only writes --seed ${result.seed} --cases ${input.cases}`
        : `the oracle itself failed (seed ${result.seed}): ${(errorInstance as Error | null)?.stack ?? 'interrupted'}`;
    return { seed: result.seed, ...counts, elapsedMs: Math.round(performance.now() - startedAt), failure };
  } finally {
    await subject.close();
    await admin.query(
      `drop schema public cascade; create schema public; drop owned by ${role}; drop role ${role}`,
    );
    await admin.end();
  }
}

class Mismatch extends Error {}

async function install(admin: pg.Client, schema: WriteSchemaModel): Promise<void> {
  const start =
    'drop schema public cascade; create schema public; grant usage on schema public to service_role';
  await admin.query([start, ...schema.statements].join(';\n'));
}

/** As it was, with triggers and foreign keys asleep. */
async function restore(admin: pg.Client, schema: WriteSchemaModel): Promise<void> {
  const statements = ['begin', 'set local session_replication_role = replica', ...schema.restore, 'commit'];
  await admin.query(statements.join(';\n'));
}

/** Undefined where the server answered as PostgreSQL does. */
function difference(expected: Outcome, reply: Reply, roots: readonly WriteRootModel[]): string | undefined {
  const { refusal } = expected;
  const got = JSON.stringify(reply);
  if (!refusal) {
    if (reply.kind !== 'data')
      return `the server refuses (${got}), PostgreSQL answers ${JSON.stringify(expected.data)}`;
    const [want, have] = [expected.data, reply.data as { [key: string]: Json }].map((data) =>
      roots.map((root, index) => canonical(data[`root${index}`] as Json, root)),
    );
    return isDeepStrictEqual(want, have)
      ? undefined
      : `expected ${JSON.stringify(want)}\n     got ${JSON.stringify(have)}`;
  }
  if (reply.kind === 'data')
    return `PostgreSQL refuses (${JSON.stringify(refusal)}), the server answers ${got}`;
  if (refusal.kind === 'grants') {
    if (reply.kind === 'refused' && !reply.late) return undefined;
    return `the schema of the role offers what is not granted: ${got}`;
  }
  if (refusal.state === PARENT_MISSING)
    return reply.kind === 'failed' && /cannot proceed to insert/.test(reply.message)
      ? undefined
      : `a parent is missing, the server says ${got}`;
  if (['42501', '23514', '44000'].includes(refusal.state)) {
    if (reply.kind === 'refused' && reply.late && reply.sqlState === refusal.state) return undefined;
  } else if (reply.kind === 'failed' && reply.sqlState === refusal.state) return undefined;
  return `PostgreSQL refuses (${JSON.stringify(refusal)}), the server says ${got}`;
}

/** Rows that stand in no promised order are sorted, so that they compare as a bag. */
function canonical(value: Json, root: WriteRootModel): Json {
  if (root.kind === 'update many') return (value as Json[]).map((one) => canonicalAnswer(one, false, root));
  return canonicalAnswer(value, root.kind === 'insert', root);
}

function canonicalAnswer(value: Json, isOrdered: boolean, { answer }: WriteRootModel): Json {
  if (answer.isRow || !answer.fields) return canonicalRow(value);
  const { affected_rows, returning } = value as { affected_rows: Json; returning: Json[] };
  const rows = returning.map(canonicalRow);
  return { affected_rows, returning: isOrdered ? rows : sorted(rows) };
}

function canonicalRow(value: Json): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  // Lists of related rows; a list in a document holds no objects with our columns alone, and sorting it on both sides is harmless.
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, Array.isArray(one) ? sorted(one) : one]),
  );
}

function sorted(rows: readonly Json[]): Json[] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function report(
  problem: string,
  schema: WriteSchemaModel,
  { caller }: MutationModel,
  text: GraphqlText,
): string {
  return [
    problem,
    `caller: ${JSON.stringify(caller)}`,
    `mutation: ${text.query}`,
    `variables: ${JSON.stringify(text.variables)}`,
    'database:',
    ...schema.statements.map((statement) => `  ${statement};`),
  ].join('\n');
}
