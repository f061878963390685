/**
 * All ways from one table or view to another: foreign keys in both directions, also those that a view shows the columns of,
 * many-to-many through a junction, and functions that take a row and return rows.
 */
import type { Catalog, Column, Junction, Relationship, Routine, Table } from './catalog.ts';

export type Cardinality = 'one-to-many' | 'many-to-one' | 'one-to-one' | 'many-to-many';

export interface KeyWay {
  readonly kind: 'key';
  readonly table: Table;
  readonly target: Table;
  readonly cardinality: Cardinality;
  /** Of the foreign key; of a junction the one that points to us. */
  readonly constraint: string;
  /** Our column, their column. Empty with a junction. */
  readonly columns: readonly (readonly [Column, Column])[];
  readonly junction: (Junction & { readonly otherConstraint: string }) | undefined;
}

export interface ComputedWay {
  readonly kind: 'computed';
  readonly table: Table;
  readonly target: Table;
  readonly routine: Routine;
  readonly toOne: boolean;
}

export type Way = KeyWay | ComputedWay;

export function isView({ kind }: Table): boolean {
  return kind === 'view' || kind === 'materialized view';
}

export function isToOne(way: Way): boolean {
  if (way.kind === 'computed') return way.toOne;
  return way.cardinality === 'many-to-one' || way.cardinality === 'one-to-one';
}

/** The way as plans have it; a computed one is a function in the read's source. */
export function relationshipOf(way: Way): Relationship | undefined {
  if (way.kind === 'computed') return undefined;
  return {
    table: way.table,
    target: way.target,
    columns: way.columns,
    toOne: isToOne(way),
    forward: way.cardinality === 'many-to-one',
    foreignKey: undefined,
    junction: way.junction,
  };
}

const byCatalog = new WeakMap<Catalog, ReadonlyMap<Table, readonly Way[]>>();

/** Found once per version of the catalog. */
export function waysFrom(catalog: Catalog, table: Table): readonly Way[] {
  return allWays(catalog).get(table) ?? [];
}

export function allWays(catalog: Catalog): ReadonlyMap<Table, readonly Way[]> {
  const known = byCatalog.get(catalog);
  if (known) return known;
  const ways = findWays(catalog);
  byCatalog.set(catalog, ways);
  return ways;
}

const keyedByCatalog = new WeakMap<Catalog, ReadonlySet<number>>();

/** A foreign key leads from or to the table, or to what the view is made of, be it out of reach or not. */
export function hasKeys(catalog: Catalog, table: Table): boolean {
  const { foreignKeys, views } = catalog.beneath;
  const keyed = keyedByCatalog.get(catalog) ?? new Set(foreignKeys.flatMap((key) => [key.table, key.target]));
  keyedByCatalog.set(catalog, keyed);
  if (!isView(table)) return keyed.has(table.oid);
  return [...(views.get(table.oid)?.keys() ?? [])].some((oid) => keyed.has(oid));
}

const keysByCatalog = new WeakMap<Catalog, Map<Table, readonly Column[]>>();

/** The columns of the primary key, of a view those that show one of the table beneath. */
export function keyColumns(catalog: Catalog, table: Table): readonly Column[] {
  if (!isView(table)) return table.primaryKey?.columns ?? [];
  const known = keysByCatalog.get(catalog) ?? new Map<Table, readonly Column[]>();
  keysByCatalog.set(catalog, known);
  const found = known.get(table) ?? shownKey(catalog, table);
  known.set(table, found);
  return found;
}

function shownKey({ beneath }: Catalog, view: Table): Column[] {
  const columns: Column[] = [];
  for (const [oid, shown] of beneath.views.get(view.oid) ?? []) {
    const key = beneath.primaryKeys.get(oid) ?? [];
    if (key.length === 0 || !key.every((number) => shown.has(number))) continue;
    for (const number of key) {
      const column = columnOf(view, shown.get(number)?.[0]);
      if (column) columns.push(column);
    }
  }
  return columns;
}

function findWays(catalog: Catalog): Map<Table, Way[]> {
  const direct = directWays(catalog);
  const keyed = [...direct, ...direct.map(reversed), ...junctionWays(catalog, direct)];
  const computed = computedWays(catalog);
  // A function called like the target takes the place of what was found.
  const replaced = (way: KeyWay) =>
    computed.some(
      ({ table, routine }) =>
        table === way.table && routine.schema === way.target.schema && routine.name === way.target.name,
    );
  const ways = new Map<Table, Way[]>();
  for (const way of [...computed, ...keyed.filter((one) => !replaced(one))].sort(compareWays)) {
    const list = ways.get(way.table);
    if (list) list.push(way);
    else ways.set(way.table, [way]);
  }
  return ways;
}

/** A table, or a view that shows all columns of the key: once for each way to show them. */
interface Side {
  readonly table: Table;
  readonly columns: readonly Column[];
}

