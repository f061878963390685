/** Listing → one statement of one row: the text of the answer, the number of its rows, the number of all rows. */
import { empty, identifier, integer, join, literal, render, type Sql, sql } from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import type { Catalog, MediaHandler } from '../catalog/catalog.ts';
import type { Value } from '../plan/expression.ts';
import type { Listing } from '../plan/listing.ts';
import type { ObjectShape } from '../plan/plan.ts';
import { Aliases } from './aliases.ts';
import { compilationOf, type Statement } from './compile.ts';
import { rowVersion } from './document.ts';
import { predicateSql, whereClause } from './predicate.ts';
import { type Compilation, openRows, rowOf, rowsQuery } from './read.ts';
import { fromItem, sourceCondition } from './source.ts';

type Fragment = Sql<Value>;

/** Columns: body, rows, total (null where it is not asked for), those of `further`, and the version where it is asked for. */
export function compileListing(listing: Listing, further: readonly Sql[], catalog: Catalog): Statement {
  const compilation = compilationOf(catalog, new Aliases(), undefined);
  const { body, rows, from } = listingParts(listing, compilation);
  const columns = join<Value>([
    sql<Value>`${body} as body`,
    sql<Value>`${rows} as rows`,
    sql<Value>`${totalOf(listing, compilation)} as total`,
    ...further,
    ...(listing.versioned ? [sql<Value>`${versionOf(listing, compilation)} as version`] : []),
  ]);
  return render(sql<Value>`select ${columns} from ${from}`);
}

/** Of the only row that the read's conditions let through; null where there are others. */
function versionOf({ read }: Listing, compilation: Compilation): Fragment {
  const { aliases } = compilation;
  const { alias, row } = rowOf(read, compilation);
  const where = whereClause(read.where && predicateSql(read.where, row, aliases));
  const found = sql<Value>`select ${rowVersion(alias)} as v from ${fromItem(read.source, alias, undefined)}${where} limit 2`;
  return sql<Value>`(select case when pg_catalog.count(*) = 1 then pg_catalog.max(v.v) end from (${found}) v)`;
}

/** What is known of all rows, for a listing whose rows come by themselves: total, then the columns of `further`. */
export function compileFacts(listing: Listing, further: readonly Sql[], catalog: Catalog): Statement {
  const compilation = compilationOf(catalog, new Aliases(), undefined);
  return render(
    sql<Value>`select ${join<Value>([sql<Value>`${totalOf(listing, compilation)} as total`, ...further])}`,
  );
}

/** Each row of the listing as the text that it is in the answer; the keys. */
export function compileRows(
  { read, format, stripNulls }: Listing,
  catalog: Catalog,
): { statement: Statement; keys: readonly string[] } {
  const { shape } = read;
  invariant(shape.kind === 'object', 'a listing is of objects');
  const compilation = compilationOf(catalog, new Aliases(), undefined);
  if (format === 'csv') {
    const { line, from, keys } = csvRows({ read }, shape, compilation);
    return { statement: render(sql<Value>`select ${line} from ${from}`), keys };
  }
  const { query, record } = rowsQuery(read, shape, undefined, compilation);
  const alias = compilation.aliases.next();
  const text = record.text(alias);
  const row = stripNulls ? sql`pg_catalog.json_strip_nulls((${text})::pg_catalog.json)::text` : text;
  return { statement: render(sql<Value>`select ${row} from (${query}) ${identifier(alias)}`), keys: [] };
}

/** Expressions over `from`, for statements of which the listing is a part. */
export function listingParts(
  listing: Listing,
  compilation: Compilation,
): { body: Fragment; rows: Fragment; from: Fragment } {
  const { read, format, stripNulls } = listing;
  const { shape } = read;
  invariant(shape.kind === 'object', 'a listing is of objects');
  if (format === 'csv') return csvParts(listing, shape, compilation);
  const { query, record } = rowsQuery(read, shape, undefined, compilation);
  const alias = compilation.aliases.next();
  const from = sql<Value>`(${query}) ${identifier(alias)}`;
  const rows = sql`pg_catalog.count(*)`;
  const strip = (json: Fragment): Fragment =>
    stripNulls ? sql<Value>`pg_catalog.json_strip_nulls(${json})` : json;
  const value = record.value(alias);
  switch (format) {
    case 'none':
      return { body: sql`null::text`, rows, from };
    case 'array':
    case 'values': {
      const one = format === 'values' ? onlyEntry(shape, alias) : value;
      return {
        body: sql<Value>`coalesce(${strip(sql<Value>`pg_catalog.json_agg(${one})`)}::text, '[]')`,
        rows,
        from,
      };
    }
    case 'object':
    case 'value': {
      const one = format === 'value' ? onlyEntry(shape, alias) : value;
      const first = sql<Value>`${strip(sql<Value>`pg_catalog.json_agg(${one})`)} operator(pg_catalog.->) 0`;
      return { body: sql<Value>`coalesce((${first})::text, 'null')`, rows, from };
    }
    case 'text':
    case 'bytes': {
      const made = listing.handler
        ? handled(listing.handler, alias)
        : sql<Value>`(pg_catalog.array_agg(${onlyEntry(shape, alias)}))[1]`;
      const text =
        format === 'text' ? sql<Value>`(${made})::text` : sql<Value>`pg_catalog.encode(${made}, 'hex')`;
      return { body: sql<Value>`coalesce(${text}, '')`, rows, from };
    }
    case 'geojson': {
      const features = sql<Value>`coalesce(pg_catalog.json_agg(st_asgeojson(${identifier(alias)}.*)::json), '[]')`;
      const collection = sql<Value>`pg_catalog.json_build_object('type', 'FeatureCollection', 'features', ${features})`;
      return { body: sql<Value>`(${collection})::text`, rows, from };
    }
  }
}

