/** Plan + Caller → JSON text: compiles, names the statement, runs it as the caller. */
import type { Touch } from '../caller-scope.ts';
import type { CallerRunner, CallerStatement } from '../database/as-caller.ts';
import type { CallerContext } from '../database/context-statement.ts';
import { invariant } from '../errors.ts';
import type { Catalog, Table } from './catalog/catalog.ts';
import type { ChangesPlan } from './plan/changes.ts';
import type { Value } from './plan/expression.ts';
import { routinesOf } from './plan/inspect.ts';
import { type Pin, pinText } from './plan/pin.ts';
import type { QueryPlan, StreamPlan } from './plan/plan.ts';
import { touchesOf } from './plan/touches.ts';
import type { InsertLevel, MutationPlan, RelatedWrite, WritePlan } from './plan/write.ts';
import { CHANGED_ROWS, compileChange } from './sql/change.ts';
import { compileQuery, statementName } from './sql/compile.ts';
import { compileStream } from './sql/stream.ts';
import { bind } from './sql/value.ts';
import { type CompiledMutation, compileMutation, type WriteStatement } from './sql/write.ts';

/** A query of one role, ready to be bound any number of times. */
export interface PreparedQuery {
  readonly text: string;
  readonly name: string;
  readonly parameters: readonly Value[];
  readonly mayChangeSession: boolean;
  readonly touches: readonly Touch[];
}

export function prepareQuery(
  plan: QueryPlan,
  catalog: Catalog,
  role: string,
  maxRows: number,
): PreparedQuery {
  const { text, parameters } = compileQuery(plan, catalog, maxRows);
  return Object.freeze({
    text,
    name: statementName(text, role),
    parameters,
    mayChangeSession: callsVolatile(plan),
    touches: touchesOf(plan),
  });
}

/** A stream of one role: the same, and where its position goes and comes from. */
export interface PreparedStream extends PreparedQuery {
  readonly position: number;
  readonly initial: Value;
}

export function prepareStream(key: string, plan: StreamPlan, catalog: Catalog, role: string): PreparedStream {
  const { text, parameters, position } = compileStream(key, plan, catalog);
  return Object.freeze({
    text,
    name: statementName(text, role),
    parameters,
    mayChangeSession: callsVolatile([[key, plan]]),
    touches: touchesOf([[key, plan.read]]),
    position,
    initial: plan.initial,
  });
}

/** The query as a statement, its variables bound. Throws AppError. */
export function boundQuery(
  { text, name, parameters, mayChangeSession, touches }: PreparedQuery,
  variables: Readonly<Record<string, unknown>>,
): CallerStatement {
  const values = bind(parameters, variables);
  return { text, name, values, mayChangeSession, runsUserCode: mayChangeSession, touches };
}

/** The same of a stream, at its beginning. Throws AppError. */
export function boundStream(
  stream: PreparedStream,
  variables: Readonly<Record<string, unknown>>,
): CallerStatement {
  const [initial = null] = bind([stream.initial], variables);
  const statement = boundQuery(stream, variables);
  return { ...statement, values: statement.values.with(stream.position, initial) };
}

/** The JSON text of the answer. Throws AppError. */
export async function runQuery(
  runner: CallerRunner,
  context: CallerContext,
  query: PreparedQuery,
  variables: Readonly<Record<string, unknown>>,
): Promise<string> {
  const [rows] = await runner.run(context, [boundQuery(query, variables)], { readOnly: true });
  const json = rows?.[0]?.[0];
  invariant(typeof json === 'string', 'a query answers one row of one text column');
  return json;
}

/** A mutation of one role, ready to be bound. */
export interface PreparedMutation {
  readonly statements: readonly (WriteStatement & { readonly name: string })[];
  readonly answers: CompiledMutation['answers'];
  readonly mayChangeSession: boolean;
  readonly touches: readonly Touch[];
}