function directWays(catalog: Catalog): KeyWay[] {
  const { beneath, tables } = catalog;
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const viewsOf = new Map<number, { view: Table; shown: ReadonlyMap<number, readonly number[]> }[]>();
  for (const table of tables.filter(isView))
    for (const [oid, shown] of beneath.views.get(table.oid) ?? [])
      viewsOf.set(oid, [...(viewsOf.get(oid) ?? []), { view: table, shown }]);
  const sides = (oid: number, numbers: readonly number[]): Side[] => {
    const own = byOid.get(oid);
    const columns = own && columnsOf(own, numbers);
    return [
      ...(own && columns ? [{ table: own, columns }] : []),
      ...(viewsOf.get(oid) ?? []).flatMap(({ view, shown }) =>
        combinations(numbers.map((number) => shown.get(number) ?? [])).flatMap((found) => {
          const showing = columnsOf(view, found);
          return showing ? [{ table: view, columns: showing }] : [];
        }),
      ),
    ];
  };
  return beneath.foreignKeys.flatMap(({ name, table, target, columns, targetColumns, unique }) =>
    sides(table, columns).flatMap((from) =>
      sides(target, targetColumns).map(
        (to): KeyWay => ({
          kind: 'key',
          table: from.table,
          target: to.table,
          cardinality: unique ? 'one-to-one' : 'many-to-one',
          constraint: name,
          columns: from.columns.map((column, index) => [column, to.columns[index]!] as const),
          junction: undefined,
        }),
      ),
    ),
  );
}

function reversed(way: KeyWay): KeyWay {
  return {
    ...way,
    table: way.target,
    target: way.table,
    cardinality: way.cardinality === 'many-to-one' ? 'one-to-many' : way.cardinality,
    columns: way.columns.map(([ours, theirs]) => [theirs, ours] as const),
  };
}

/** A table is a junction of two others where the columns of both keys belong to its primary key. */
function junctionWays(catalog: Catalog, direct: readonly KeyWay[]): KeyWay[] {
  const byTable = new Map<Table, KeyWay[]>();
  for (const way of direct)
    if (way.cardinality === 'many-to-one') byTable.set(way.table, [...(byTable.get(way.table) ?? []), way]);
  return [...byTable].flatMap(([table, ways]) => {
    if (ways.length < 2) return [];
    const key = new Set(keyColumns(catalog, table));
    const inKey = ways.filter((way) => way.columns.every(([column]) => key.has(column)));
    return inKey.flatMap((one) =>
      inKey
        .filter((other) => other.constraint !== one.constraint)
        .map(
          (other): KeyWay => ({
            kind: 'key',
            table: one.target,
            target: other.target,
            cardinality: 'many-to-many',
            constraint: one.constraint,
            columns: [],
            junction: {
              table,
              ours: one.columns,
              theirs: other.columns,
              otherConstraint: other.constraint,
            },
          }),
        ),
    );
  });
}

function computedWays({ routines, findTableByRowType }: Catalog): ComputedWay[] {
  return routines.flatMap((routine): ComputedWay[] => {
    const [parameter] = routine.parameters;
    if (!parameter || routine.parameters.length > 1 || !routine.returnTable) return [];
    const table = findTableByRowType(parameter.type);
    if (!table) return [];
    const toOne = !routine.returnsSet || routine.rows === 1;
    return [{ kind: 'computed', table, target: routine.returnTable, routine, toOne }];
  });
}

const CARDINALITIES: readonly Cardinality[] = ['one-to-many', 'many-to-one', 'one-to-one', 'many-to-many'];

/** The order in which they are told where there are several. */
function compareWays(left: Way, right: Way): number {
  return (
    compareText(left.target.name, right.target.name) ||
    rank(left) - rank(right) ||
    compareText(nameOf(left), nameOf(right))
  );
}

function rank(way: Way): number {
  return way.kind === 'computed' ? -1 : CARDINALITIES.indexOf(way.cardinality);
}

function nameOf(way: Way): string {
  if (way.kind === 'computed') return way.routine.name;
  return way.junction ? `${way.junction.table.name} ${way.constraint}` : way.constraint;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function columnOf(table: Table, number: number | undefined): Column | undefined {
  return table.columns.find((column) => column.number === number);
}

function columnsOf(table: Table, numbers: readonly number[]): Column[] | undefined {
  const columns = numbers.flatMap((number) => columnOf(table, number) ?? []);
  return columns.length === numbers.length ? columns : undefined;
}

/** A view that shows a column twice has a way by each. */
const MAX_COMBINATIONS = 64;

function combinations(choices: readonly (readonly number[])[]): number[][] {
  let found: number[][] = [[]];
  for (const choice of choices)
    found = found.flatMap((begun) => choice.map((one) => [...begun, one])).slice(0, MAX_COMBINATIONS);
  return found;
}
