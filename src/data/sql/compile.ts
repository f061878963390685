/** QueryPlan → one statement of one row and one text column: the JSON object of the answer's `data`. */
import { createHash } from 'node:crypto';
import { identifier, literal, render, type Sql, sql } from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CallPlan, Plan, QueryPlan, Value } from '../plan/plan.ts';
import { Aliases } from './aliases.ts';
import { callSql } from './call.ts';
import { encoded } from './encode.ts';
import { type Compilation, readExpression } from './read.ts';
import { recordQuery } from './shape.ts';

export interface Statement {
  readonly text: string;
  readonly parameters: readonly Value[];
}

const BIGINT = 20;

/** `maxRows` is the default limit of every list. */
export function compileQuery(plan: QueryPlan, catalog: Catalog, maxRows: number): Statement {
  const compilation = compilationOf(catalog, new Aliases(), maxRows);
  const record = recordQuery(
    plan.map(([key, root]) => [key, rootExpression(root, compilation)]),
    catalog.serverVersion,
  );
  const alias = compilation.aliases.next();
  return render(sql<Value>`select ${record.text(alias)} from (select ${record.list}) ${identifier(alias)}`);
}

/** What compiling needs to know of the server. */
export function compilationOf(catalog: Catalog, aliases: Aliases, maxRows: number | undefined): Compilation {
  const bigint = catalog.types.get(BIGINT);
  invariant(bigint, 'pg_catalog.int8 is in every catalog');
  return { aliases, serverVersion: catalog.serverVersion, maxRows, bigint };
}

function rootExpression(plan: Plan, compilation: Compilation): Sql<Value> {
  if (plan.kind === 'literal') return sql`${literal(plan.text)}::text`;
  if (plan.kind === 'call') return callExpression(plan);
  return readExpression(plan, undefined, compilation);
}

function callExpression({ call, asText }: CallPlan): Sql<Value> {
  return encoded(callSql(call, undefined), call.routine.returnType, { path: undefined, asText });
}

/** Name of the prepared statement: one per text and role, since row security makes the plan depend on the role. */
export function statementName(text: string, role: string): string {
  return createHash('sha256').update(role).update('\0').update(text).digest('base64url').slice(0, 24);
}
