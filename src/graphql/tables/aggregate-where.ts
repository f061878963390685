/** `R_aggregate_bool_exp`: conditions on the number or the aggregate of related rows. */
import type { GraphQLNamedType } from 'graphql';
import type { PgType } from '../../data/catalog/catalog.ts';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { AggregateFunction, Operand, Predicate, Related } from '../../data/plan/expression.ts';
import { AppError } from '../../errors.ts';
import { constantOf, type Input } from '../lower/input.ts';
import type { Selection } from '../lower/selection.ts';
import { comparisonType, type LowerComparison } from './comparison.ts';
import { lowerInputFields } from './input-fields.ts';
import { selectColumnType } from './list.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';
import { boolExpType, lowerBoolExp } from './where.ts';

type LowerAggregate = (input: Input, selection: Selection, path: string, related: Related) => Predicate;

const FLOAT_FUNCTIONS: readonly AggregateFunction[] = ['avg', 'max', 'min', 'sum', 'stddev_samp', 'var_samp'];
const PAIR_FUNCTIONS: readonly AggregateFunction[] = ['corr', 'covar_samp'];

export function aggregateBoolExpType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.input(`${name}_aggregate_bool_exp`, undefined, () => {
    const fields: Record<string, InputFieldDefinition> = {
      count: predicate(registry, table, 'count', registry.builtIn('int4'), registry.builtIn('int8'), {
        arguments: { type: selectColumnType(registry, table), list: true },
      }),
    };
    const add = (operation: AggregateFunction, type: PgType, columnType: string, pair = false) => {
      const columns = table.columns.filter(({ column }) => column.type.name === columnType);
      if (columns.length === 0) return;
      const base = `${name}_aggregate_bool_exp_${operation}_arguments`;
      const column = registry.enum(
        `${name}_select_column_${base}_columns`,
        `select "${base}_columns" columns of table "${name}"`,
        () => columns.map((one) => ({ name: one.name, description: 'column name' })),
      );
      const argument = pair
        ? registry.input(base, undefined, () => ({
            X: { type: column, nonNull: true },
            Y: { type: column, nonNull: true },
          }))
        : column;
      fields[operation] = predicate(registry, table, operation, type, type, {
        arguments: { type: argument, nonNull: true },
      });
    };
    for (const operation of ['bool_and', 'bool_or'] as const)
      add(operation, registry.builtIn('bool'), 'bool');
    for (const operation of FLOAT_FUNCTIONS) add(operation, registry.builtIn('float8'), 'float8');
    for (const operation of PAIR_FUNCTIONS) add(operation, registry.builtIn('float8'), 'float8', true);
    return fields;
  });
}

/** `{arguments, distinct, filter, predicate}` of one aggregate function; it is compared as `resultType`. */
function predicate(
  registry: Registry,
  table: VisibleTable,
  operation: AggregateFunction,
  comparedType: PgType,
  resultType: PgType,
  args: Record<string, InputFieldDefinition>,
): InputFieldDefinition {
  const type = registry.input(`${table.api.name}_aggregate_bool_exp_${operation}`, undefined, () => ({
    ...args,
    distinct: { type: registry.scalar('Boolean') },
    filter: { type: boolExpType(registry, table) },
    predicate: { type: comparisonType(registry, comparedType), nonNull: true },
  }));
  const lower: LowerAggregate = (input, selection, path, related) => {
    const field = (name: string) =>
      input.kind === 'object' ? input.fields.find((one) => one.name === name)?.input : undefined;
    const constant = (name: string) => {
      const given = field(name);
      return given && constantOf(given, selection.context.variables);
    };
    const filter = field('filter');
    const names = Object.values(
      [constant('arguments') ?? []]
        .flat()
        .flatMap((one) => (typeof one === 'string' ? [one] : Object.values(one as object))),
    );
    const operand: Operand = {
      kind: 'aggregate',
      related,
      type: resultType,
      aggregate: {
        function: operation,
        operands: names.map((name) => ({
          kind: 'column',
          column: table.columns.find((one) => one.name === name)!.column,
        })),
        distinct: constant('distinct') === true && names.length > 0,
        where: filter && lowerBoolExp(filter, selection, `${path}.filter`),
      },
    };
    const comparison = field('predicate');
    if (comparison?.kind !== 'object')
      throw new AppError('validation-failed', "missing required field 'predicate'", { path });
    const all = lowerInputFields<LowerComparison, Predicate>(comparison, (one, value, name) =>
      one(value, selection, `${path}.predicate.${name}`, operand),
    );
    return { kind: 'and', all };
  };
  return { type, lower };
}
