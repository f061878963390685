/** `T_aggregate`: numbers over a set of rows, and the rows themselves. */
import type { GraphQLNamedType } from 'graphql';
import type { PgType } from '../../data/catalog/catalog.ts';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { AggregateFunction, Operand, Source } from '../../data/plan/expression.ts';
import type { AggregateShape, PageShape, ReadPlan } from '../../data/plan/plan.ts';
import { isWideNumber } from '../../data/sql/encode.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { AGGREGATE_GROUPS, aggregateColumns, aggregateComputedFields } from './aggregate-columns.ts';
import { argsArgument, lowerCall } from './call.ts';
import { typeUse } from './column-type.ts';
import { lowerRead, selectColumnType } from './list.ts';
import { lowerObject, objectType } from './object.ts';
import type { OutputField, Registry } from './registry.ts';

type PagePart = PageShape['entries'][number][1];

export function aggregateType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.object(`${name}_aggregate`, `aggregated selection of "${name}"`, () => {
    const aggregate: LowerField<PagePart> = (selection) => ({
      kind: 'aggregate',
      entries: selection.entries<AggregateShape>((text) => ({ kind: 'literal', text })),
    });
    const nodes: LowerField<PagePart> = (selection) => ({
      kind: 'nodes',
      shape: lowerObject(selection),
    });
    return {
      aggregate: { type: aggregateFieldsType(registry, table), lower: aggregate },
      nodes: { type: objectType(registry, table), list: true, nonNull: true, lower: nodes },
    };
  });
}

/** The set is cut by the arguments alone: no default limit stands between a count and the truth. */
export function lowerAggregateRead(
  registry: Registry,
  selection: Selection,
  table: VisibleTable,
  source: Source,
): ReadPlan {
  const entries = selection.entries<PagePart>((text) => ({ kind: 'literal', text }));
  const shape: PageShape = { kind: 'page', entries };
  return lowerRead(registry, selection, table, source, shape, 'page');
}

export function aggregateFieldsType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.object(`${name}_aggregate_fields`, `aggregate fields of "${name}"`, () => {
    const fields: Record<string, OutputField> = {
      count: {
        type: registry.scalar('Int'),
        nonNull: true,
        args: {
          columns: { type: selectColumnType(registry, table), list: true },
          distinct: { type: registry.scalar('Boolean') },
        },
        lower: lowerCount(table),
      },
    };
    for (const [operation, group] of AGGREGATE_GROUPS) {
      const columns = operationFields(registry, table, operation, group);
      if (Object.keys(columns).length === 0) continue;
      const lower: LowerField<AggregateShape> = (selection) => ({
        kind: 'group',
        entries: selection.entries<AggregateShape>((text) => ({ kind: 'literal', text })),
      });
      fields[operation] = {
        type: registry.object(
          `${name}_${operation}_fields`,
          `aggregate ${operation} on columns`,
          () => columns,
        ),
        lower,
      };
    }
    return fields;
  });
}

function lowerCount(table: VisibleTable): LowerField<AggregateShape> {
  return (selection) => {
    const names = [selection.constant('columns') ?? []].flat();
    const operands = names.map(
      (name): Operand => ({
        kind: 'column',
        column: table.columns.find((column) => column.name === name)!.column,
      }),
    );
    const distinct = selection.constant('distinct') === true && operands.length > 0;
    return {
      kind: 'value',
      aggregate: { function: 'count', operands, distinct, where: undefined },
      asText: false,
    };
  };
}

/** avg and its like answer a float whatever the column is; sum, max and min keep the column's type. */
function operationFields(
  registry: Registry,
  table: VisibleTable,
  operation: AggregateFunction,
  group: 'numeric' | 'comparable',
): Record<string, OutputField> {
  const keepsType = operation === 'sum' || operation === 'max' || operation === 'min';
  const field = (type: PgType, operandOf: (selection: Selection) => Operand): OutputField => {
    const asText = registry.visible.model.stringifyNumericTypes && isWideNumber(type);
    const lower: LowerField<AggregateShape> = (selection) => ({
      kind: 'value',
      aggregate: { function: operation, operands: [operandOf(selection)], distinct: false, where: undefined },
      asText,
    });
    return { ...(keepsType ? typeUse(registry, type) : { type: registry.scalar('Float') }), lower };
  };
  const fields: Record<string, OutputField> = {};
  for (const { name, type, operand } of aggregateColumns(table, group))
    fields[name] = field(type, () => operand);
  for (const api of aggregateComputedFields(table, group)) {
    const call = (selection: Selection): Operand => ({
      kind: 'call',
      call: lowerCall(api, selection.argument('args'), `${selection.path}.args.args`),
    });
    fields[api.name] ??= {
      ...field(api.routine.returnType, call),
      args: argsArgument(registry, api, `${api.name}_${table.api.name}_args`),
    };
  }
  return fields;
}
