/** Whatever is asked, on databases and requests drawn at random: what the statements touch is in the scope of the key, or the request is refused. */
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CallerScope, SCOPE_VERBS, type Touch } from '../../src/caller-scope.ts';
import type { CallerStatement } from '../../src/database/as-caller.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { touchesOfStatement } from '../support/statement-touches.ts';
import { makeQuery, rawQueryArbitrary } from './reference/query-arbitrary.ts';
import { toGraphql } from './reference/query-graphql.ts';
import { toRest } from './reference/query-rest.ts';
import { schemaArbitrary } from './reference/schema-arbitrary.ts';
import type { RelationModel } from './reference/schema-model.ts';
import { createSubject, type Reply, type Subject } from './reference/subject.ts';
import { makeMutation, rawMutationArbitrary } from './writes/write-arbitrary.ts';
import { toMutationText } from './writes/write-graphql.ts';
import { toRestWrite } from './writes/write-rest.ts';
import { writeSchemaArbitrary } from './writes/write-schema.ts';

/** Fixed, so that a failure in CI is not a matter of luck. */
const SEED = 20_261_127;
const DATABASES = 20;
const QUESTIONS = 25;
const SERVICE = { role: 'service_role', claims: {} };

let database: TestDatabase;
let admin: pg.Client;
let subject: Subject;
let scope: CallerScope | undefined;
let sent: CallerStatement[] = [];
const counts = { answered: 0, refused: 0, statements: 0 };

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  subject = createSubject(database, {}, { scope: () => scope, sent: (statement) => sent.push(statement) });
});
afterAll(async () => {
  await subject.close();
  await admin.end();
  await database.drop();
});

interface Schema {
  readonly relations: readonly RelationModel[];
  readonly statements: readonly string[];
}

async function install(schema: Schema): Promise<void> {
  const start =
    'drop schema public cascade; create schema public; grant usage on schema public to service_role';
  await admin.query(
    [start, ...schema.statements, 'grant all on all tables in schema public to service_role'].join(';\n'),
  );
  await subject.load();
}

/** Most of what there is, so that neither answers nor refusals are rare. */
function scopeOf(schema: Schema, draws: readonly number[]): CallerScope {
  let at = 0;
  const isIn = () => {
    at += 1;
    return (draws[at % draws.length] ?? 0) % 6 !== 0;
  };
  return new CallerScope(
    schema.relations.flatMap(({ name, computed, finder }) => [
      { tables: [`public.${name}`], verbs: SCOPE_VERBS.filter(isIn) },
      { functions: [computed, finder].flatMap((one) => (one && isIn() ? [`public.${one}`] : [])) },
    ]),
  );
}

const named = ({ verb, schema, name }: Touch) => `${verb} ${schema}.${name}`;

async function ask(given: CallerScope, request: () => Promise<Reply>): Promise<void> {
  sent = [];
  scope = given;
  const reply = await request();
  const isRefused = reply.kind === 'failed' && reply.message.includes('scope-denied');
  counts[isRefused ? 'refused' : 'answered'] += 1;
  for (const { text, touches } of sent) {
    counts.statements += 1;
    const actual = await touchesOfStatement(text);
    const said = new Set((touches ?? []).map(named));
    expect(
      actual.map(named).filter((one) => !said.has(one)),
      text,
    ).toEqual([]);
    if (!isRefused) expect(actual.filter((one) => !given.allows(one)).map(named), text).toEqual([]);
  }
}

const draws = fc.array(fc.nat(1000), { minLength: 40, maxLength: 40 });
const options = { numRuns: DATABASES, seed: SEED, endOnFailure: true };

test('reads, in GraphQL and over REST', { timeout: 180_000 }, async () => {
  const questions = fc.array(fc.tuple(rawQueryArbitrary, draws), {
    minLength: QUESTIONS,
    maxLength: QUESTIONS,
  });
  await fc.assert(
    fc.asyncProperty(schemaArbitrary(['service_role']), questions, async (schema, asked) => {
      await install(schema);
      for (const [raw, drawn] of asked) {
        const query = makeQuery(raw, schema, [SERVICE]);
        const given = scopeOf(schema, drawn);
        await ask(given, () => subject.ask(toGraphql(query), SERVICE));
        const rest = toRest(query, schema);
        if (rest) await ask(given, () => subject.askRest(rest.path, SERVICE));
      }
    }),
    options,
  );
  expect(counts.statements).toBeGreaterThan(500);
  expect(counts.answered).toBeGreaterThan(200);
  expect(counts.refused).toBeGreaterThan(100);
});

test('writes, in GraphQL and over REST', { timeout: 180_000 }, async () => {
  Object.assign(counts, { answered: 0, refused: 0, statements: 0 });
  const mutations = fc.array(fc.tuple(rawMutationArbitrary, draws), {
    minLength: QUESTIONS,
    maxLength: QUESTIONS,
  });
  await fc.assert(
    fc.asyncProperty(writeSchemaArbitrary(['service_role']), mutations, async (schema, asked) => {
      await install(schema);
      for (const [raw, drawn] of asked) {
        const mutation = makeMutation(raw, schema, [SERVICE]);
        const given = scopeOf(schema, drawn);
        await ask(given, () => subject.ask(toMutationText(mutation), SERVICE));
        const rest = toRestWrite(mutation);
        if (rest) await ask(given, () => subject.askRest(rest.path, SERVICE, rest));
      }
    }),
    options,
  );
  expect(counts.statements).toBeGreaterThan(500);
  expect(counts.answered).toBeGreaterThan(200);
  expect(counts.refused).toBeGreaterThan(100);
});
