/** The relations of a request as a tree, each with the filters, orders and ranges that its path names, and the way that leads to it. */
import type { Catalog, Table } from '../../data/catalog/catalog.ts';
import { isToOne, type Way } from '../../data/catalog/ways.ts';
import { RestError } from '../errors.ts';
import type {
  EmbedPath,
  LogicTree,
  OrderTerm,
  QueryParameters,
  RowRange,
  SelectField,
  SelectItem,
  SelectRelation,
} from '../grammar/ast.ts';
import { findWay } from '../relationships.ts';

export interface TreeNode {
  readonly table: Table;
  /** Undefined at the top. */
  readonly way: Way | undefined;
  readonly select: SelectRelation | undefined;
  /** What the rows are called in the request, and in the answer. */
  readonly name: string;
  /** What PostgREST calls the rows in SQL: messages of PostgreSQL speak of it. */
  readonly alias: string;
  /** Fields and relations in the order asked for. */
  readonly entries: readonly (SelectField | TreeNode)[];
  readonly children: readonly TreeNode[];
  /** All must hold. */
  readonly filters: readonly LogicTree[];
  readonly order: readonly OrderTerm[];
  readonly range: RowRange;
  /** A filter, an order or a range named it by its relation though it has an alias. */
  readonly namedByRelation: boolean;
}

export interface TreeRoot {
  readonly table: Table;
  /** Where its relationships are looked for; a name alone where there is no such table. */
  readonly origin: Table | string;
  readonly schema: string;
}

const ALL_ROWS: RowRange = { limit: undefined, offset: 0 };

/** A node while paths are still being put to their places. */
interface Draft {
  readonly select: SelectRelation | undefined;
  readonly items: readonly (SelectField | Draft)[];
  readonly children: readonly Draft[];
  readonly filters: LogicTree[];
  order: readonly OrderTerm[] | undefined;
  range: RowRange;
  namedByRelation: boolean;
}

export interface TreeOptions {
  readonly aggregates: boolean;
  /** Of a write the filters at the top say what is written, not what is read. */
  readonly ownFilters: boolean;
  /** Rows of the top, by header and parameters. */
  readonly range: RowRange;
}

export function resolveTree(
  catalog: Catalog,
  root: TreeRoot,
  query: QueryParameters,
  options: TreeOptions,
): TreeNode {
  const draft = draftOf(undefined, query.select);
  const place = (path: EmbedPath, put: (draft: Draft) => void) => put(draftAt(draft, path));
  const isMeant = (path: EmbedPath) => options.ownFilters || path.length > 0;
  for (const [path, filter] of query.filters)
    if (isMeant(path)) place(path, ({ filters }) => filters.push(filter));
  for (const [path, order] of query.orders)
    place(path, (at) => {
      at.order ??= order;
    });
  for (const [path, range] of query.ranges)
    if (path.length > 0)
      place(path, (at) => {
        at.range = range;
      });
  for (const [path, tree] of query.logic) if (isMeant(path)) place(path, ({ filters }) => filters.push(tree));
  draft.range = options.range;
  const tree = nodeOf(catalog, root.schema, draft, {
    ...root,
    way: undefined,
    alias: root.table.name,
    depth: 0,
  });
  checkOrders(tree);
  checkAggregates(tree, options.aggregates);
  return withBareCounts(tree);
}

const COUNT_OF_ROWS = { name: '*', path: [] } as const;

/** `count` without parentheses, where no column is called so, has always counted rows, switch or no switch. */
function withBareCounts(node: TreeNode): TreeNode {
  const replaced = new Map(node.children.map((child) => [child, withBareCounts(child)]));
  return {
    ...node,
    children: [...replaced.values()],
    entries: node.entries.map((entry) => {
      if ('children' in entry) return replaced.get(entry)!;
      const { field, aggregate } = entry;
      const isBare = aggregate === undefined && field.name === 'count' && field.path.length === 0;
      if (!isBare || node.table.columns.some(({ name }) => name === 'count')) return entry;
      return {
        ...entry,
        aggregate: 'count',
        field: COUNT_OF_ROWS,
        aggregateCast: entry.cast,
        cast: undefined,
      };
    }),
  };
}

