/** `T_group_by`: rows with equal keys as one, with aggregates over them. */
import type { GraphQLNamedType } from 'graphql';
import type { PgType } from '../../data/catalog/catalog.ts';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { AggregateFunction, Operand, Order, Predicate, Source } from '../../data/plan/expression.ts';
import type { AggregateShape, GroupShape, ReadPlan } from '../../data/plan/plan.ts';
import { AppError } from '../../errors.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { aggregateFieldsType } from './aggregate.ts';
import {
  AGGREGATE_GROUPS,
  type AggregateColumn,
  aggregateColumns,
  aggregateResultType,
} from './aggregate-columns.ts';
import { comparisonType } from './comparison.ts';
import { lowerInputFields } from './input-fields.ts';
import { lowerRows, selectColumnType } from './list.ts';
import { columnField } from './object.ts';
import { aggregateOrderByType, direction, type LowerOrder, lowerOrderBy, lowerOrderObject } from './order.ts';
import type { InputFieldDefinition, OutputField, Registry } from './registry.ts';
import {
  boolExpType,
  comparisonField,
  type LowerPredicate,
  logicFields,
  lowerComparisons,
  lowerWhere,
} from './where.ts';

type GroupPart = GroupShape['entries'][number][1];
type KeyPart = Extract<GroupPart, { kind: 'keys' }>['entries'][number][1];

/** The field for the rows of a source. */
export function groupByField(registry: Registry, table: VisibleTable, source: Source): OutputField {
  const { name } = table.api;
  const lower: LowerField<ReadPlan> = (selection) => lowerGroupBy(registry, selection, table, source);
  return {
    type: groupType(registry, table),
    list: true,
    nonNull: true,
    args: {
      keys: { type: selectColumnType(registry, table), list: true, nonNull: true },
      where: { type: boolExpType(registry, table) },
      having: { type: havingType(registry, table) },
      order_by: { type: groupOrderByType(registry, table), list: true },
      limit: { type: registry.scalar('Int') },
      offset: { type: registry.scalar('Int') },
    },
    lower,
    description: `group the rows of the table: "${name}" by the columns given as keys`,
  };
}

function lowerGroupBy(
  registry: Registry,
  selection: Selection,
  table: VisibleTable,
  source: Source,
): ReadPlan {
  const names = [selection.constant('keys') ?? []].flat();
  const keys = [...new Set(names)].map((name) => table.columns.find((one) => one.name === name)!.column);
  const order = lowerOrderBy(selection, selection.argument('order_by'));
  for (const { operand } of order)
    if (operand.kind === 'column' && !keys.includes(operand.column))
      throw notAKey(operand.column.name, `${selection.path}.args.order_by`);
  const having = lowerWhere(selection, selection.argument('having'), `${selection.path}.args.having`);
  const entries = selection.entries<GroupPart>((text) => ({ kind: 'literal', text }));
  for (const [, part] of entries)
    if (part.kind === 'keys')
      for (const [, one] of part.entries)
        if (one.kind === 'column' && !keys.includes(one.column))
          throw notAKey(
            one.column.name,
            `${selection.path}.selectionSet.keys.selectionSet.${one.column.name}`,
          );
  return lowerRows(registry, selection, {
    source,
    distinct: [],
    order,
    shape: { kind: 'groups', keys, having, entries },
    take: 'many',
  });
}

function notAKey(column: string, path: string): AppError {
  return new AppError('validation-failed', `column "${column}" is not among the keys of the groups`, {
    path,
    hint: 'Add it to the argument keys, or ask for an aggregate of it.',
  });
}

function groupType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.object(`${name}_group_by`, `a group of rows of "${name}" with equal keys`, () => {
    const keys: LowerField<GroupPart> = (selection) => ({
      kind: 'keys',
      entries: selection.entries<KeyPart>((text) => ({ kind: 'literal', text })),
    });
    const aggregate: LowerField<GroupPart> = (selection) => ({
      kind: 'aggregate',
      entries: selection.entries<AggregateShape>((text) => ({ kind: 'literal', text })),
    });
    return {
      keys: { type: keysType(registry, table), nonNull: true, lower: keys },
      aggregate: { type: aggregateFieldsType(registry, table), nonNull: true, lower: aggregate },
    };
  });
}

