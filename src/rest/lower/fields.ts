/** Fields of a request over the columns and functions of a table. */
import { builtInType } from '../../data/catalog/built-in-types.ts';
import type { Catalog, Column, PgType, Routine, Table } from '../../data/catalog/catalog.ts';
import { withoutDomain } from '../../data/catalog/catalog.ts';
import type { Operand } from '../../data/plan/expression.ts';
import { editDistance } from '../../lib/nearest.ts';
import type { Field, JsonStep } from '../grammar/ast.ts';
import { postgresError } from './types.ts';

/** What lowering needs to know at every node. */
export interface Scope {
  readonly catalog: Catalog;
  /** The schema of the request, then those that are searched after it. */
  readonly searched: readonly string[];
}

/** The rows whose fields are meant. */
export interface Rows {
  readonly table: Table;
  readonly alias: string;
}

export function columnNamed(table: Table, name: string): Column | undefined {
  return columnsOf(table).get(name);
}

const byTable = new WeakMap<Table, ReadonlyMap<string, Column>>();

function columnsOf(table: Table): ReadonlyMap<string, Column> {
  const known = byTable.get(table);
  if (known) return known;
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  byTable.set(table, columns);
  return columns;
}

/** A column or a function of the row, and the JSON path below it. Throws PostgreSQL's error where there is neither. */
export function fieldOperand(scope: Scope, rows: Rows, { name, path }: Field): Operand {
  const column = columnNamed(rows.table, name);
  const operand: Operand = column ? { kind: 'column', column } : computed(scope, rows, name);
  const [first, ...rest] = path;
  if (!first) return operand;
  const type = column?.type;
  const isText = path.at(-1)?.asText === true;
  const jsonType = type && withoutDomain(type).name === 'json' ? 'json' : 'jsonb';
  return {
    kind: 'json',
    operand,
    path: [first, ...rest].map(step),
    type: builtInType(scope.catalog, isText ? 'text' : jsonType),
  };
}

function step({ kind, text, asText }: JsonStep): { key: string | number; asText: boolean } {
  return { key: kind === 'index' ? Number(text) : text.replaceAll('\0', ''), asText };
}

function computed(scope: Scope, rows: Rows, name: string): Operand {
  const routine = rowFunction(scope, rows.table, name);
  const [parameter] = routine?.parameters ?? [];
  if (!routine || !parameter) throw unknownColumn(rows, name);
  return { kind: 'call', call: { routine, args: [{ kind: 'row', parameter }] } };
}

const functionsByCatalog = new WeakMap<Catalog, ReadonlyMap<string, readonly Routine[]>>();

/** A function that takes nothing but a row of the table. */
function rowFunction({ catalog, searched }: Scope, table: Table, name: string): Routine | undefined {
  let functions = functionsByCatalog.get(catalog);
  if (!functions) {
    const found = new Map<string, Routine[]>();
    for (const routine of catalog.routines) {
      const [parameter, ...more] = routine.parameters;
      if (!parameter || more.length > 0 || parameter.type.relation === 0) continue;
      const key = `${parameter.type.oid} ${routine.name}`;
      found.set(key, [...(found.get(key) ?? []), routine]);
    }
    functions = found;
    functionsByCatalog.set(catalog, functions);
  }
  const candidates = functions.get(`${table.rowType} ${name}`) ?? [];
  return searched.flatMap((schema) => candidates.find((one) => one.schema === schema) ?? [])[0];
}

/** PostgreSQL suggests a column up to this distance, and only where half of its name is right. */
const MAX_DISTANCE = 3;

/** As PostgreSQL words it. */
function unknownColumn({ table, alias }: Rows, name: string) {
  let best: Column[] = [];
  let distance = MAX_DISTANCE;
  for (const column of table.columns) {
    const own = editDistance(name, column.name);
    if (own > distance || own > Math.floor(name.length / 2)) continue;
    best = own < distance ? [column] : [...best, column];
    distance = own;
  }
  const [first, second, third] = best.map((column) => `"${alias}.${column.name}"`);
  const hint =
    first === undefined || third !== undefined
      ? undefined
      : `Perhaps you meant to reference the column ${first}${second === undefined ? '' : ` or the column ${second}`}.`;
  return postgresError('42703', `column ${alias}.${name} does not exist`, hint);
}

/** How a value of the type is to be shown: by the function that its database made for it. */
export function shown(scope: Scope, operand: Operand, type: PgType): Operand {
  const representation =
    type.kind === 'domain'
      ? scope.catalog.findRepresentation(type, builtInType(scope.catalog, 'json'))
      : undefined;
  return representation ? { kind: 'represented', operand, representation } : operand;
}
