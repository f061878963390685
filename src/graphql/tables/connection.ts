/** `T_connection`: pages of a list by cursors, as Relay and its like ask for them. */
import { createHash } from 'node:crypto';
import type { GraphQLNamedType } from 'graphql';
import type { PgType } from '../../data/catalog/catalog.ts';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { Operand, Order, Source } from '../../data/plan/expression.ts';
import type { ConnectionShape, EdgePart, PageInfoPart, Position, ReadPlan } from '../../data/plan/plan.ts';
import { AppError } from '../../errors.ts';
import { readToken } from '../../lib/token.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { aggregateResultType } from './aggregate-columns.ts';
import { lowerLimit, lowerRows } from './list.ts';
import { lowerObject, objectType } from './object.ts';
import { lowerOrderBy, orderByType } from './order.ts';
import type { OutputField, Registry } from './registry.ts';
import { boolExpType } from './where.ts';

type ConnectionPart = ConnectionShape['entries'][number][1];

/** The field for the rows of a source; none where the table has no key that the role can read. */
export function connectionField(
  registry: Registry,
  table: VisibleTable,
  source: Source,
): OutputField | undefined {
  if (!table.primaryKey) return undefined;
  const lower: LowerField<ReadPlan> = (selection) => lowerConnection(registry, selection, table, source);
  return {
    type: connectionType(registry, table),
    nonNull: true,
    args: {
      first: { type: registry.scalar('Int') },
      after: { type: registry.scalar('String') },
      last: { type: registry.scalar('Int') },
      before: { type: registry.scalar('String') },
      order_by: { type: orderByType(registry, table), list: true },
      where: { type: boolExpType(registry, table) },
    },
    lower,
    description: `fetch pages of the table: "${table.api.name}" by cursors`,
  };
}

function lowerConnection(
  registry: Registry,
  selection: Selection,
  table: VisibleTable,
  source: Source,
): ReadPlan {
  const first = lowerLimit(registry, selection, 'first');
  const last = lowerLimit(registry, selection, 'last');
  if (first !== undefined && last !== undefined)
    throw new AppError('validation-failed', 'first and last cannot be asked for together', {
      path: `${selection.path}.args`,
    });
  const order = totalOrder(lowerOrderBy(selection, selection.argument('order_by')), table);
  const types = order.map(({ operand }) => operandType(registry, operand, selection));
  const label = labelOf(table, order);
  const shape: ConnectionShape = {
    kind: 'connection',
    label,
    after: positionOf(selection, 'after', label, types),
    before: positionOf(selection, 'before', label, types),
    backward: last !== undefined,
    entries: selection.entries<ConnectionPart>((text) => ({ kind: 'literal', text })),
  };
  const read = lowerRows(registry, selection, { source, distinct: [], order, shape, take: 'page' });
  return { ...read, limit: first ?? last };
}

/** The primary key decides where everything else is equal. */
function totalOrder(order: readonly Order[], { primaryKey }: VisibleTable): Order[] {
  const rest = (primaryKey ?? []).filter(
    ({ column }) => !order.some(({ operand }) => operand.kind === 'column' && operand.column === column),
  );
  const direction = order[0]?.direction ?? 'asc';
  return [
    ...order,
    ...rest.map(
      ({ column }): Order => ({
        operand: { kind: 'column', column },
        direction,
        nulls: direction === 'asc' ? 'last' : 'first',
      }),
    ),
  ];
}

function operandType(registry: Registry, operand: Operand, selection: Selection): PgType {
  switch (operand.kind) {
    case 'column':
      return operand.column.type;
    case 'call':
      return operand.call.routine.returnType;
    case 'via':
      return operandType(registry, operand.operand, selection);
    case 'aggregate': {
      const { function: operation, operands } = operand.aggregate;
      const [of] = operands;
      if (!of) return registry.builtIn('int8');
      return aggregateResultType(registry, operation, operandType(registry, of, selection));
    }
    default:
      throw new AppError('not-supported', 'pages cannot be ordered by this', {
        path: `${selection.path}.args.order_by`,
      });
  }
}

