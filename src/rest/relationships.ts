/** Which way an embedded name means: by table, foreign key, column or function, told apart by a hint. */
import type { Catalog, Table } from '../data/catalog/catalog.ts';
import { allWays, hasKeys, isView, type KeyWay, type Way, waysFrom } from '../data/catalog/ways.ts';
import { FuzzySet } from '../lib/fuzzy-set.ts';
import { RestError } from './errors.ts';

export interface EmbedRequest {
  readonly schema: string;
  /** A name alone where there is no such table: of a function's result. */
  readonly origin: Table | string;
  readonly target: string;
  readonly hint: string | undefined;
}

/** Throws PGRST200 where there is none, PGRST201 where there are several. */
export function findWay(catalog: Catalog, request: EmbedRequest): Way {
  const { schema, origin, target, hint } = request;
  const ways = typeof origin === 'string' ? [] : waysFrom(catalog, origin);
  const meant = ways.filter((way) => {
    if (way.kind === 'computed') return way.routine.schema === schema && way.routine.name === target;
    return way.target.schema === schema && isMeant(way, target, hint);
  });
  const [way, ...others] = meant;
  if (!way) throw noWay(catalog, request);
  if (others.length > 0)
    throw ambiguous(
      request,
      meant.filter((one) => one.kind === 'key'),
    );
  return way;
}

function isMeant(way: KeyWay, target: string, hint: string | undefined): boolean {
  const isTarget = way.target.name === target;
  if (way.table === way.target) return isMeantOfSelf(way, isTarget, target, hint);
  if (hint !== undefined)
    return (
      isTarget &&
      (isConstraint(way, hint) ||
        isOnlyColumn(way, hint, 0) ||
        isOnlyColumn(way, hint, 1) ||
        way.junction?.table.name === hint)
    );
  if (isTarget) return true;
  return !isView(way.target) && (isConstraint(way, target) || isOnlyColumn(way, target, 0));
}

/** One key makes two ways: to the many by the table's name, to the one by the column's. */
function isMeantOfSelf(way: KeyWay, isTarget: boolean, target: string, hint: string | undefined): boolean {
  if (hint !== undefined) return isTarget && way.cardinality === 'one-to-many' && isOnlyColumn(way, hint, 1);
  return (
    (isTarget && way.cardinality === 'one-to-many') ||
    (way.cardinality === 'many-to-one' && isOnlyColumn(way, target, 0))
  );
}

function isConstraint({ constraint, junction }: KeyWay, name: string): boolean {
  return junction === undefined && constraint === name;
}

/** `side` 0: our column, 1: theirs. */
function isOnlyColumn({ columns }: KeyWay, name: string, side: 0 | 1): boolean {
  return columns.length === 1 && columns[0]?.[side].name === name;
}

function noWay(catalog: Catalog, { schema, origin, target, hint }: EmbedRequest): RestError {
  const parent = nameOf(origin);
  const by = hint === undefined ? '' : `' using the hint '${hint}`;
  return new RestError(
    'PGRST200',
    `Could not find a relationship between '${parent}' and '${target}' in the schema cache`,
    {
      details: `Searched for a foreign key relationship between '${parent}' and '${target}${by}' in the schema '${schema}', but no matches were found.`,
      hint: suggestion(catalog, schema, origin, target),
    },
  );
}

/** The other table where the first is known, else the first; nothing where both are, since then the hint is at fault. */
function suggestion(
  catalog: Catalog,
  schema: string,
  origin: Table | string,
  target: string,
): string | undefined {
  const targets =
    typeof origin === 'string' ? [] : waysFrom(catalog, origin).filter((way) => way.target.schema === schema);
  const parent = nameOf(origin);
  const isKnown = typeof origin !== 'string' && hasKeys(catalog, origin);
  if (targets.length > 0 || isKnown) {
    const [best] = new FuzzySet(targets.map((way) => way.target.name)).get(target);
    return best && best.score < 1 ? `Perhaps you meant '${best.word}' instead of '${target}'.` : undefined;
  }
  const [best] = originNames(catalog, schema).get(parent);
  return best && `Perhaps you meant '${best.word}' instead of '${parent}'.`;
}

const namesByCatalog = new WeakMap<Catalog, Map<string, FuzzySet>>();

function originNames(catalog: Catalog, schema: string): FuzzySet {
  const known = namesByCatalog.get(catalog) ?? new Map<string, FuzzySet>();
  namesByCatalog.set(catalog, known);
  const names =
    known.get(schema) ??
    new FuzzySet(
      catalog.tables
        .filter((one) => one.schema === schema && (hasKeys(catalog, one) || allWays(catalog).has(one)))
        .map(({ name }) => name),
    );
  known.set(schema, names);
  return names;
}

function nameOf(origin: Table | string): string {
  return typeof origin === 'string' ? origin : origin.name;
}

function ambiguous({ origin, target }: EmbedRequest, ways: readonly KeyWay[]): RestError {
  const hints = ways.map((way) => `'${way.target.name}!${way.junction?.table.name ?? way.constraint}'`);
  return new RestError(
    'PGRST201',
    `Could not embed because more than one relationship was found for '${nameOf(origin)}' and '${target}'`,
    {
      details: ways.map((way) => ({
        cardinality: way.cardinality,
        embedding: `${way.table.name} with ${way.target.name}`,
        relationship: describe(way),
      })),
      hint: `Try changing '${target}' to one of the following: ${hints.join(', ')}. Find the desired relationship in the 'details' key.`,
    },
  );
}

function describe({ table, target, constraint, columns, junction }: KeyWay): string {
  const names = (pairs: KeyWay['columns'], side: 0 | 1) =>
    `(${pairs.map((pair) => pair[side].name).join(', ')})`;
  if (!junction)
    return `${constraint} using ${table.name}${names(columns, 0)} and ${target.name}${names(columns, 1)}`;
  return `${junction.table.name} using ${constraint}${names(junction.ours, 0)} and ${junction.otherConstraint}${names(junction.theirs, 0)}`;
}
