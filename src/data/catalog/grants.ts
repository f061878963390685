/** What one role may do: PostgreSQL's own answers, read once per role and catalog version. */
import type pg from 'pg';
import type { Catalog, Column, Routine, Table } from './catalog.ts';
import { catalogRows } from './introspect.ts';
import { ROLE, ROUTINE_GRANTS, type RoleRow, TABLE_GRANTS, type TableGrantRow } from './queries/grants.ts';

export interface Grants {
  readonly role: string;
  canSelect(column: Column): boolean;
  canInsert(column: Column): boolean;
  canUpdate(column: Column): boolean;
  canDelete(table: Table): boolean;
  canExecute(routine: Routine): boolean;
  /** Row level security may hide rows of this table from the role. */
  isFiltered(table: Table): boolean;
}

/** Reads the grants of a role. An unknown role may do nothing: PostgreSQL refuses it when it is used. */
export async function loadGrants(client: pg.ClientBase, catalog: Catalog, role: string): Promise<Grants> {
  const [known] = await catalogRows<RoleRow>(client, ROLE, [role]);
  const tables = known ? await catalogRows<TableGrantRow>(client, TABLE_GRANTS, [role, catalog.schemas]) : [];
  const routines = known
    ? await catalogRows<{ routine: number }>(client, ROUTINE_GRANTS, [role, catalog.schemas])
    : [];
  const byTable = new Map(tables.map((row) => [row.table, row]));
  const executable = new Set(routines.map((row) => row.routine));
  const may = (column: Column, verb: 'select' | 'insert' | 'update') => {
    const row = byTable.get(column.table.oid);
    return row !== undefined && (row[verb] || (row[`${verb}_columns`]?.includes(column.number) ?? false));
  };
  return Object.freeze({
    role,
    canSelect: (column: Column) => may(column, 'select'),
    canInsert: (column: Column) => may(column, 'insert'),
    canUpdate: (column: Column) => may(column, 'update'),
    canDelete: (table: Table) => byTable.get(table.oid)?.delete ?? false,
    canExecute: (routine: Routine) => executable.has(routine.oid),
    isFiltered: (table: Table) => !known?.bypasses_row_security && (byTable.get(table.oid)?.filtered ?? true),
  });
}
