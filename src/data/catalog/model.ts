/**
 * The catalog as the GraphQL API names it: which tables, columns, relationships and functions there are, and how they are
 * called. What cannot be named is left out and listed in `warnings`. The same for every role: `visible.ts` filters it.
 */
import { pace } from '../../lib/pace.ts';
import { type Additions, nameAdditions } from './additions.ts';
import type { Catalog, Column, Relationship, Routine, RoutineParameter, Table } from './catalog.ts';
import { computedFieldsOf, functionsOf } from './functions.ts';
import type { Metadata, TableMetadata } from './metadata.ts';
import { Names, type ReservedNames, tableTypeNames } from './names.ts';
import { deriveRelationships, isUnique } from './relationships.ts';
import { scalarName } from './scalar-name.ts';
import { nameStreams } from './streams.ts';

export type TableRootField = 'select' | 'select_by_pk' | 'select_aggregate';
export type TableSubscriptionField = 'select_stream';
export type TableMutationField =
  | 'insert'
  | 'insert_one'
  | 'update'
  | 'update_by_pk'
  | 'update_many'
  | 'delete'
  | 'delete_by_pk';
export interface RootFieldName {
  readonly name: string;
  readonly comment: string | undefined;
}

export interface ApiColumn {
  readonly column: Column;
  readonly name: string;
  readonly comment: string | undefined;
  /** The enum table whose keys are the values. */
  readonly enumTable: ApiTable | undefined;
}

export interface ApiRelationship {
  readonly name: string;
  readonly relationship: Relationship;
  readonly kind: 'object' | 'array';
  readonly target: ApiTable;
  /** Nested in an insert, the other row is written after this one. */
  readonly insertedAfter: boolean;
}

export interface ApiTable {
  readonly table: Table;
  readonly name: string;
  readonly comment: string | undefined;
  readonly rootFields: Readonly<Record<TableRootField, RootFieldName>>;
  /** Undefined where a name is taken: the table can then only be read. */
  readonly mutationFields: Readonly<Record<TableMutationField, RootFieldName>> | undefined;
  readonly additions: Additions;
  /** Undefined where the name is taken. */
  readonly stream: RootFieldName | undefined;
  readonly columns: readonly ApiColumn[];
  readonly relationships: readonly ApiRelationship[];
  readonly computedFields: readonly ApiComputedField[];
  /** Set for an enum table: its values and their descriptions, sorted. */
  readonly enumValues: readonly EnumValue[] | undefined;
}

export interface EnumValue {
  readonly value: string;
  readonly description: string | undefined;
}

/** A function and how its arguments are called. */
export interface ApiCall {
  readonly routine: Routine;
  readonly arguments: readonly { readonly name: string; readonly parameter: RoutineParameter }[];
  readonly rowParameter: RoutineParameter | undefined;
  readonly sessionParameter: RoutineParameter | undefined;
}

export interface ApiComputedField extends ApiCall {
  readonly name: string;
  readonly comment: string | undefined;
  /** Rows of a table, or else a scalar of the routine's return type. */
  readonly returns: ApiTable | undefined;
}

export interface ApiFunction extends ApiCall {
  readonly name: string;
  readonly aggregateName: string;
  readonly comment: string | undefined;
  readonly exposedAs: 'query' | 'mutation';
  /** Rows of a table, or else values of the routine's return type. */
  readonly returns: ApiTable | undefined;
}

