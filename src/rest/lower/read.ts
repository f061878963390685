/** The tree of a request → ReadPlan. */
import type { Column } from '../../data/catalog/catalog.ts';
import { isToOne, relationshipOf, type Way } from '../../data/catalog/ways.ts';
import type { Aggregate, Operand, Order, Predicate, Related, Source } from '../../data/plan/expression.ts';
import type { Entry, ReadPlan, Shape } from '../../data/plan/plan.ts';
import { invariant } from '../../errors.ts';
import type { Filter, OrderTerm, SelectField } from '../grammar/ast.ts';
import { fieldOperand, type Scope, shown } from './fields.ts';
import { type RelationFilter, treePredicate } from './filters.ts';
import { spreadsAggregates, type TreeNode } from './tree.ts';
import { typeNamed } from './types.ts';

export interface LowerOptions {
  /** Related rows as JSON values, not as rows: the answer is not JSON as a whole. */
  readonly relationsAsJson?: boolean;
  /** Where the rows of the top come from, if not from the table itself. */
  readonly source?: Source;
  readonly maxRows: number | undefined;
}

export function lowerTree(scope: Scope, node: TreeNode, options: LowerOptions): ReadPlan {
  const grouped = node.select?.kind !== 'spread' && spreadsAggregates(node);
  const asJson = grouped || options.relationsAsJson === true;
  const entries =
    node.entries.length === 0 ? allColumns(scope, node) : nodeEntries(scope, node, options, asJson);
  const { limit, offset } = node.range;
  const toOne = node.way !== undefined && isToOne(node.way);
  return {
    kind: 'read',
    source: options.source ?? sourceOf(node),
    where: rowsPredicate(scope, node),
    distinct: [],
    order: node.order.map((term) => orderOf(scope, node, term)),
    // A limit keeps the planner from joining: where there is one row at most none is said.
    limit: toOne ? (limit === 0 ? 0 : undefined) : least(limit, options.maxRows),
    offset: offset === 0 ? undefined : offset,
    shape: { kind: 'object', entries },
    ...(limit !== undefined && limit <= SHORT_LIST ? { keepsOrder: true } : {}),
    ...(node.way === undefined && options.source === undefined && namesKey(node) ? { byKey: true } : {}),
    take: toOne ? 'maybe' : 'many',
  };
}

/** Of so many rows, each may look its related rows up. */
const SHORT_LIST = 1000;

/** Its filters give a value for every column of a key. */
function namesKey({ table, filters }: TreeNode): boolean {
  const given = new Set(
    filters.flatMap((tree) => {
      if (tree.kind !== 'filter' || tree.negated || tree.field.path.length > 0) return [];
      const { operation } = tree;
      const isEqual =
        operation.kind === 'quantified' && operation.operator === 'eq' && operation.quantifier === undefined;
      return isEqual ? [tree.field.name] : [];
    }),
  );
  return table.keys.some(({ columns }) => columns.every(({ name }) => given.has(name)));
}

function least(limit: number | undefined, maxRows: number | undefined): number | undefined {
  if (limit === undefined || maxRows === undefined) return limit ?? maxRows;
  return Math.min(limit, maxRows);
}

function sourceOf({ table, way }: TreeNode): Source {
  if (way?.kind !== 'computed') return { kind: 'table', table };
  const [parameter] = way.routine.parameters;
  invariant(parameter, 'a computed relationship takes a row');
  return { kind: 'routine', table, call: { routine: way.routine, args: [{ kind: 'row', parameter }] } };
}

function relatedOf(node: TreeNode): Related {
  return { relationship: relationshipOf(node.way as Way), source: sourceOf(node) };
}

// ---- what is selected

function nodeEntries(scope: Scope, node: TreeNode, options: LowerOptions, asJson: boolean): Entry<Shape>[] {
  // Fields first: what is embedded comes after them, as PostgREST has it.
  const fields = node.entries.filter((entry): entry is SelectField => 'field' in entry);
  return [
    ...fields.flatMap((field) => fieldEntries(scope, node, field)),
    ...node.children.flatMap((child) => childEntries(scope, child, options, asJson)),
  ];
}

function childEntries(scope: Scope, child: TreeNode, options: LowerOptions, asJson: boolean): Entry<Shape>[] {
  if (isEmpty(child)) return [];
  const read = lowerTree(scope, child, { maxRows: options.maxRows });
  const relationship = relationshipOf(child.way as Way);
  if (child.select?.kind === 'spread') return [['', { kind: 'spread', relationship, read }]];
  return [[child.name, { kind: 'relation', relationship, read, asJson }]];
}

