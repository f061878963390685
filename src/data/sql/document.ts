/**
 * DocumentWrite → one statement: a WITH query that writes, and over what it returned the answer. As in PostgREST the whole is one
 * snapshot: relations of the written rows are read as they were before.
 */
import {
  argumentName,
  empty,
  identifier,
  join,
  literal,
  printed,
  type Sql,
  sql,
} from '../../database/sql.ts';
import type { Column } from '../catalog/catalog.ts';
import type {
  DocumentCall,
  DocumentColumn,
  DocumentDelete,
  DocumentInsert,
  DocumentRows,
  DocumentUpdate,
  DocumentWrite,
  WithQuery,
} from '../plan/document.ts';
import type { Value } from '../plan/expression.ts';
import type { Aliases } from './aliases.ts';
import { predicateSql, whereClause } from './predicate.ts';
import { type Row, sourceRow } from './row.ts';
import { typeName } from './types.ts';
import { bound } from './value.ts';

type Fragment = Sql<Value>;

/** Counts the rows that an upsert found in place; gone with the transaction. */
const REPLACED = 'goforward.replaced';

/** The number of those rows. */
export const replacedCount: Sql = sql`coalesce(nullif(pg_catalog.current_setting(${literal(REPLACED)}, true), ''), '0')::int8`;

/** The query before the answer; `returning` gets the row that it wrote or that the function returned. */
export function withQuery(query: WithQuery, returning: (row: Row) => Fragment, aliases: Aliases): Fragment {
  return query.kind === 'call' ? called(query, returning, aliases) : written(query, returning, aliases);
}

function called(
  { routine, table, isScalar, document, isList, parameters }: DocumentCall,
  returning: (row: Row) => Fragment,
  aliases: Aliases,
): Fragment {
  const alias = aliases.next();
  const name = identifier(routine.schema, routine.name);
  const list = returning(sourceRow(table, alias));
  // A scalar is a row of one column, whose name must be said.
  const columns = isScalar ? sql`(${join(table.columns.map((column) => identifier(column.name)))})` : empty;
  const target = sql`${identifier(alias)}${columns}`;
  if (parameters === undefined) return sql<Value>`select ${list} from ${name}(${bound(document)}) ${target}`;
  if (parameters.length === 0) return sql<Value>`select ${list} from ${name}() ${target}`;
  const given = aliases.next();
  const fields = parameters.map(
    (parameter) => sql`${identifier(parameter.name)} ${typeName(parameter.type)}`,
  );
  const args = parameters.map((parameter) => {
    const isVariadic = routine.variadic && parameter.position === routine.parameters.length - 1;
    return sql`${isVariadic ? sql`variadic ` : empty}${argumentName(parameter.name)} => ${identifier(given, parameter.name)}`;
  });
  const object = isList ? sql<Value>`(${bound(document)} operator(pg_catalog.->) 0)` : bound(document);
  const source = sql<Value>`pg_catalog.json_to_record(${object}) as ${identifier(given)}(${join(fields)})`;
  return sql<Value>`select ${list} from ${source}, lateral ${name}(${join(args)}) ${target}`;
}

function written(write: DocumentWrite, returning: (row: Row) => Fragment, aliases: Aliases): Fragment {
  const { table } = write;
  const alias = aliases.next();
  const row = sourceRow(table, alias);
  const target = sql`${identifier(table.schema, table.name)} as ${identifier(alias)}`;
  const returned = sql<Value>` returning ${returning(row)}`;
  switch (write.kind) {
    case 'insert':
      return sql<Value>`insert into ${target}${insertedRows(write, aliases)}${returned}`;
    case 'update':
      return sql<Value>`${updated(write, target, row, alias, aliases)}${returned}`;
    case 'nothing':
      return sql<Value>`select ${returning(row)} from ${target} where false`;
    case 'delete':
      return sql<Value>`delete from ${target}${whereOf(write, row, alias, aliases)}${returned}`;
  }
}

function insertedRows(insert: DocumentInsert, aliases: Aliases): Fragment {
  const { rows, conflict, where, table } = insert;
  const names = rows.columns.map(({ column }) => identifier(column.name));
  const list = names.length === 0 ? empty : sql` (${join(names)})`;
  const document = documentRows(rows, aliases);
  const counted = conflict?.action === 'update';
  const reset = counted
    ? sql` with z as materialized (select pg_catalog.set_config(${literal(REPLACED)}, '0', true))`
    : empty;
  const counter = counted ? sql`, z` : empty;
  const condition = whereClause(where && predicateSql(where, sourceRow(table, document.alias), aliases));
  const select = sql<Value>`${reset} select ${join(document.values)} from ${document.from}${counter}${condition}`;
  if (!conflict) return sql<Value>`${list}${select}`;
  const target = join(conflict.target.map(({ name }) => identifier(name)));
  const set = names.map((name) => sql`${name} = excluded.${name}`);
  const action =
    counted && set.length > 0
      ? sql`do update set ${join(set)} where pg_catalog.set_config(${literal(REPLACED)}, (${replacedCount} + 1)::text, true) <> ''`
      : sql`do nothing`;
  return sql<Value>`${list}${select} on conflict (${target}) ${action}`;
}

