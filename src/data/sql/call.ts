/** Calls of routines. */
import { argumentName, empty, identifier, join, literal, type Sql, sql } from '../../database/sql.ts';
import type { RoutineCall, Value } from '../plan/expression.ts';
import type { Row } from './row.ts';
import { bound } from './value.ts';

type Fragment = Sql<Value>;

/** In order as long as no argument is left to its default, by name after that. */
export function callSql({ routine, args }: RoutineCall, row: Row | undefined): Fragment {
  const list = args.map((argument, index): Fragment => {
    const { name, position } = argument.parameter;
    const prefix = position === index ? empty : sql`${argumentName(name)} => `;
    if (argument.kind === 'session') return sql`${prefix}${sessionVariables(argument.parameter.type.name)}`;
    if (argument.kind === 'value') return sql<Value>`${prefix}${bound(argument.value)}`;
    if (!row) throw new Error(`routine ${routine.name} needs a row where there is none`);
    return sql<Value>`${prefix}${row.whole()}`;
  });
  return sql<Value>`${identifier(routine.schema, routine.name)}(${join(list)})`;
}

/** Hasura's session argument: the variables of the claims' namespace, an empty object without them. */
function sessionVariables(typeName: string): Sql {
  const claims = sql`nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.json`;
  const variables = sql`coalesce(${claims} -> ${literal('https://hasura.io/jwt/claims')}, '{}'::pg_catalog.json)`;
  return typeName === 'jsonb' ? sql`(${variables})::pg_catalog.jsonb` : variables;
}
