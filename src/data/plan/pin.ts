/**
 * What ties the whole answer of a query to rows with one value in one column: then changes of other rows cannot change it. Said only where
 * it is certain: the table stands in the plan once, at its root, and the equality is a condition of its own beside all others.
 */
import { type Column, type Table, withoutDomain } from '../catalog/catalog.ts';
import type { Predicate, Source, Value } from './expression.ts';
import { namedTables } from './inspect.ts';
import type { QueryPlan } from './plan.ts';

export interface Pin {
  readonly column: Column;
  readonly value: Value;
}

/** Types whose every value has one text, which is that of its equality. */
const PLAIN_TYPES = new Set(['int2', 'int4', 'int8', 'uuid', 'bool']);

export function pinOf(plan: QueryPlan): Pin | undefined {
  const [[, root] = []] = plan;
  if (plan.length !== 1 || root?.kind !== 'read') return undefined;
  const { source, where } = root;
  if (source.kind !== 'table' || occurrences(plan, source) !== 1) return undefined;
  return conjuncts(where)
    .flatMap((one) => pinned(one, source.table))
    .at(0);
}

function occurrences(plan: QueryPlan, { table }: Extract<Source, { kind: 'table' }>): number {
  return namedTables(plan).filter((one) => one === table).length;
}

function conjuncts(predicate: Predicate | undefined): readonly Predicate[] {
  if (predicate?.kind !== 'and') return predicate ? [predicate] : [];
  return predicate.all.flatMap(conjuncts);
}

function pinned(predicate: Predicate, table: Table): Pin[] {
  if (predicate.kind !== 'compare' || predicate.operator !== '=' || predicate.quantifier) return [];
  const { operand, value } = predicate;
  if (operand.kind !== 'column' || operand.column.table !== table || value.list) return [];
  const isPlain = [operand.column.type, value.type].every(
    (type) => withoutDomain(type).schema === 'pg_catalog' && PLAIN_TYPES.has(withoutDomain(type).name),
  );
  return isPlain ? [{ column: operand.column, value }] : [];
}

/** The text that PostgreSQL prints for such a value; undefined where it is not sure what it reads. */
export function pinText({ column }: Pin, given: string | null): string | undefined {
  if (given === null) return undefined;
  const text = given.trim().toLowerCase();
  switch (withoutDomain(column.type).name) {
    case 'uuid':
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined;
    case 'bool':
      return text === 'true' || text === 'false' ? text.slice(0, 1) : undefined;
    default:
      return /^-?\d{1,19}$/.test(text) ? String(BigInt(text)) : undefined;
  }
}
