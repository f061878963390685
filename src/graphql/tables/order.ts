/** `T_order_by`: columns, columns of related rows, aggregates of related lists, computed fields. */
import type { GraphQLNamedType } from 'graphql';
import { takesNoArguments, type VisibleTable } from '../../data/catalog/visible.ts';
import type { Operand, Order, Related } from '../../data/plan/expression.ts';
import { AppError } from '../../errors.ts';
import { constantOf, type Input } from '../lower/input.ts';
import type { Selection } from '../lower/selection.ts';
import { AGGREGATE_GROUPS, aggregateColumns } from './aggregate-columns.ts';
import { rowCall } from './call.ts';
import { lowerInputFields } from './input-fields.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';

/** What an entry of an order_by object adds; `wrap` turns an operand of the related row into one of ours. */
export type LowerOrder = (input: Input, selection: Selection, wrap: (operand: Operand) => Operand) => Order[];

const DIRECTIONS = {
  asc: { direction: 'asc', nulls: 'last', description: 'in ascending order, nulls last' },
  asc_nulls_first: { direction: 'asc', nulls: 'first', description: 'in ascending order, nulls first' },
  asc_nulls_last: { direction: 'asc', nulls: 'last', description: 'in ascending order, nulls last' },
  desc: { direction: 'desc', nulls: 'first', description: 'in descending order, nulls first' },
  desc_nulls_first: { direction: 'desc', nulls: 'first', description: 'in descending order, nulls first' },
  desc_nulls_last: { direction: 'desc', nulls: 'last', description: 'in descending order, nulls last' },
} as const;

export function orderByType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.input(`${name}_order_by`, `Ordering options when selecting data from "${name}".`, () => {
    const fields: Record<string, InputFieldDefinition> = {};
    for (const { name: column, column: of } of table.columns)
      fields[column] = direction(registry, { kind: 'column', column: of });
    for (const { api, target } of table.relationships) {
      const related: Related = {
        relationship: api.relationship,
        source: { kind: 'table', table: target.api.table },
      };
      if (api.kind === 'array') fields[`${api.name}_aggregate`] = aggregates(registry, target, related);
      else fields[api.name] = nested(registry, target, related);
    }
    for (const { api, returns } of table.computedFields) {
      if (!takesNoArguments(api)) continue;
      const call = rowCall(api);
      if (!returns) fields[api.name] ??= direction(registry, { kind: 'call', call });
      else if (api.routine.returnsSet)
        fields[`${api.name}_aggregate`] ??= aggregates(registry, returns, {
          relationship: undefined,
          source: { kind: 'routine', table: returns.api.table, call },
        });
    }
    return fields;
  });
}

export function direction(registry: Registry, operand: Operand): InputFieldDefinition {
  const type = registry.enum('order_by', 'column ordering options', () =>
    Object.entries(DIRECTIONS).map(([name, { description }]) => ({ name, description })),
  );
  const lower: LowerOrder = (input, selection, wrap) => {
    const name = constantOf(input, selection.context.variables) as keyof typeof DIRECTIONS | null;
    if (name === null) return [];
    const { direction: way, nulls } = DIRECTIONS[name];
    return [{ operand: wrap(operand), direction: way, nulls }];
  };
  return { type, lower };
}

function nested(registry: Registry, target: VisibleTable, related: Related): InputFieldDefinition {
  const lower: LowerOrder = (input, selection, wrap) =>
    lowerOrderObject(selection, input, (operand) => wrap({ kind: 'via', related, operand }));
  return { type: orderByType(registry, target), lower };
}

/** `R_aggregate_order_by`: the operands are columns of the related rows, the aggregate turns them into one of ours. */
function aggregates(registry: Registry, target: VisibleTable, related: Related): InputFieldDefinition {
  const lower: LowerOrder = (input, selection, wrap) =>
    lowerOrderObject(selection, input, (operand) =>
      wrap(operand.kind === 'aggregate' ? { ...operand, related } : operand),
    );
  return { type: aggregateOrderByType(registry, target), lower };
}

/** Stands for the related rows until the field of the outer type says which they are. */
const OPEN: Related = { relationship: undefined, source: undefined as never };

export function aggregateOrderByType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.input(`${name}_aggregate_order_by`, `order by aggregate values of table "${name}"`, () => {
    const count: Operand = {
      kind: 'aggregate',
      related: OPEN,
      aggregate: { function: 'count', operands: [], distinct: false, where: undefined },
    };
    const fields: Record<string, InputFieldDefinition> = { count: direction(registry, count) };
    for (const [operation, group] of AGGREGATE_GROUPS) {
      const columns = aggregateColumns(table, group);
      if (columns.length === 0) continue;
      const type = registry.input(
        `${name}_${operation}_order_by`,
        `order by ${operation}() on columns of table "${name}"`,
        () =>
          Object.fromEntries(
            columns.map((column) => {
              const operand: Operand = {
                kind: 'aggregate',
                related: OPEN,
                aggregate: {
                  function: operation,
                  operands: [column.operand],
                  distinct: false,
                  where: undefined,
                },
              };
              return [column.name, direction(registry, operand)];
            }),
          ),
      );
      const lower: LowerOrder = (input, selection, wrap) => lowerOrderObject(selection, input, wrap);
      fields[operation] = { type, lower };
    }
    return fields;
  });
}

export function lowerOrderObject(
  selection: Selection,
  input: Input,
  wrap: (operand: Operand) => Operand,
): Order[] {
  if (input.kind !== 'object') return [];
  return lowerInputFields<LowerOrder, Order[]>(input, (lower, value) => lower(value, selection, wrap)).flat();
}

/** The argument `order_by`: one object or a list of them; null counts as absent. */
export function lowerOrderBy(selection: Selection, input: Input | undefined): Order[] {
  if (input === undefined || input.kind === 'null') return [];
  if (input.kind !== 'list') throw new AppError('internal-error', 'order_by is a list');
  return input.items.flatMap((item) => lowerOrderObject(selection, item, (operand) => operand));
}