function draftOf(select: SelectRelation | undefined, items: readonly SelectItem[]): Draft {
  const drafts = items.map((item) => (item.kind === 'field' ? item : draftOf(item, item.items)));
  return {
    select,
    items: drafts,
    children: drafts.filter((one): one is Draft => 'children' in one),
    filters: [],
    order: undefined,
    range: ALL_ROWS,
    namedByRelation: false,
  };
}

function draftAt(root: Draft, path: EmbedPath): Draft {
  let at = root;
  for (const name of path) {
    // What it is called in the answer comes first; the relation's name is understood too.
    const next =
      at.children.find(({ select }) => (select?.alias ?? select?.name) === name) ??
      at.children.find(({ select }) => select?.name === name);
    if (!next) throw notEmbedded(name);
    at = next;
    const alias = at.select?.alias;
    if (alias !== undefined && alias !== name) at.namedByRelation = true;
  }
  return at;
}

function notEmbedded(name: string): RestError {
  return new RestError('PGRST108', `'${name}' is not an embedded resource in this request`, {
    hint: `Verify that '${name}' is included in the 'select' query parameter.`,
  });
}

interface Place extends Pick<TreeRoot, 'table' | 'origin'> {
  readonly way: Way | undefined;
  readonly alias: string;
  readonly depth: number;
}

function nodeOf(catalog: Catalog, schema: string, draft: Draft, place: Place): TreeNode {
  const depth = place.depth + 1;
  const nodes = new Map<Draft, TreeNode>();
  for (const child of draft.children) {
    const { name, hint } = child.select!;
    const way = findWay(catalog, { schema, origin: place.origin, target: name, hint });
    const aliased = way.kind === 'computed' || way.junction === undefined;
    nodes.set(
      child,
      nodeOf(catalog, schema, child, {
        table: way.target,
        origin: way.target,
        way,
        alias: aliased ? `${way.target.name}_${depth}` : way.target.name,
        depth,
      }),
    );
  }
  const { select, filters, order = [], range, namedByRelation } = draft;
  return {
    table: place.table,
    way: place.way,
    select,
    name: select?.alias ?? select?.name ?? place.table.name,
    alias: place.alias,
    entries: draft.items.map((item) => ('children' in item ? nodes.get(item)! : item)),
    children: [...nodes.values()],
    filters,
    order,
    range,
    namedByRelation,
  };
}

/** Rows can be ordered by a related row only where there is at most one, and where it is asked for. */
function checkOrders(node: TreeNode): void {
  for (const { relation } of node.order) {
    if (relation === undefined) continue;
    const child = node.children.find(({ name }) => name === relation);
    if (!child?.way) throw notEmbedded(relation);
    if (!isToOne(child.way))
      throw new RestError('PGRST118', `A related order on '${child.name}' is not possible`, {
        details: `'${node.table.name}' and '${child.name}' do not form a many-to-one or one-to-one relationship`,
      });
  }
  for (const child of node.children) checkOrders(child);
}

function checkAggregates(node: TreeNode, allowed: boolean): void {
  if (!allowed && hasAggregates(node))
    throw new RestError('PGRST123', 'Use of aggregate functions is not allowed');
  if (node.select?.kind === 'spread' && node.way && !isToOne(node.way) && spreadsAggregates(node))
    throw new RestError('PGRST127', 'Feature not implemented', {
      details: 'Aggregates are not implemented for one-to-many or many-to-many spreads.',
    });
  for (const child of node.children) checkAggregates(child, allowed);
}

function hasAggregates({ entries }: TreeNode): boolean {
  return entries.some((entry) => 'aggregate' in entry && entry.aggregate !== undefined);
}

/** Its own, and those that spreads of single rows hand up. */
export function spreadsAggregates(node: TreeNode): boolean {
  return (
    hasAggregates(node) ||
    node.children.some(
      (child) =>
        child.select?.kind === 'spread' && child.way && isToOne(child.way) && spreadsAggregates(child),
    )
  );
}
