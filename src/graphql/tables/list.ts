/** The arguments of a list (distinct_on, limit, offset, order_by, where) and the read they make. */
import type { GraphQLNamedType } from 'graphql';
import type { Column } from '../../data/catalog/catalog.ts';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { Order, Predicate, Source } from '../../data/plan/expression.ts';
import type { ObjectShape, PageShape, ReadPlan } from '../../data/plan/plan.ts';
import { AppError } from '../../errors.ts';
import { constantOf } from '../lower/input.ts';
import type { Selection } from '../lower/selection.ts';
import { lowerOrderBy, orderByType } from './order.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';
import { boolExpType, lowerWhere } from './where.ts';

export function selectColumnType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.enum(`${name}_select_column`, `select columns of table "${name}"`, () =>
    [...table.columns]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((column) => ({ name: column.name, description: 'column name' })),
  );
}

export function listArguments(registry: Registry, table: VisibleTable): Record<string, InputFieldDefinition> {
  return {
    distinct_on: { type: selectColumnType(registry, table), list: true },
    limit: { type: registry.scalar('Int') },
    offset: { type: registry.scalar('Int') },
    order_by: { type: orderByType(registry, table), list: true },
    where: { type: boolExpType(registry, table) },
  };
}

/** A list of rows; without `limit` the default limit of every list applies. */
export function lowerList(
  registry: Registry,
  selection: Selection,
  table: VisibleTable,
  source: Source,
  shape: ObjectShape,
): ReadPlan {
  return lowerRead(registry, selection, table, source, shape, 'many');
}

export function lowerRead(
  registry: Registry,
  selection: Selection,
  table: VisibleTable,
  source: Source,
  shape: ObjectShape | PageShape,
  take: ReadPlan['take'],
): ReadPlan {
  const order = lowerOrderBy(selection, selection.argument('order_by'));
  // DISTINCT ON needs its columns to come first, which they do by default.
  const distinct = lowerDistinct(selection, table, order);
  return lowerRows(registry, selection, { source, distinct, order, shape, take });
}

/** The read with the arguments `where`, `limit` and `offset`. */
export function lowerRows<S extends ReadPlan['shape']>(
  registry: Registry,
  selection: Selection,
  given: Pick<ReadPlan, 'source' | 'distinct' | 'order' | 'take'> & { readonly shape: S },
): ReadPlan & { readonly shape: S } {
  return {
    kind: 'read',
    source: given.source,
    where: lowerWhere(selection, selection.argument('where'), `${selection.path}.args.where`),
    distinct: given.distinct,
    order: given.order,
    limit: lowerLimit(registry, selection, 'limit'),
    offset: lowerOffset(selection),
    shape: given.shape,
    take: given.take,
  };
}

/** One row or none. */
export function lowerOne(
  source: Source,
  shape: ObjectShape,
  { where, limit }: { where?: Predicate; limit?: number | undefined } = {},
): ReadPlan {
  return {
    kind: 'read',
    source,
    where,
    distinct: [],
    order: [],
    limit,
    offset: undefined,
    shape,
    take: 'maybe',
  };
}

function lowerDistinct(selection: Selection, table: VisibleTable, order: readonly Order[]): Column[] {
  const names = selection.constant('distinct_on');
  if (names === undefined) return [];
  const distinct = [names].flat().map((name) => table.columns.find((column) => column.name === name)!.column);
  const initial = order.slice(0, distinct.length).map(({ operand }) => operand);
  const fits = initial.every((operand) => operand.kind === 'column' && distinct.includes(operand.column));
  if (!fits)
    throw new AppError('validation-failed', '"distinct_on" columns must match initial "order_by" columns', {
      path: `${selection.path}.args`,
    });
  return [...new Set(distinct)];
}

export function lowerLimit(registry: Registry, selection: Selection, argument: string): number | undefined {
  const input = selection.argument(argument);
  const node = selection.nodes[0]?.arguments?.find((one) => one.name.value === argument);
  const limit = input && constantOf(input, selection.context.variables);
  if (limit === undefined || limit === null) return undefined;
  const path = `${selection.path}.args.${argument}`;
  const isText = node?.value.kind === 'StringValue';
  if (isText || typeof limit !== 'number' || limit < 0)
    throw new AppError(
      'validation-failed',
      `expected a non-negative 32-bit integer for type 'Int', but found ${isText ? 'a string' : limit}`,
      { path },
    );
  if (limit > registry.limits.maxRows)
    throw new AppError(
      'limit-exceeded',
      `${argument} ${limit} is larger than api.maxRows (${registry.limits.maxRows})`,
      {
        path,
        hint: 'Ask for fewer rows and page through them with offset or a where on the last key.',
      },
    );
  return limit;
}

function lowerOffset(selection: Selection): number | undefined {
  const offset = selection.constant('offset');
  if (offset === undefined) return undefined;
  const number = Number(offset);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new AppError(
      'validation-failed',
      `expected a non-negative 64-bit integer for 'offset', but found ${offset}`,
      {
        path: `${selection.path}.args.offset`,
      },
    );
  return number;
}