function updated(update: DocumentUpdate, target: Sql, row: Row, alias: string, aliases: Aliases): Fragment {
  const document = documentRows(update.rows, aliases);
  const set = update.rows.columns.map(
    ({ column }, index) => sql<Value>`${identifier(column.name)} = b.${identifier(`v${index + 1}`)}`,
  );
  const values = document.values.map(
    (value, index) => sql<Value>`${value} as ${identifier(`v${index + 1}`)}`,
  );
  const first = sql<Value>`(select ${join(values)} from ${document.from} limit 1) b`;
  return sql<Value>`update ${target} set ${join(set)} from ${first}${whereOf(update, row, alias, aliases)}`;
}

/** The rows that are meant, of one of the versions that the caller has seen. */
function whereOf(
  { where, versions }: { where: DocumentUpdate['where']; versions: DocumentUpdate['versions'] },
  row: Row,
  alias: string,
  aliases: Aliases,
): Fragment {
  const isOne =
    versions === undefined || versions === 'any'
      ? undefined
      : sql<Value>`${rowVersion(alias)} = any (${bound(versions)})`;
  return whereClause(where && predicateSql(where, row, aliases), isOne);
}

/** The number of rows that the write means, of whatever version. */
export function rowsMeant({ table, where }: DocumentUpdate | DocumentDelete, aliases: Aliases): Fragment {
  const alias = aliases.next();
  const condition = whereClause(where && predicateSql(where, sourceRow(table, alias), aliases));
  return sql<Value>`(select pg_catalog.count(*) from ${identifier(table.schema, table.name)} ${identifier(alias)}${condition})`;
}

/** Changes whenever a column of the row does. */
export function rowVersion(alias: string): Sql {
  return sql`pg_catalog.md5(pg_catalog.row_to_json(${identifier(alias)}.*)::text)`;
}

/** The objects of the document in FROM, and a value for each column. */
function documentRows(
  { document, columns, defaults }: DocumentRows,
  aliases: Aliases,
): { from: Fragment; values: Fragment[]; alias: string } {
  const alias = aliases.next();
  const fields = columns.map(
    ({ column, representation }) =>
      sql`${identifier(column.name)} ${representation ? sql`pg_catalog.json` : typeName(column.type)}`,
  );
  const source = bound(document);
  if (columns.length === 0) {
    const from = sql<Value>`pg_catalog.json_array_elements(${source}) ${identifier(alias)}`;
    return { from, values: [], alias };
  }
  if (!defaults) {
    const from = sql<Value>`pg_catalog.json_to_recordset(${source}) as ${identifier(alias)}(${join(fields)})`;
    return { from, values: columns.map((column) => memberOf(column, alias)), alias };
  }
  const element = aliases.next();
  const from = sql<Value>`pg_catalog.jsonb_array_elements(${source}::pg_catalog.jsonb) ${identifier(element)}(e), pg_catalog.jsonb_to_record(${identifier(element)}.e) as ${identifier(alias)}(${join(fields)})`;
  const values = columns.map((column): Fragment => {
    const value = memberOf(column, alias);
    const { name, type, defaultExpression } = column.column;
    if (defaultExpression === undefined) return value;
    return sql`case when ${identifier(element)}.e operator(pg_catalog.?) ${literal(name)} then ${value} else (${printed(defaultExpression)})::${typeName(type)} end`;
  });
  return { from, values, alias };
}

function memberOf({ column, representation }: DocumentColumn, alias: string): Sql {
  const value = identifier(alias, column.name);
  return representation ? sql`${identifier(representation.schema, representation.name)}(${value})` : value;
}

/** The values of the row's columns as they stand in JSON, as one JSON list: how the row is found again. */
export function locationOf(columns: readonly Column[], row: Row): Sql {
  const values = columns.map(
    (column) => sql`pg_catalog.to_json(${row.column(column)}) operator(pg_catalog.#>>) '{}'`,
  );
  return sql`pg_catalog.json_build_array(${join(values)})::text`;
}
