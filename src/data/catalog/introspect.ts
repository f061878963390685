/** Reads one snapshot of pg_catalog and builds the Catalog: a handful of set-based queries, none per table. */
import type pg from 'pg';
import { invariant } from '../../errors.ts';
import type {
  Beneath,
  Catalog,
  Column,
  ForeignKey,
  Key,
  PgType,
  Policy,
  Routine,
  RoutineParameter,
  Table,
} from './catalog.ts';
import {
  BENEATH_FOREIGN_KEYS,
  BENEATH_PRIMARY_KEYS,
  type BeneathKeyRow,
  type BeneathPrimaryKeyRow,
  VIEWS,
  type ViewRow,
} from './queries/beneath.ts';
import { FOREIGN_KEYS, type ForeignKeyRow, KEYS, type KeyRow } from './queries/keys.ts';
import { MEDIA_HANDLERS, type MediaHandlerRow } from './queries/media-handlers.ts';
import { POLICIES, type PolicyRow } from './queries/policies.ts';
import { REPRESENTATIONS, type RepresentationRow } from './queries/representations.ts';
import { ROUTINES, type RoutineRow } from './queries/routines.ts';
import { TABLES, type TableRow } from './queries/tables.ts';
import { TYPES, type TypeRow } from './queries/types.ts';
import { shownColumns, viewOrigins } from './view-columns.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Rows of a catalog query, numbers as numbers: PostgreSQL writes them as one JSON text. */
export async function catalogRows<Row>(
  client: pg.ClientBase,
  query: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const result = await client.query<{ rows: string }>(
    `select coalesce(json_agg(row_to_json(q.*)), '[]')::text as rows from (${query}) q`,
    values,
  );
  return JSON.parse(result.rows[0]?.rows ?? '[]') as Row[];
}

/** Loads the catalog of these schemas. The client must not be in a transaction; all queries see one snapshot. */
export async function introspect(
  client: pg.ClientBase,
  schemas: readonly string[],
  version: number,
): Promise<Catalog> {
  await client.query('begin isolation level repeatable read read only');
  try {
    await client.query("set local search_path = ''");
    const hasGeoJson =
      (await client.query("select from pg_catalog.pg_extension where extname = 'postgis'")).rows.length > 0;
    const serverVersion = Number((await client.query('show server_version_num')).rows[0].server_version_num);
    const rows = {
      types: await catalogRows<TypeRow>(client, TYPES),
      tables: await catalogRows<TableRow>(client, TABLES, [schemas]),
      keys: await catalogRows<KeyRow>(client, KEYS, [schemas]),
      foreignKeys: await catalogRows<ForeignKeyRow>(client, FOREIGN_KEYS, [schemas]),
      routines: await catalogRows<RoutineRow>(client, ROUTINES, [schemas]),
      policies: await catalogRows<PolicyRow>(client, POLICIES, [schemas]),
      beneathForeignKeys: await catalogRows<BeneathKeyRow>(client, BENEATH_FOREIGN_KEYS),
      beneathPrimaryKeys: await catalogRows<BeneathPrimaryKeyRow>(client, BENEATH_PRIMARY_KEYS),
      views: await catalogRows<ViewRow>(client, VIEWS),
      mediaHandlers: await catalogRows<MediaHandlerRow>(client, MEDIA_HANDLERS, [schemas]),
      representations: await catalogRows<RepresentationRow>(client, REPRESENTATIONS),
    };
    return assemble(rows, schemas, { version, serverVersion, hasGeoJson });
  } finally {
    await client.query('rollback');
  }
}

interface Rows {
  types: TypeRow[];
  tables: TableRow[];
  keys: KeyRow[];
  foreignKeys: ForeignKeyRow[];
  routines: RoutineRow[];
  policies: PolicyRow[];
  beneathForeignKeys: BeneathKeyRow[];
  beneathPrimaryKeys: BeneathPrimaryKeyRow[];
  views: ViewRow[];
  mediaHandlers: MediaHandlerRow[];
  representations: RepresentationRow[];
}

function assemble(
  rows: Rows,
  schemas: readonly string[],
  facts: Pick<Catalog, 'version' | 'serverVersion' | 'hasGeoJson'>,
): Catalog {
  const types = assembleTypes(rows.types);
  const tables = assembleTables(rows, types);
  const byRowType = new Map([...tables.values()].map((table) => [table.rowType, table]));
  const byName = new Map([...tables.values()].map((table) => [`${table.schema}\0${table.name}`, table]));
  const representations = new Map(
    rows.representations.map(({ source, target, schema, name }) => [`${source}>${target}`, { schema, name }]),
  );
  const findTableByRowType = (type: PgType) => byRowType.get(type.oid);
  return Object.freeze({
    ...facts,
    schemas,
    tables: [...tables.values()],
    routines: rows.routines.flatMap((row) => assembleRoutine(row, types, findTableByRowType)),
    types,
    mediaHandlers: rows.mediaHandlers.flatMap(({ schema, name, argument, result }) => {
      const type = types.get(result);
      const table = byRowType.get(argument);
      return type && (table || argument === 0) ? [{ schema, name, table, type }] : [];
    }),
    beneath: assembleBeneath(rows),
    findTable: (schema: string, name: string) => byName.get(`${schema}\0${name}`),
    findTableByRowType,
    findRepresentation: (source: PgType, target: PgType) =>
      representations.get(`${source.oid}>${target.oid}`),
  });
}

function assembleBeneath({ beneathForeignKeys, beneathPrimaryKeys, views }: Rows): Beneath {
  const shown = new Map(views.map(({ view, definition }) => [view, shownColumns(definition)]));
  return {
    foreignKeys: beneathForeignKeys.map(({ name, table, target, columns, target_columns, is_unique }) => ({
      name,
      table,
      target,
      columns,
      targetColumns: target_columns,
      unique: is_unique,
    })),
    primaryKeys: new Map(beneathPrimaryKeys.map(({ table, columns }) => [table, columns])),
    views: viewOrigins(shown),
  };
}

