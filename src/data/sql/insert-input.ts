/** The rows of an insert as a query: the values given, and where to find the columns that rows written before determine. */
import { identifier, integer, join, parameter, type Sql, sql } from '../../database/sql.ts';
import { builtInType } from '../catalog/built-in-types.ts';
import { type Column, type PgType, withoutDomain } from '../catalog/catalog.ts';
import { type Value, VariableRows } from '../plan/expression.ts';
import type { BulkRows, InsertRow } from '../plan/write.ts';
import { typeName } from './types.ts';
import { bound } from './value.ts';
import type { WriteBatch } from './write.ts';

type Fragment = Sql<Value>;

/** Where a row's returned columns are: the how-manieth of which setting. */
export interface Position {
  readonly stash: string;
  /** From 1. */
  readonly ordinal: number;
}

/** Columns of a row that another row, written before, determines. */
export interface Link {
  readonly columns: readonly (readonly [ours: Column, theirs: Column])[];
  readonly from: Position;
}

export interface LinkedRow {
  readonly row: InsertRow;
  readonly links: readonly Link[];
}

/** The rows as one JSON parameter: one statement text for any number of them. */
export function inputOf(
  rows: readonly LinkedRow[],
  given: readonly Column[],
  links: number,
  batch: WriteBatch,
): Fragment {
  const [only] = rows;
  if (rows.length === 1 && links === 0 && only) {
    const values = given.map((column, index) => {
      const [, value] = only.row.values.find(([one]) => one === column)!;
      return sql<Value>`${bound({ value, type: column.type })} as ${identifier(`v${index + 1}`)}`;
    });
    return sql<Value>`select ${join<Value>([sql`${integer(1)} as o`, ...values])}`;
  }
  const json = builtInType(batch.catalog, 'json');
  const data = rows.map(({ row, links: own }, at) => {
    const one: Record<string, unknown> = { o: at + 1 };
    given.forEach((column, index) => {
      one[`v${index + 1}`] = row.values.find(([candidate]) => candidate === column)?.[1];
    });
    own.forEach((link, index) => {
      one[`p${index + 1}`] = link.from.ordinal;
    });
    return one;
  });
  return recordset({ value: data, type: json }, given, links);
}

/** Values of a column each; arrays of arrays would be one array to PostgreSQL, and composites columns, so rows with such come as JSON. */
export function bulkInput({ variable, columns }: BulkRows, batch: WriteBatch): Fragment {
  const given = columns.map(([column]) => column);
  if (given.some(({ type }) => ['array', 'composite'].includes(withoutDomain(type).kind))) {
    const fields = columns.map(([, field], index) => [field, `v${index + 1}`] as const);
    const value = new VariableRows(variable, fields);
    return recordset({ value, type: builtInType(batch.catalog, 'json') }, given, 0);
  }
  const lists = columns.map(([{ type }, field]) =>
    bound({ value: new VariableRows(variable, field), type, list: true }),
  );
  const names = columns.map((_, index) => identifier(`v${index + 1}`));
  return sql<Value>`select * from unnest(${join(lists)}) with ordinality r(${join([...names, sql`o`])})`;
}

function recordset(rows: Value, given: readonly Column[], links: number): Fragment {
  const fields = [
    sql`o int4`,
    ...given.map(({ type }, index) => {
      const read = isListOfJson(type) ? sql`json` : typeName(type);
      return sql`${identifier(`v${index + 1}`)} ${read}`;
    }),
    ...Array.from({ length: links }, (_, index) => sql`${identifier(`p${index + 1}`)} int4`),
  ];
  const source = sql<Value>`json_to_recordset(${parameter<Value>(rows)}::json) as r(${join(fields)})`;
  if (!given.some(({ type }) => isListOfJson(type))) return sql<Value>`select * from ${source}`;
  const list = given.map(({ type }, index) => {
    const name = identifier(`v${index + 1}`);
    return sql`${isListOfJson(type) ? listOfJson(sql`r.${name}`, type) : sql`r.${name}`} as ${name}`;
  });
  const ordinals = Array.from({ length: links }, (_, index) => sql`r.${identifier(`p${index + 1}`)}`);
  return sql<Value>`select ${join([sql`r.o`, ...list, ...ordinals])} from ${source}`;
}

function isListOfJson(type: PgType): boolean {
  const { element } = withoutDomain(type);
  return element !== undefined && ['json', 'jsonb'].includes(withoutDomain(element).name);
}

/** A list among the elements of such a list is a document, no second dimension: the recordset cannot know that. */
function listOfJson(value: Sql, type: PgType): Sql {
  const elements = sql`select nullif(x.e::text, 'null') from json_array_elements(${value}) with ordinality x(e, o) order by x.o`;
  return sql`case json_typeof(${value}) when 'array' then array(${elements})::${typeName(type)} else (${value} operator(pg_catalog.#>>) '{}')::${typeName(type)} end`;
}
