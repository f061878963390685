/** Plan + Caller → JSON text: compiles, names the statement, runs it as the caller. */
import type { CallerContext, CallerRunner } from '../database/as-caller.ts';
import { invariant } from '../errors.ts';
import type { Catalog } from './catalog/catalog.ts';
import { routinesOf } from './plan/inspect.ts';
import type { QueryPlan, Value } from './plan/plan.ts';
import { compileQuery, statementName } from './sql/compile.ts';
import { bind } from './sql/value.ts';

/** A query of one role, ready to be bound any number of times. */
export interface PreparedQuery {
  readonly text: string;
  readonly name: string;
  readonly parameters: readonly Value[];
  readonly mayChangeSession: boolean;
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
    mayChangeSession: [...routinesOf(plan)].some((routine) => routine.volatility === 'volatile'),
  });
}

/** The JSON text of the answer. Throws AppError. */
export async function runQuery(
  runner: CallerRunner,
  context: CallerContext,
  query: PreparedQuery,
  variables: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { text, name, mayChangeSession } = query;
  const values = bind(query.parameters, variables);
  const [rows] = await runner.run(context, [{ text, name, values, mayChangeSession }], { readOnly: true });
  const json = rows?.[0]?.[0];
  invariant(typeof json === 'string', 'a query answers one row of one text column');
  return json;
}