export interface ApiModel {
  readonly catalog: Catalog;
  readonly tables: readonly ApiTable[];
  readonly functions: readonly ApiFunction[];
  readonly stringifyNumericTypes: boolean;
  /** Rows can be asked for as nodes. */
  readonly hasNodes: boolean;
  /** Of the types that the schema has beside scalars. */
  readonly typeNames: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/** Of 1,000 tables some 2 ms at a time, where all at once would hold up every request for 100. */
const TABLES_PER_TURN = 25;

export type MutableTable = { -readonly [K in keyof ApiTable]: ApiTable[K] };

/** `enumValues` holds the rows of the tables that the metadata file declares as enums; `reserved` names are not for tables. */
export async function buildModel(
  catalog: Catalog,
  metadata: Metadata,
  enumValues: ReadonlyMap<Table, readonly EnumValue[]>,
  reserved?: ReservedNames,
): Promise<ApiModel> {
  const names = new Names(reserved);
  const turn = pace(TABLES_PER_TURN);
  const tables = new Map<Table, MutableTable>();
  for (const { table, settings } of trackedTables(catalog, metadata, names)) {
    const named = nameTable(table, settings, names, enumValues.get(table));
    if (named) tables.set(table, named);
    await turn();
  }
  const derived = metadata.tables === undefined;
  for (const table of tables.values()) {
    table.columns = table.columns.map((column) => ({
      ...column,
      enumTable: enumTableOf(column.column, tables),
    }));
    table.relationships = derived ? derivedRelationships(table, tables, names) : [];
    await turn();
  }
  declaredRelationships(metadata, catalog, tables, names);
  for (const table of tables.values()) {
    table.computedFields = computedFieldsOf(table, catalog, metadata, tables, names);
    await turn();
  }
  const functions = functionsOf(catalog, metadata, tables, names);
  nameStreams(tables.values(), names);
  const { hasNodes } = nameAdditions(tables.values(), names);
  return {
    catalog,
    tables: [...tables.values()],
    functions,
    hasNodes,
    stringifyNumericTypes: metadata.stringifyNumericTypes,
    typeNames: names.types,
    warnings: names.warnings,
  };
}

function trackedTables(catalog: Catalog, metadata: Metadata, names: Names) {
  const settingsOf = new Map(metadata.tables?.map((one) => [`${one.schema}\0${one.name}`, one]));
  if (metadata.tables === undefined) return catalog.tables.map((table) => ({ table, settings: undefined }));
  return [...settingsOf.values()].flatMap((settings) => {
    const table = catalog.findTable(settings.schema, settings.name);
    if (table) return [{ table, settings }];
    names.warn(`the metadata file names table ${settings.schema}.${settings.name}, which does not exist`);
    return [];
  });
}

const CONDITIONS = new Set(['_and', '_or', '_not']);

function nameTable(
  table: Table,
  settings: TableMetadata | undefined,
  names: Names,
  enumValues: readonly EnumValue[] | undefined,
): MutableTable | undefined {
  const name =
    settings?.customName ?? (table.schema === 'public' ? table.name : `${table.schema}_${table.name}`);
  const label = `${table.kind} ${table.schema}.${table.name}`;
  const root = (
    kind: TableRootField | TableSubscriptionField | TableMutationField,
    fallback: string,
  ): RootFieldName => {
    const entry = settings?.rootFields[kind];
    const given = typeof entry === 'string' ? { name: entry } : entry;
    const comment = given && 'comment' in given ? given.comment : undefined;
    return { name: given?.name ?? fallback, comment: comment ?? undefined };
  };
  const rootFields = {
    select: root('select', name),
    select_by_pk: root('select_by_pk', `${name}_by_pk`),
    select_aggregate: root('select_aggregate', `${name}_aggregate`),
  };
  if (!names.check(name, label)) return undefined;
  if (!names.claimTypes(tableTypeNames(name), label)) return undefined;
  const roots = Object.values(rootFields).map((one) => one.name);
  if (!roots.every((one) => names.check(one, label)) || !names.claimRootFields(roots, label))
    return undefined;
  const mutationFields = {
    insert: root('insert', `insert_${name}`),
    insert_one: root('insert_one', `insert_${name}_one`),
    update: root('update', `update_${name}`),
    update_by_pk: root('update_by_pk', `update_${name}_by_pk`),
    update_many: root('update_many', `update_${name}_many`),
    delete: root('delete', `delete_${name}`),
    delete_by_pk: root('delete_by_pk', `delete_${name}_by_pk`),
  };
  const mutations = Object.values(mutationFields).map((one) => one.name);
  const writable =
    mutations.every((one) => names.check(one, label)) &&
    names.claimMutationFields(mutations, `writing to ${label}`);
  const columns = table.columns.flatMap((column): ApiColumn[] => {
    const columnName = ownEntry(settings?.columnNames, column.name) ?? column.name;
    const where = `column ${table.schema}.${table.name}.${column.name}`;
    if (!names.check(columnName, where)) return [];
    if (CONDITIONS.has(columnName)) {
      names.warn(`${where} is left out: ${columnName} stands for logic in conditions`);
      return [];
    }
    if (scalarName(column.type) === undefined) {
      names.warn(`${where} is left out: its type ${column.type.name} has no GraphQL name`);
      return [];
    }
    // An empty comment in the file says that there shall be none.
    const comment = (ownEntry(settings?.columnComments, column.name) ?? column.comment) || undefined;
    return [{ column, name: columnName, comment, enumTable: undefined }];
  });
  const comment =
    settings?.comment === undefined || settings.comment === null ? table.comment : settings.comment;
  return {
    table,
    name,
    comment,
    rootFields,
    mutationFields: writable ? mutationFields : undefined,
    additions: {},
    stream: root('select_stream', `${name}_stream`),
    columns,
    relationships: [],
    computedFields: [],
    enumValues,
  };
}

/** The enum table that a one-column foreign key points at. */
function enumTableOf(column: Column, tables: ReadonlyMap<Table, ApiTable>): ApiTable | undefined {
  const foreignKey = column.table.foreignKeys.find(
    (key) =>
      key.columns.length === 1 &&
      key.columns[0] === column &&
      tables.get(key.target)?.enumValues !== undefined,
  );
  return foreignKey && tables.get(foreignKey.target);
}

function derivedRelationships(
  table: ApiTable,
  tables: ReadonlyMap<Table, ApiTable>,
  names: Names,
): ApiRelationship[] {
  const related = deriveRelationships(
    table.table,
    (other) => tables.get(other)?.name,
    (name, key) =>
      names.warn(
        `relationship ${table.name}.${name} of foreign key ${key.name} is left out: the name is taken`,
      ),
  );
  return related.flatMap(({ name, relationship }): ApiRelationship[] => {
    if (!names.check(name, `relationship ${table.name}.${name}`)) return [];
    const kind = relationship.toOne ? 'object' : 'array';
    const target = tables.get(relationship.target)!;
    return [{ name, relationship, kind, target, insertedAfter: !relationship.forward }];
  });
}

/** Adds what the file declares, and renames a derived relationship over the same columns. */
function declaredRelationships(
  metadata: Metadata,
  catalog: Catalog,
  tables: ReadonlyMap<Table, MutableTable>,
  names: Names,
): void {
  for (const declared of metadata.relationships) {
    const label = `relationship ${declared.name} of ${declared.schema}.${declared.table}`;
    const source = catalog.findTable(declared.schema, declared.table);
    const target = catalog.findTable(declared.target.schema, declared.target.name);
    const [from, to] = [source && tables.get(source), target && tables.get(target)];
    if (!source || !target || !from || !to) {
      names.warn(`the metadata file declares ${label}, but a table of it is not there`);
      continue;
    }
    const columns = Object.entries(declared.columns).map(
      ([ours, theirs]) =>
        [
          source.columns.find((one) => one.name === ours),
          target.columns.find((one) => one.name === theirs),
        ] as const,
    );
    if (!columns.every((pair): pair is [Column, Column] => pair[0] !== undefined && pair[1] !== undefined)) {
      names.warn(`the metadata file declares ${label}, but a column of it is not there`);
      continue;
    }
    if (!names.check(declared.name, label)) continue;
    const relationship = declaredRelationship(declared, source, target, columns);
    const sameColumns = (one: ApiRelationship) =>
      one.relationship.target === target &&
      one.kind === declared.type &&
      one.relationship.columns.length === columns.length &&
      one.relationship.columns.every(([a, b]) => columns.some(([c, d]) => a === c && b === d));
    from.relationships = [
      ...from.relationships.filter((one) => !(metadata.tables === undefined && sameColumns(one))),
      {
        name: declared.name,
        relationship,
        kind: declared.type,
        target: to,
        insertedAfter: isInsertedAfter(declared, relationship),
      },
    ];
  }
}

/** Without a word in the file an object is written first, unless the key stands on its side. */
function isInsertedAfter(declared: Metadata['relationships'][number], relationship: Relationship): boolean {
  if (declared.type === 'array') return true;
  if (declared.insertionOrder) return declared.insertionOrder === 'after_parent';
  return declared.fromForeignKey && !relationship.forward;
}

function declaredRelationship(
  declared: Metadata['relationships'][number],
  source: Table,
  target: Table,
  columns: [Column, Column][],
): Relationship {
  const ours = columns.map(([column]) => column);
  const theirs = columns.map(([, column]) => column);
  const same = (a: readonly Column[], b: readonly Column[]) =>
    a.length === b.length && a.every((one) => b.includes(one));
  const forwardKey = source.foreignKeys.find(
    (key) => key.target === target && same(key.columns, ours) && same(key.targetColumns, theirs),
  );
  const reverseKey = source.referencedBy.find(
    (key) => key.table === target && same(key.columns, theirs) && same(key.targetColumns, ours),
  );
  const forward = declared.fromForeignKey && forwardKey !== undefined && declared.type === 'object';
  return {
    table: source,
    target,
    columns,
    toOne: declared.type === 'object',
    forward,
    // Only a key that makes the other side unique: else the one row must be picked by LIMIT.
    foreignKey: forward ? forwardKey : isUnique(target, theirs) ? reverseKey : undefined,
  };
}

/** A column may be called like something that every object has. */
function ownEntry(record: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