/** Tells cursors of another table or order from ours. */
function labelOf({ api }: VisibleTable, order: readonly Order[]): string {
  const words = order.map(({ operand, direction, nulls }) => [wordsOf(operand), direction, nulls]);
  return createHash('sha256')
    .update(JSON.stringify([api.name, words]))
    .digest('base64url')
    .slice(0, 6);
}

function wordsOf(operand: Operand): unknown {
  switch (operand.kind) {
    case 'column':
      return operand.column.name;
    case 'call':
      return [operand.call.routine.schema, operand.call.routine.name];
    case 'via':
      return [operand.related.relationship?.columns.map(([column]) => column.name), wordsOf(operand.operand)];
    case 'aggregate': {
      const { relationship, source } = operand.related;
      const columns = relationship?.columns.map((pair) => pair.map((column) => column.name));
      return [
        source.table.name,
        columns,
        operand.aggregate.function,
        operand.aggregate.operands.map(wordsOf),
      ];
    }
    default:
      return operand.kind;
  }
}

function positionOf(
  selection: Selection,
  argument: 'after' | 'before',
  label: string,
  types: readonly PgType[],
): Position | undefined {
  const cursor = selection.constant(argument);
  if (cursor === undefined) return undefined;
  const [ours, ...values] = readToken(cursor) ?? [];
  if (ours !== label || values.length !== types.length)
    throw new AppError('validation-failed', `${argument} is not a cursor of this list and order`, {
      path: `${selection.path}.args.${argument}`,
      hint: 'Hand back a cursor that the same field gave with the same order_by.',
    });
  return values.map((value, index) => (value === null ? undefined : { value, type: types[index]! }));
}

function connectionType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.object(`${name}_connection`, `a page of rows of "${name}"`, () => {
    const edges: LowerField<ConnectionPart> = (selection) => ({
      kind: 'edges',
      entries: selection.entries<EdgePart>((text) => ({ kind: 'literal', text })),
    });
    const nodes: LowerField<ConnectionPart> = (selection) => ({
      kind: 'nodes',
      shape: lowerObject(selection),
    });
    const pageInfo: LowerField<ConnectionPart> = (selection) => ({
      kind: 'page info',
      entries: selection.entries<PageInfoPart>((text) => ({ kind: 'literal', text })),
    });
    const totalCount: LowerField<ConnectionPart> = () => ({ kind: 'total count' });
    return {
      edges: { type: edgeType(registry, table), list: true, nonNull: true, lower: edges },
      nodes: { type: objectType(registry, table), list: true, nonNull: true, lower: nodes },
      pageInfo: { type: pageInfoType(registry), nonNull: true, lower: pageInfo },
      totalCount: {
        type: registry.scalar('Int'),
        nonNull: true,
        lower: totalCount,
        description: 'number of rows on all pages; counted only where it is asked for',
      },
    };
  });
}

function edgeType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.object(`${name}_edge`, `a row of "${name}" and its place in the list`, () => {
    const cursor: LowerField<EdgePart> = () => ({ kind: 'cursor' });
    const node: LowerField<EdgePart> = (selection) => ({ kind: 'node', shape: lowerObject(selection) });
    return {
      cursor: { type: registry.scalar('String'), nonNull: true, lower: cursor },
      node: { type: objectType(registry, table), nonNull: true, lower: node },
    };
  });
}

function pageInfoType(registry: Registry): GraphQLNamedType {
  return registry.object('PageInfo', 'where a page stands in its list', () => {
    const part = (kind: Exclude<PageInfoPart['kind'], 'literal'>): LowerField<PageInfoPart> => {
      return () => ({ kind });
    };
    const boolean = { type: registry.scalar('Boolean'), nonNull: true };
    const string = { type: registry.scalar('String') };
    return {
      hasNextPage: { ...boolean, lower: part('has next') },
      hasPreviousPage: { ...boolean, lower: part('has previous') },
      startCursor: { ...string, lower: part('start cursor') },
      endCursor: { ...string, lower: part('end cursor') },
    };
  });
}