/** `relation()`: it may be filtered by, but shows nothing. */
function isEmpty(node: TreeNode): boolean {
  return node.entries.every((entry) => 'children' in entry && isEmpty(entry));
}

function allColumns(scope: Scope, node: TreeNode): Entry<Shape>[] {
  return node.table.columns.map((column): Entry<Shape> => [column.name, columnShape(scope, column)]);
}

function columnShape(scope: Scope, column: Column): Shape {
  if (column.type.kind !== 'domain') return { kind: 'column', column, path: undefined, asText: false };
  return { kind: 'value', operand: shown(scope, { kind: 'column', column }, column.type) };
}

function fieldEntries(scope: Scope, node: TreeNode, select: SelectField): Entry<Shape>[] {
  const { field, aggregate, alias } = select;
  if (aggregate !== undefined) {
    const shape = {
      kind: 'aggregate',
      aggregate: aggregateOf(scope, node, select),
      cast: castOf(scope, select),
    } as const;
    return [[alias ?? aggregate, shape]];
  }
  if (field.name === '*') return allColumns(scope, node);
  return [[alias ?? keyOf(field), { kind: 'value', operand: selected(scope, node, select) }]];
}

function castOf(scope: Scope, { aggregateCast }: SelectField) {
  return aggregateCast === undefined ? undefined : typeNamed(scope.catalog, scope.searched, aggregateCast);
}

function aggregateOf(scope: Scope, node: TreeNode, select: SelectField): Aggregate {
  const { aggregate, field } = select;
  invariant(aggregate, 'the field is an aggregate');
  const operands = field.name === '*' ? [] : [selected(scope, node, select)];
  return { function: aggregate, operands, distinct: false, where: undefined };
}

function selected(scope: Scope, node: TreeNode, { field, cast }: SelectField): Operand {
  const plain = fieldOperand(scope, node, field);
  const operand = plain.kind === 'column' ? shown(scope, plain, plain.column.type) : plain;
  if (cast === undefined) return operand;
  return { kind: 'cast', operand, type: typeNamed(scope.catalog, scope.searched, cast) };
}

/** The last key of a path; an index has no name. */
function keyOf({ name, path }: SelectField['field']): string {
  const keys = path.filter(({ kind }) => kind === 'key');
  return keys.at(-1)?.text ?? name;
}

// ---- which rows

/** Its own filters, and that relations joined as `inner` have rows. */
function rowsPredicate(scope: Scope, node: TreeNode): Predicate | undefined {
  const all = [
    ...node.filters.map((tree) => treePredicate(scope, node, tree, relationFilter(scope, node))),
    ...node.children.filter(({ select }) => select?.join === 'inner').map((child) => hasRows(scope, child)),
  ];
  const [only] = all;
  return all.length > 1 ? { kind: 'and', all } : only;
}

function hasRows(scope: Scope, child: TreeNode): Predicate {
  return { kind: 'exists', related: relatedOf(child), where: rowsPredicate(scope, child) };
}

/** `relation=is.null`. */
function relationFilter(scope: Scope, node: TreeNode): RelationFilter {
  return (name, { operation, negated }: Filter) => {
    if (operation.kind !== 'is' || operation.value !== 'null') return undefined;
    const child = node.children.find((one) => one.name === name);
    if (!child) return undefined;
    const exists = hasRows(scope, child);
    return negated ? exists : { kind: 'not', predicate: exists };
  };
}

function orderOf(scope: Scope, node: TreeNode, term: OrderTerm): Order {
  const direction = term.direction ?? 'asc';
  return {
    operand: orderOperand(scope, node, term),
    direction,
    nulls: term.nulls ?? (direction === 'asc' ? 'last' : 'first'),
  };
}

function orderOperand(scope: Scope, node: TreeNode, { relation, field }: OrderTerm): Operand {
  if (relation === undefined) return fieldOperand(scope, node, field);
  const child = node.children.find(({ name }) => name === relation);
  invariant(child, 'orders by a relation were checked');
  // What is grouped has no other rows than those it shows.
  if (child.select?.kind === 'spread' && spreadsAggregates(node)) return { kind: 'output', key: field.name };
  return { kind: 'via', related: relatedOf(child), operand: fieldOperand(scope, child, field) };
}
