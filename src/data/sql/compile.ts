/** QueryPlan → one statement of one row and one text column: the JSON object of the answer's `data`. */
import { createHash } from 'node:crypto';
import { identifier, literal, render, type Sql, sql } from '../../database/sql.ts';
import { builtInType } from '../catalog/built-in-types.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { isVoid } from '../catalog/scalar-name.ts';
import type { Value } from '../plan/expression.ts';
import type { CallPlan, Plan, QueryPlan } from '../plan/plan.ts';
import { Aliases } from './aliases.ts';
import { callSql } from './call.ts';
import { encoded } from './encode.ts';
import { type Compilation, readExpression } from './read.ts';
import { recordQuery } from './shape.ts';

export interface Statement {
  readonly text: string;
  readonly parameters: readonly Value[];
}

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
  return {
    aliases,
    serverVersion: catalog.serverVersion,
    maxRows,
    bigint: builtInType(catalog, 'int8'),
    text: builtInType(catalog, 'text'),
  };
}

function rootExpression(plan: Plan, compilation: Compilation): Sql<Value> {
  if (plan.kind === 'literal') return sql`${literal(plan.text)}::text`;
  if (plan.kind === 'call') return callExpression(plan, compilation);
  return readExpression(plan, undefined, compilation);
}

export function callExpression({ call, asText }: CallPlan, { aliases }: Compilation): Sql<Value> {
  const { returnType, returnsSet } = call.routine;
  const called = callSql(call, undefined);
  // A comparison that holds whatever the function gives, so that it is called at all.
  if (isVoid(returnType)) return sql<Value>`(coalesce(${called}::text, '') is not null)`;
  const options = { path: undefined, asText };
  if (!returnsSet) return encoded(called, returnType, options);
  const alias = identifier(aliases.next());
  // json_agg and no array: its elements may be arrays of any length.
  return sql<Value>`(select coalesce(json_agg(${encoded(sql`${alias}.v`, returnType, options)}), '[]') from ${called} ${alias}(v))`;
}

/** Name of the prepared statement: one per text and role, since row security makes the plan depend on the role. */
export function statementName(text: string, role: string): string {
  return createHash('sha256').update(role).update('\0').update(text).digest('base64url').slice(0, 24);
}
