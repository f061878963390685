/** Which columns and computed fields each aggregate function takes. */

import type { PgType } from '../../data/catalog/catalog.ts';
import type { ApiComputedField } from '../../data/catalog/model.ts';
import { elementType, isList } from '../../data/catalog/scalar-name.ts';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { AggregateFunction, Operand } from '../../data/plan/expression.ts';
import { rowCall } from './call.ts';
import type { Registry } from './registry.ts';

type Group = 'numeric' | 'comparable';

export const AGGREGATE_GROUPS: readonly (readonly [AggregateFunction, Group])[] = [
  ['avg', 'numeric'],
  ['max', 'comparable'],
  ['min', 'comparable'],
  ['stddev', 'numeric'],
  ['stddev_pop', 'numeric'],
  ['stddev_samp', 'numeric'],
  ['sum', 'numeric'],
  ['var_pop', 'numeric'],
  ['var_samp', 'numeric'],
  ['variance', 'numeric'],
];

const NUMERIC = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'money']);
const COMPARABLE = new Set([
  ...NUMERIC,
  ...['text', 'varchar', 'bpchar', 'citext', 'date', 'timestamp', 'timestamptz', 'timetz', 'uuid', 'ltree'],
]);

export interface AggregateColumn {
  readonly name: string;
  readonly type: PgType;
  readonly operand: Operand;
}

export function aggregateColumns(table: VisibleTable, group: Group): AggregateColumn[] {
  const fits = (type: PgType) => {
    const plain = elementType(type);
    if (group === 'numeric') return !isList(type) && NUMERIC.has(plain.name);
    return isList(type)
      ? !['json', 'jsonb'].includes(plain.name)
      : plain.kind === 'enum' || COMPARABLE.has(plain.name);
  };
  const columns = table.columns
    .filter(({ column }) => fits(column.type))
    .map(
      ({ name, column }): AggregateColumn => ({
        name,
        type: column.type,
        operand: { kind: 'column', column },
      }),
    );
  const computed = scalarComputedFields(table)
    .filter((api) => api.arguments.length === 0 && fits(api.routine.returnType))
    .map(
      (api): AggregateColumn => ({
        name: api.name,
        type: api.routine.returnType,
        operand: { kind: 'call', call: rowCall(api) },
      }),
    );
  return [...columns, ...computed];
}

/** What PostgreSQL makes of it: sums widen, and averages and their like are numeric or float8. */
export function aggregateResultType(
  registry: Pick<Registry, 'builtIn'>,
  operation: AggregateFunction,
  type: PgType,
): PgType {
  if (operation === 'max' || operation === 'min') return type;
  const isFloat = type.name === 'float4' || type.name === 'float8';
  if (operation !== 'sum') return registry.builtIn(isFloat ? 'float8' : 'numeric');
  if (type.name === 'int2' || type.name === 'int4') return registry.builtIn('int8');
  return type.name === 'int8' ? registry.builtIn('numeric') : type;
}

export function scalarComputedFields(table: VisibleTable): ApiComputedField[] {
  return table.computedFields.filter(({ returns }) => returns === undefined).map(({ api }) => api);
}

/** Scalar computed fields with arguments: their aggregate field takes `args` as they do. */
export function aggregateComputedFields(table: VisibleTable, group: Group): ApiComputedField[] {
  return scalarComputedFields(table).filter((api) => {
    const name = elementType(api.routine.returnType).name;
    return (
      api.arguments.length > 0 &&
      !isList(api.routine.returnType) &&
      (group === 'numeric' ? NUMERIC : COMPARABLE).has(name)
    );
  });
}
