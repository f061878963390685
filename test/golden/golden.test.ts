/**
 * Every case of test/golden: a request, and what becomes of it. `npm run golden -- --update` writes the files anew.
 *
 *   <area>/schema.sql           the database, run by the superuser
 *   <area>/metadata.json        the metadata file, if any
 *   <area>/data.sql             its rows, if cases write: put there anew before each of them
 *   <area>/<case>/request.graphql, variables.json, role.txt (default anon)
 *                 plan.json, query.sql, response.json; of a mutation statements.sql, response.json
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getVariableValues } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printPlan } from '../../src/data/plan/print.ts';
import { bind } from '../../src/data/sql/value.ts';
import { toGraphqlError } from '../../src/graphql/errors.ts';
import { RequestVariables } from '../../src/graphql/lower/request-variables.ts';
import { lowerTableFields } from '../../src/graphql/lower/selection.ts';
import { NOBODY, outcomeText } from '../../src/graphql/execute.ts';
import { executeMixed } from '../../src/graphql/mixed.ts';
import type { RoleSchema } from '../../src/graphql/role-schema.ts';
import { parseExact } from '../../src/lib/exact-json.ts';
import { compactJson } from '../support/compact-json.ts';
import { contextOf, type DataApi, openDataApi } from '../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { boundText, wrapped } from './statement-text.ts';

const root = dirname(fileURLToPath(import.meta.url));
const folders = (path: string) =>
  readdirSync(path, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));

interface Case {
  readonly folder: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly role: string;
}

function readCase(folder: string): Case {
  const optional = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim() : undefined;
  return {
    folder,
    query: readFileSync(join(folder, 'request.graphql'), 'utf8'),
    variables: parseExact(optional('variables.json') ?? '{}') as Record<string, unknown>,
    role: optional('role.txt') ?? 'anon',
  };
}

/** REST has runners of its own: rest.test.ts, rest-writes.test.ts. */
const areas = folders(root).filter((area) => !area.startsWith('rest'));

test('there are cases', () => {
  expect(areas.flatMap((area) => folders(join(root, area))).length).toBeGreaterThanOrEqual(80);
});

describe.each(areas)('%s', (area) => {
  let database: TestDatabase;
  let api: DataApi;
  const dataFile = join(root, area, 'data.sql');
  const data = existsSync(dataFile) ? readFileSync(dataFile, 'utf8') : undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.sql(readFileSync(join(root, area, 'schema.sql'), 'utf8'));
    const metadataFile = join(root, area, 'metadata.json');
    api = await openDataApi(database, existsSync(metadataFile) ? { metadataFile } : {});
  });
  afterAll(async () => {
    await api?.close();
    await database?.drop();
  });

  test.each(folders(join(root, area)))('%s', async (name) => {
    const one = readCase(join(root, area, name));
    if (data !== undefined) await database.sql(EMPTY + data);
    const answer = await answerRaw(api, one);
    expect(await api.runner.unsaid(), 'all that the statements touch is said of them').toEqual([]);
    await matches(one, 'response.json', answer.text && `${compactJson(parseExact(answer.text))}\n`);
    const statements = await writtenBy(await api.engine.get(one.role), one, answer.executed);
    await matches(one, 'statements.sql', statements?.map(({ shown }) => shown).join('\n'));
    if (statements) {
      expect(answer.statements, 'every statement once').toBe(statements.length);
      return;
    }
    const { plan, statement } = answer.executed ? describePlan(await api.engine.get(one.role), one) : {};
    await matches(one, 'plan.json', plan);
    await matches(one, 'query.sql', statement);
    expect(answer.statements, 'one statement per operation').toBe(answer.executed ? 1 : 0);
    if (!answer.executed) return;
    const parsed = await answerParsed(api, one);
    expect(parsed.statements, 'one statement, parsed too').toBeLessThanOrEqual(1);
    expect(parsed.text).toBe(JSON.stringify(parseExact(answer.text)));
  });
});

/** All rows of all tables go, and numbers start anew. */
const EMPTY = `do $$ declare names text; begin
  select string_agg(format('%I.%I', schemaname, tablename), ', ') into names from pg_tables where schemaname = 'public';
  execute 'truncate ' || names || ' restart identity cascade';
end $$;
`;

/** The statements of a mutation in order; undefined where nothing is written. */
async function writtenBy(roleSchema: RoleSchema, { query, variables }: Case, wasExecuted: boolean) {
  if (!wasExecuted) return undefined;
  const prepared = roleSchema.document(query).operation(undefined).prepare(variables);
  if (prepared.kind !== 'mutation') return undefined;
  return prepared.mutation.statements.map(({ text, parameters }) => ({
    shown: `${wrapped(text)}\n${boundText(bind(parameters, prepared.variables))}`,
  }));
}

/** The file holds this text, or is not there. */
async function matches({ folder }: Case, name: string, text: string | undefined): Promise<void> {
  const file = join(folder, name);
  if (text === undefined) expect(existsSync(file), `${file} is not needed`).toBe(false);
  else await expect(text).toMatchFileSnapshot(file);
}

/** As nearly all requests go: PostgreSQL's text is the answer. */
async function answerRaw({ execute, runner }: DataApi, { query, variables, role }: Case) {
  const before = runner.statementCount;
  const outcome = await execute(
    { query, operationName: undefined, variables, readOnly: false, persistedQuery: false },
    { callerContext: contextOf(role), requestId: 'golden' },
  );
  return {
    text: outcomeText(outcome),
    executed: outcome.data !== undefined,
    statements: runner.statementCount - before,
  };
}

/** Parsed and printed again, as where tables are mixed with the platform's own fields. */
async function answerParsed({ engine, runner, prisma }: DataApi, { query, variables, role }: Case) {
  const before = runner.statementCount;
  const roleSchema = await engine.get(role);
  const prepared = roleSchema.document(query).operation(undefined);
  const { operation, fragments } = prepared;
  const context = { requestId: 'golden', callerContext: contextOf(role), client: NOBODY, prisma };
  const given = prepared.prepare(variables).variables;
  try {
    const { data } = await executeMixed(roleSchema, operation, fragments, given, runner, context);
    return { text: `{"data":${data}}`, statements: runner.statementCount - before };
  } catch (error) {
    const shown = [toGraphqlError(error, 'golden', () => undefined)];
    return { text: outcomeText({ data: 'null', errors: shown }), statements: runner.statementCount - before };
  }
}

function describePlan(roleSchema: RoleSchema, { query, variables }: Case) {
  const operation = roleSchema.document(query).operation(undefined);
  const { coerced = {} } = getVariableValues(
    roleSchema.schema,
    operation.operation.variableDefinitions ?? [],
    variables,
  );
  const fragments = new Map(
    roleSchema
      .document(query)
      .document.definitions.flatMap((one) =>
        one.kind === 'FragmentDefinition' ? [[one.name.value, one] as const] : [],
      ),
  );
  const plan = lowerTableFields(operation.operation.selectionSet, roleSchema.schema.getQueryType()!, {
    variables: new RequestVariables(coerced),
    fragments,
  });
  const prepared = roleSchema.prepare(plan);
  return {
    plan: `${compactJson(printPlan(plan))}\n`,
    statement: `${wrapped(prepared.text)}\n${boundText(bind(prepared.parameters, coerced))}`,
  };
}