/** The whole row as that of the table whose rows the aggregate takes. */
function handled({ schema, name, table }: MediaHandler, alias: string): Sql {
  const row = sql`${identifier(alias)}.*`;
  const argument = table ? sql`(${row})::${identifier(table.schema, table.name)}` : row;
  return sql`${identifier(schema, name)}(${argument})`;
}

function onlyEntry(shape: ObjectShape, alias: string): Sql {
  const [entry] = shape.entries;
  invariant(entry && shape.entries.length === 1, 'a listing of values has one entry');
  return identifier(alias, entry[0]);
}

/** No rows have no heading. */
function csvParts(
  listing: Listing,
  shape: ObjectShape,
  compilation: Compilation,
): { body: Fragment; rows: Fragment; from: Fragment } {
  const { line, from, keys } = csvRows(listing, shape, compilation);
  const lines = sql<Value>`coalesce(pg_catalog.string_agg(${line}, E'\\n'), '')`;
  return {
    body: sql<Value>`(case when pg_catalog.count(*) > 0 then ${literal(csvHeading(keys))} else '' end) || E'\\n' || ${lines}`,
    rows: sql`pg_catalog.count(*)`,
    from,
  };
}

/** As PostgreSQL writes a row, without its parentheses. */
function csvRows(
  { read }: Pick<Listing, 'read'>,
  shape: ObjectShape,
  compilation: Compilation,
): { line: Sql; from: Fragment; keys: readonly string[] } {
  const { items, complete } = openRows(read, shape, undefined, compilation);
  const list = items.map(
    ({ expression }, index) => sql<Value>`${expression} as ${identifier(`c${index + 1}`)}`,
  );
  const alias = compilation.aliases.next();
  return {
    line: csvLine(items.map((_, index) => identifier(alias, `c${index + 1}`))),
    from: sql<Value>`(${complete(join(list))}) ${identifier(alias)}`,
    keys: items.map(({ key }) => key),
  };
}

export function csvHeading(keys: readonly string[]): string {
  return keys.map(csvField).join(',');
}

function csvLine(values: readonly Sql[]): Sql {
  return sql`pg_catalog.right(pg_catalog.left(row(${join(values)})::text, -1), -1)`;
}

function csvField(key: string): string {
  return /[",\n\r]/.test(key) ? `"${key.replaceAll('"', '""')}"` : key;
}

/** The number of all rows that the read's conditions let through. */
export function totalOf({ read, count }: Listing, compilation: Compilation): Fragment {
  if (!count) return sql`null::int8`;
  return sql<Value>`(select pg_catalog.count(*) from (${countedRows({ read, count }, compilation)}) n)`;
}

/** The rows that would be counted, as a query for EXPLAIN as well. */
export function countedRows(
  { read, count }: Pick<Listing, 'read' | 'count'>,
  compilation: Compilation,
): Fragment {
  const { aliases } = compilation;
  const { alias, row } = rowOf(read, compilation);
  const where = whereClause(
    sourceCondition(read.source, row, alias),
    read.where && predicateSql(read.where, row, aliases),
  );
  const limit = count?.atMost === undefined ? empty : sql` limit ${integer(count.atMost)}`;
  return sql<Value>`select 1 from ${fromItem(read.source, alias, undefined)}${where}${limit}`;
}

/** `explain` of all rows, for the planner's guess of their number. */
export function compileEstimate({ read }: Listing, catalog: Catalog): Statement {
  const compilation = compilationOf(catalog, new Aliases(), undefined);
  return render(sql<Value>`explain (format json) ${countedRows({ read, count: undefined }, compilation)}`);
}