const TYPE_KINDS = {
  b: 'base',
  c: 'composite',
  d: 'domain',
  e: 'enum',
  m: 'multirange',
  p: 'pseudo',
  r: 'range',
} as const;

function assembleTypes(rows: TypeRow[]): Map<number, PgType> {
  const types = new Map<number, Mutable<PgType>>();
  for (const { oid, schema, name, kind, category, labels, relation, element } of rows)
    types.set(oid, {
      oid,
      schema,
      name,
      kind: element === 0 ? TYPE_KINDS[kind] : 'array',
      category,
      element: undefined,
      base: undefined,
      labels: labels ?? [],
      fields: [],
      relation,
    });
  for (const row of rows) {
    const type = types.get(row.oid)!;
    type.element = types.get(row.element);
    type.base = types.get(row.base);
    type.fields = (row.fields ?? []).flatMap(({ name, type: oid }) => {
      const field = types.get(oid);
      return field ? [{ name, type: field }] : [];
    });
  }
  return types;
}

const TABLE_KINDS = {
  r: 'table',
  p: 'partitioned table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
} as const;
const COMMANDS = { r: 'select', a: 'insert', w: 'update', d: 'delete', '*': 'all' } as const;

function assembleTables(rows: Rows, types: Map<number, PgType>): Map<number, Table> {
  const keys = group(rows.keys, (row) => row.table);
  const policies = group(rows.policies, (row) => row.table);
  const tables = new Map<number, Mutable<Table>>();
  for (const row of rows.tables) {
    const table: Mutable<Table> = {
      oid: row.oid,
      schema: row.schema,
      name: row.name,
      kind: TABLE_KINDS[row.kind],
      rowType: row.row_type,
      comment: row.comment ?? undefined,
      columns: [],
      keys: [],
      primaryKey: undefined,
      foreignKeys: [],
      referencedBy: [],
      insertable: (row.events & 8) !== 0,
      updatable: (row.events & 4) !== 0,
      deletable: (row.events & 16) !== 0,
      hasTriggers: row.triggers,
      rowSecurity: row.row_security,
      policies: (policies.get(row.oid) ?? []).map(assemblePolicy),
    };
    table.columns = row.columns.map((column) => assembleColumn(table, column, types));
    const byNumber = new Map(table.columns.map((column) => [column.number, column]));
    table.keys = (keys.get(row.oid) ?? []).map(
      (key): Key => ({
        name: key.name,
        kind: key.kind,
        isConstraint: key.constraint,
        columns: key.columns.map((number) => byNumber.get(number)!),
      }),
    );
    table.primaryKey = table.keys.find((key) => key.kind === 'primary');
    tables.set(row.oid, table);
  }
  for (const row of rows.foreignKeys) {
    const table = tables.get(row.table);
    const target = tables.get(row.target);
    if (!table || !target) continue;
    const column = (of: Table, number: number) => of.columns.find((one) => one.number === number)!;
    const foreignKey: ForeignKey = {
      name: row.name,
      table,
      target,
      columns: row.columns.map((number) => column(table, number)),
      targetColumns: row.target_columns.map((number) => column(target, number)),
    };
    table.foreignKeys = [...table.foreignKeys, foreignKey];
    target.referencedBy = [...target.referencedBy, foreignKey];
  }
  return tables;
}

function assembleColumn(table: Table, row: TableRow['columns'][number], types: Map<number, PgType>): Column {
  const type = types.get(row.type);
  invariant(type, `type ${row.type} of ${table.name}.${row.name} is in the snapshot`);
  return {
    table,
    number: row.number,
    name: row.name,
    type,
    notNull: row.not_null,
    hasDefault: row.has_default,
    defaultExpression: row.default_expression ?? undefined,
    identity: row.identity === '' ? undefined : row.identity === 'a' ? 'always' : 'by default',
    generated: row.generated === '' ? undefined : row.generated === 's' ? 'stored' : 'virtual',
    comment: row.comment ?? undefined,
  };
}

function assemblePolicy({ name, permissive, command, roles }: PolicyRow): Policy {
  return { name, permissive, command: COMMANDS[command], roles };
}

function assembleRoutine(
  row: RoutineRow,
  types: Map<number, PgType>,
  tableOf: (type: PgType) => Table | undefined,
): Routine[] {
  const argumentTypes = row.argument_types.map((oid) => types.get(oid));
  const returnType = types.get(row.return_type);
  if (!returnType || argumentTypes.includes(undefined)) return [];
  return [
    {
      oid: row.oid,
      schema: row.schema,
      name: row.name,
      volatility: row.volatility === 'v' ? 'volatile' : row.volatility === 's' ? 'stable' : 'immutable',
      strict: row.strict,
      variadic: row.variadic,
      comment: row.comment ?? undefined,
      parameters: argumentTypes.map(
        (type, position): RoutineParameter => ({
          position,
          name: row.argument_names[position] ?? '',
          type: type!,
          hasDefault: position >= argumentTypes.length - row.default_count,
        }),
      ),
      returnsSet: row.returns_set,
      rows: row.rows,
      returnType,
      returnTable: tableOf(returnType),
      resultColumns: (row.result_columns ?? []).flatMap(({ name, type: oid }) => {
        const type = types.get(oid);
        return type ? [{ name, type }] : [];
      }),
    },
  ];
}

function group<Row>(rows: readonly Row[], key: (row: Row) => number): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const list = groups.get(key(row));
    if (list) list.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
