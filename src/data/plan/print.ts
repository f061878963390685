/** A plan for people to read: Catalog objects by their names, response keys as keys, what is absent left out. */
import type {
  Column,
  PgType,
  Relationship,
  Representation,
  Routine,
  RoutineParameter,
  Table,
} from '../catalog/catalog.ts';
import { type Value, Variable } from './expression.ts';
import type { Position, QueryPlan } from './plan.ts';

export function printPlan(plan: QueryPlan): unknown {
  return keyed(plan);
}

/** How a part of the plan that is no plain data is written, by the name that it stands under. */
const NAMED: Readonly<Record<string, (part: never) => unknown>> = {
  table: nameOfTable,
  column: nameOfColumn,
  type: nameOfType,
  routine: ({ schema, name }: Routine) => `${schema}.${name}`,
  representation: ({ schema, name }: Representation) => `${schema}.${name}`,
  parameter: ({ name, position }: RoutineParameter) => (name === '' ? `#${position + 1}` : name),
  relationship: printRelationship,
  keys: (columns: readonly Column[]) => columns.map(nameOfColumn),
  after: printPosition,
  before: printPosition,
  distinct: (columns: readonly Column[] | boolean) =>
    typeof columns === 'boolean' ? columns : columns.map(nameOfColumn),
  value: printValue,
  path: printValue,
  entries: keyed,
};

const OFTEN_EMPTY = new Set(['distinct', 'order']);

function print(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(print);
  if (typeof part !== 'object' || part === null) return part;
  const fields = Object.entries(part).flatMap(([key, one]): [string, unknown][] => {
    if (one === undefined || (key === 'asText' && one === false)) return [];
    if (Array.isArray(one) && one.length === 0 && OFTEN_EMPTY.has(key)) return [];
    return [[key, (NAMED[key] as ((part: unknown) => unknown) | undefined)?.(one) ?? print(one)]];
  });
  return Object.fromEntries(fields);
}

/** An object without a prototype: a response key may be any word. */
function keyed(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, one] of entries) object[key] = print(one);
  return object;
}

function nameOfTable({ schema, name }: Table): string {
  return `${schema}.${name}`;
}

function nameOfColumn({ table, name }: Column): string {
  return `${table.name}.${name}`;
}

function nameOfType({ schema, name }: PgType): string {
  return schema === 'pg_catalog' ? name : `${schema}.${name}`;
}

function printRelationship({ columns }: Relationship): string {
  return columns.map(([ours, theirs]) => `${nameOfColumn(ours)} = ${nameOfColumn(theirs)}`).join(' and ');
}

function printPosition(position: Position): unknown {
  return position.map((value) => (value === undefined ? null : printValue(value)));
}

/** A constant stands for itself; the steps of a JSON path are plain data. */
function printValue(value: Value | boolean | number | readonly unknown[]): unknown {
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (isList(value)) return value.map(print);
  return { value: printJson(value.value), type: nameOfType(value.type) + (value.list ? '[]' : '') };
}

function isList(value: Value | readonly unknown[]): value is readonly unknown[] {
  return Array.isArray(value);
}

/** What is bound: JSON with variables. Numbers kept as text have no prototype and stay as they are. */
function printJson(value: unknown): unknown {
  if (value instanceof Variable) return `$${[value.name, ...value.path].join('.')}`;
  if (Array.isArray(value)) return value.map(printJson);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, printJson(one)]));
}