export function prepareMutation(
  plan: MutationPlan,
  catalog: Catalog,
  role: string,
  maxRows: number,
): PreparedMutation {
  const { statements, answers } = compileMutation(plan, catalog, maxRows);
  return Object.freeze({
    statements: statements.map((one) => ({ ...one, name: statementName(one.text, role) })),
    answers,
    mayChangeSession: plan.some(([, write]) => runsTriggers(write)) || callsVolatile(plan),
    touches: touchesOf(plan),
  });
}

/** All statements in one round trip and one transaction; the JSON text of the answer. Throws AppError. */
export async function runMutation(
  runner: CallerRunner,
  context: CallerContext,
  { statements, answers, mayChangeSession, touches }: PreparedMutation,
  variables: Readonly<Record<string, unknown>>,
): Promise<string> {
  const bound = statements.map(({ text, name, parameters, path }) => ({
    text,
    name,
    path,
    values: bind(parameters, variables),
    runsUserCode: true,
    mayChangeSession,
    touches,
  }));
  const rows = bound.length === 0 ? [] : await runner.run(context, bound, { readOnly: false });
  const results = rows.map((one) => one[0] ?? []);
  return `{${answers.map(([key, text]) => `${JSON.stringify(key)}:${text(results)}`).join(',')}}`;
}

function callsVolatile(plan: Parameters<typeof routinesOf>[0]): boolean {
  return [...routinesOf(plan)].some((routine) => routine.volatility === 'volatile');
}

function runsTriggers(write: WritePlan): boolean {
  switch (write.kind) {
    case 'insert':
      return levelTables(write.level).some((table) => table.hasTriggers);
    case 'update':
      return tableRunsTriggers(write.table) || (write.related ?? []).some(relatedRunsTriggers);
    case 'delete':
      return tableRunsTriggers(write.table);
    case 'updates':
      return write.updates.some(runsTriggers);
    default:
      return false;
  }
}

/** A foreign key may carry a delete or an update on to other tables. */
function tableRunsTriggers(table: Table): boolean {
  return table.hasTriggers || table.referencedBy.some((key) => key.table.hasTriggers);
}

function relatedRunsTriggers(write: RelatedWrite): boolean {
  if (write.kind === 'insert') return levelTables(write.level).some((table) => table.hasTriggers);
  return tableRunsTriggers(write.relationship.target);
}

function levelTables(level: InsertLevel): Table[] {
  const nested = level.rows.flatMap(({ before, after }) => [...before, ...after]);
  return [level.table, ...nested.flatMap((one) => levelTables(one.level))];
}

/** By the oid of its table, the name of its column and the text of its value; undefined where that has no certain text. */
export function boundPin(
  pin: Pin,
  variables: Readonly<Record<string, unknown>>,
): { readonly table: number; readonly column: string; readonly value: string } | undefined {
  const [given = null] = bind([pin.value], variables);
  const value = pinText(pin, given);
  return value === undefined ? undefined : { table: pin.column.table.oid, column: pin.column.name, value };
}

/** Changes as a subscriber asked for them. Who may see what is not known before the policies of the role are. */
export interface PreparedChanges {
  readonly plan: ChangesPlan;
  /** Equal for those who ask the same, whatever the values of their variables are. */
  readonly asked: string;
  readonly parameters: readonly Value[];
}

export function prepareChanges(plan: ChangesPlan, catalog: Catalog): PreparedChanges {
  const { table, where, entries } = plan;
  const sides = [plan.old, plan.new].map((shape) =>
    compileChange({ table, where, shape, policies: undefined }, catalog),
  );
  const words = entries.map(([key, part]) => `${key} ${part.kind === 'literal' ? part.text : part.kind}`);
  return {
    plan,
    asked: JSON.stringify([table.oid, words, ...sides.map(({ text }) => text)]),
    parameters: sides.flatMap(({ parameters }) => parameters),
  };
}

/** The same for subscribers who ask the same with the same values. Throws AppError where a value cannot be read. */
export function changesKey(
  { asked, parameters }: PreparedChanges,
  variables: Readonly<Record<string, unknown>>,
): string {
  return `${asked}\0${JSON.stringify(bind(parameters, { ...variables, [CHANGED_ROWS]: null }))}`;
}
