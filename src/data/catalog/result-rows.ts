/** How the result of a function looks as rows: those of a table, of a composite type, of OUT arguments, or of one scalar. */
import {
  type Catalog,
  type Column,
  type PgType,
  type Routine,
  type Table,
  withoutDomain,
} from './catalog.ts';

/** The only column of a function that returns no row, by the name that CSV has for it. */
const SCALAR_COLUMN = 'pgrst_scalar';

export interface ResultRows {
  readonly table: Table;
  /** The result is the value of the only column. */
  readonly isScalar: boolean;
}

const known = new WeakMap<Routine, ResultRows>();

export function resultRows(routine: Routine, catalog: Catalog): ResultRows {
  const remembered = known.get(routine);
  if (remembered) return remembered;
  const rows = describe(routine, catalog);
  known.set(routine, rows);
  return rows;
}

function describe(routine: Routine, catalog: Catalog): ResultRows {
  const { returnTable, resultColumns, returnType } = routine;
  if (resultColumns.length > 0) return { table: rowsOf(routine, resultColumns), isScalar: false };
  if (returnTable) return { table: returnTable, isScalar: false };
  const plain = withoutDomain(returnType);
  const table = catalog.findTableByRowType(plain);
  if (table) return { table, isScalar: false };
  if (plain.kind === 'composite') return { table: rowsOf(routine, plain.fields), isScalar: false };
  return { table: rowsOf(routine, [{ name: SCALAR_COLUMN, type: returnType }]), isScalar: true };
}

/** A table that is none: rows that exist only in the function's result. */
function rowsOf(
  { schema, name, comment }: Routine,
  fields: readonly { readonly name: string; readonly type: PgType }[],
): Table {
  const columns: Column[] = [];
  const table: Table = {
    oid: 0,
    schema,
    name,
    kind: 'view',
    rowType: 0,
    comment,
    columns,
    keys: [],
    primaryKey: undefined,
    foreignKeys: [],
    referencedBy: [],
    insertable: false,
    updatable: false,
    deletable: false,
    hasTriggers: false,
    rowSecurity: false,
    policies: [],
  };
  fields.forEach(({ name: fieldName, type }, index) => {
    columns.push({
      table,
      number: index + 1,
      name: fieldName,
      type,
      notNull: false,
      hasDefault: false,
      defaultExpression: undefined,
      identity: undefined,
      generated: undefined,
      comment: undefined,
    });
  });
  return table;
}