function keysType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  const description = `the columns that a group of rows of "${name}" was made by`;
  return registry.object(`${name}_group_by_keys`, description, () =>
    Object.fromEntries(
      table.columns.map((api): [string, OutputField] => [
        api.name,
        { ...columnField(registry, table, api), nonNull: false },
      ]),
    ),
  );
}

/** `{_and, _or, _not, count, sum: {column: …}, …}`: conditions on the aggregates of a group. */
function havingType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  const description = `conditions on the aggregates of groups of "${name}". All fields are combined with a logical 'AND'.`;
  return registry.input(`${name}_group_by_having`, description, () => {
    const count: Operand = {
      kind: 'grouped',
      type: registry.builtIn('int8'),
      aggregate: { function: 'count', operands: [], distinct: false, where: undefined },
    };
    const fields: Record<string, InputFieldDefinition> = {
      ...logicFields(havingType(registry, table)),
      count: comparisonField(comparisonType(registry, registry.builtIn('int4')), count),
    };
    for (const [operation, group] of AGGREGATE_GROUPS) {
      const columns = aggregateColumns(table, group).filter(({ type }) => isComparable(operation, type));
      if (columns.length === 0) continue;
      const lower: LowerPredicate = (input, selection, path) => ({
        kind: 'and',
        all:
          input.kind === 'object'
            ? lowerInputFields<LowerHaving, Predicate>(input, (one, value, column) =>
                one(operation)(value, selection, `${path}.${column}`),
              )
            : [],
      });
      fields[operation] = { type: columnsHavingType(registry, table, operation, columns), lower };
    }
    return fields;
  });
}

/** Of money PostgreSQL has the sum, the largest and the smallest alone. */
function isComparable(operation: AggregateFunction, type: PgType): boolean {
  return type.name !== 'money' || keepsType(operation);
}

function keepsType(operation: AggregateFunction): boolean {
  return operation === 'sum' || operation === 'max' || operation === 'min';
}

/** Conditions on one aggregate of each column. Averages and their like share a type, and so do the largest and the smallest. */
function columnsHavingType(
  registry: Registry,
  table: VisibleTable,
  operation: AggregateFunction,
  columns: readonly AggregateColumn[],
): GraphQLNamedType {
  const kind = operation === 'min' ? 'max' : keepsType(operation) ? operation : 'avg';
  return registry.input(`${table.api.name}_group_by_${kind}_having`, undefined, () =>
    Object.fromEntries(
      columns.map((column): [string, InputFieldDefinition] => {
        const result = aggregateResultType(registry, operation, column.type);
        const type = comparisonType(registry, keepsType(operation) ? result : registry.builtIn('float8'));
        // An aggregate is compared as its result's type, which for sums and averages is not the column's.
        const lower: LowerHaving = (asked) =>
          lowerComparisons(type, {
            kind: 'grouped',
            type: aggregateResultType(registry, asked, column.type),
            aggregate: { function: asked, operands: [column.operand], distinct: false, where: undefined },
          });
        return [column.name, { type, lower }];
      }),
    ),
  );
}

/** The type of conditions on a column is shared by aggregates: which of them is meant, the outer field says. */
type LowerHaving = (operation: AggregateFunction) => LowerPredicate;

function groupOrderByType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.input(`${name}_group_by_order_by`, `ordering options of groups of "${name}"`, () => {
    const keys = registry.input(`${name}_group_by_keys_order_by`, undefined, () =>
      Object.fromEntries(
        table.columns.map(({ name: key, column }) => [key, direction(registry, { kind: 'column', column })]),
      ),
    );
    const byKey: LowerOrder = (input, selection, wrap) => lowerOrderObject(selection, input, wrap);
    const byAggregate: LowerOrder = (input, selection): Order[] =>
      lowerOrderObject(selection, input, (operand) =>
        operand.kind === 'aggregate' ? { kind: 'grouped', aggregate: operand.aggregate } : operand,
      );
    return {
      keys: { type: keys, lower: byKey },
      aggregate: { type: aggregateOrderByType(registry, table), lower: byAggregate },
    };
  });
}
