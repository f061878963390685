/** The model as one role may see it: by PostgreSQL's grants, column privileges included. */
import type { Column, Table } from './catalog.ts';
import type { Grants } from './grants.ts';
import type {
  ApiCall,
  ApiColumn,
  ApiComputedField,
  ApiFunction,
  ApiModel,
  ApiRelationship,
  ApiTable,
} from './model.ts';

export interface VisibleTable {
  readonly api: ApiTable;
  /** Selectable ones. */
  readonly columns: readonly ApiColumn[];
  /** Columns of the primary key, if all are selectable. */
  readonly primaryKey: readonly ApiColumn[] | undefined;
  readonly relationships: readonly VisibleRelationship[];
  readonly computedFields: readonly VisibleComputedField[];
}

export interface VisibleRelationship {
  readonly api: ApiRelationship;
  readonly target: VisibleTable;
  /** A related row is there and can be seen, always. */
  readonly certain: boolean;
}

export interface VisibleComputedField {
  readonly api: ApiComputedField;
  readonly returns: VisibleTable | undefined;
}

export interface VisibleFunction {
  readonly api: ApiFunction;
  readonly returns: VisibleTable | undefined;
}

/** What a role may write of a table. */
export interface WritableTable {
  readonly api: ApiTable;
  /** What it may read of it; undefined where nothing. */
  readonly visible: VisibleTable | undefined;
  readonly insertable: readonly ApiColumn[];
  readonly mayInsert: boolean;
  readonly updatable: readonly ApiColumn[];
  readonly mayDelete: boolean;
}

export interface VisibleModel {
  readonly model: ApiModel;
  readonly role: string;
  readonly tables: readonly VisibleTable[];
  readonly functions: readonly VisibleFunction[];
  readonly writable: readonly WritableTable[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function visibleModel(model: ApiModel, grants: Grants): VisibleModel {
  const tables = new Map<Table, Mutable<VisibleTable>>();
  for (const api of model.tables) {
    const columns = api.columns.filter(({ column }) => grants.canSelect(column));
    if (columns.length === 0) continue;
    const key = api.table.primaryKey?.columns.map((column) => columns.find((one) => one.column === column));
    const primaryKey = key?.every((column) => column !== undefined) ? (key as ApiColumn[]) : undefined;
    tables.set(api.table, { api, columns, primaryKey, relationships: [], computedFields: [] });
  }
  for (const table of tables.values()) {
    table.relationships = table.api.relationships.flatMap((api): VisibleRelationship[] => {
      const target = tables.get(api.target.table);
      const joinable = api.relationship.columns.every(([a, b]) => grants.canSelect(a) && grants.canSelect(b));
      return target && joinable ? [{ api, target, certain: isCertain(api, grants) }] : [];
    });
    const wholeRow = table.api.table.columns.every((column: Column) => grants.canSelect(column));
    table.computedFields = table.api.computedFields.flatMap((api): VisibleComputedField[] => {
      const returns = api.returns && tables.get(api.returns.table);
      if (!wholeRow || !grants.canExecute(api.routine) || (api.returns && !returns)) return [];
      return [{ api, returns }];
    });
  }
  const functions = model.functions.flatMap((api): VisibleFunction[] => {
    const returns = api.returns && tables.get(api.returns.table);
    const isHidden = api.returns !== undefined && !returns;
    return !isHidden && grants.canExecute(api.routine) ? [{ api, returns }] : [];
  });
  const writable = model.tables.flatMap((api) => writableTable(api, tables.get(api.table), grants));
  return { model, role: grants.role, tables: [...tables.values()], functions, writable };
}

/** PostgreSQL says what a table or view can take; the grants what the role may give. */
function writableTable(api: ApiTable, visible: VisibleTable | undefined, grants: Grants): WritableTable[] {
  const { table } = api;
  if (!api.mutationFields) return [];
  const given = api.columns.filter(({ column }) => !column.generated && column.identity !== 'always');
  const insertable = table.insertable ? given.filter(({ column }) => grants.canInsert(column)) : [];
  const updatable = table.updatable ? given.filter(({ column }) => grants.canUpdate(column)) : [];
  const mayInsert = table.insertable && table.columns.some((column) => grants.canInsert(column));
  const mayDelete = table.deletable && grants.canDelete(table);
  if (!mayInsert && updatable.length === 0 && !mayDelete) return [];
  return [{ api, visible, insertable, mayInsert, updatable, mayDelete }];
}

/** A foreign key that cannot be null, to a table whose rows nothing hides. */
function isCertain({ relationship, kind }: ApiRelationship, grants: Grants): boolean {
  if (kind !== 'object' || !relationship.forward) return false;
  return relationship.columns.every(([ours]) => ours.notNull) && !grants.isFiltered(relationship.target);
}

/** Whether a computed field needs nothing beside the row: then it can be filtered and sorted by. */
export function takesNoArguments(call: ApiCall): boolean {
  return call.arguments.length === 0;
}
