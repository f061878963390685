/**
 * The immutable model of the database: what exists, in PostgreSQL's words. Nodes refer to each other by reference, and
 * every plan is built of these objects, so that an identifier can never be a string from outside.
 */

export interface PgType {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'base' | 'composite' | 'domain' | 'enum' | 'multirange' | 'pseudo' | 'range' | 'array';
  /** pg_type.typcategory: N numeric, S string, D date/time, B boolean, … */
  readonly category: string;
  /** Of an array. */
  readonly element: PgType | undefined;
  /** Of a domain. */
  readonly base: PgType | undefined;
  /** Of an enum, in order. */
  readonly labels: readonly string[];
  /** Of a composite type made by CREATE TYPE. */
  readonly fields: readonly { readonly name: string; readonly type: PgType }[];
  /** oid of the table whose row type this is, else 0. */
  readonly relation: number;
}

export interface Column {
  readonly table: Table;
  readonly number: number;
  readonly name: string;
  readonly type: PgType;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** SQL that PostgreSQL printed: what a row gets that does not give the column. Undefined where that is null. */
  readonly defaultExpression: string | undefined;
  readonly identity: 'always' | 'by default' | undefined;
  readonly generated: 'stored' | 'virtual' | undefined;
  readonly comment: string | undefined;
}

export interface Key {
  readonly name: string;
  readonly kind: 'primary' | 'unique';
  /** False for a unique index that is no constraint, and for a deferrable one: ON CONFLICT cannot take them. */
  readonly isConstraint: boolean;
  readonly columns: readonly Column[];
}

export interface ForeignKey {
  readonly name: string;
  readonly table: Table;
  readonly target: Table;
  readonly columns: readonly Column[];
  readonly targetColumns: readonly Column[];
}

export interface Policy {
  readonly name: string;
  readonly permissive: boolean;
  readonly command: 'select' | 'insert' | 'update' | 'delete' | 'all';
  readonly roles: readonly string[];
}

export interface Table {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table';
  readonly rowType: number;
  readonly comment: string | undefined;
  readonly columns: readonly Column[];
  readonly keys: readonly Key[];
  readonly primaryKey: Key | undefined;
  readonly foreignKeys: readonly ForeignKey[];
  /** Foreign keys of other tables (and this one) that point here. */
  readonly referencedBy: readonly ForeignKey[];
  readonly insertable: boolean;
  readonly updatable: boolean;
  readonly deletable: boolean;
  /** Triggers, its own or those under a view: writing runs somebody's code. */
  readonly hasTriggers: boolean;
  readonly rowSecurity: boolean;
  readonly policies: readonly Policy[];
}

export interface RoutineParameter {
  readonly position: number;
  /** Empty for an unnamed one. */
  readonly name: string;
  readonly type: PgType;
  readonly hasDefault: boolean;
}

export interface Routine {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly strict: boolean;
  readonly variadic: boolean;
  readonly comment: string | undefined;
  readonly parameters: readonly RoutineParameter[];
  readonly returnsSet: boolean;
  /** How many rows its owner says it returns. */
  readonly rows: number;
  readonly returnType: PgType;
  /** The table whose row type it returns. */
  readonly returnTable: Table | undefined;
  /** RETURNS TABLE and OUT arguments. */
  readonly resultColumns: readonly { readonly name: string; readonly type: PgType }[];
}

/** A function behind an implicit cast between a domain and JSON or text: how the domain looks outside. */
export interface Representation {
  readonly schema: string;
  readonly name: string;
}

/** An aggregate that makes a document of the media type that its result is called after. */
export interface MediaHandler {
  readonly schema: string;
  readonly name: string;
  /** Whose rows it takes; undefined: those of any. */
  readonly table: Table | undefined;
  readonly type: PgType;
}

export interface Catalog {
  /** Counts up with every load of this process. */
  readonly version: number;
  /** Of the server, as in 180004. */
  readonly serverVersion: number;
  readonly schemas: readonly string[];
  readonly tables: readonly Table[];
  readonly routines: readonly Routine[];
  readonly types: ReadonlyMap<number, PgType>;
  readonly mediaHandlers: readonly MediaHandler[];
  readonly beneath: Beneath;
  /** PostGIS is there and writes rows as GeoJSON. */
  readonly hasGeoJson: boolean;
  findTable(schema: string, name: string): Table | undefined;
  findTableByRowType(type: PgType): Table | undefined;
  /** From a domain to JSON or text, or back. */
  findRepresentation(source: PgType, target: PgType): Representation | undefined;
}

/** What lies under the exposed tables and views: needed to know which columns of a view carry a key. Numbers are oids and attnums. */
export interface Beneath {
  /** Foreign keys of all schemas. */
  readonly foreignKeys: readonly {
    readonly name: string;
    readonly table: number;
    readonly target: number;
    readonly columns: readonly number[];
    readonly targetColumns: readonly number[];
    /** A key of the referencing table has exactly these columns. */
    readonly unique: boolean;
  }[];
  /** Columns of primary keys by table, of all schemas. */
  readonly primaryKeys: ReadonlyMap<number, readonly number[]>;
  /** View → table at the bottom → its column → the view's columns that show it unchanged. */
  readonly views: ReadonlyMap<number, ReadonlyMap<number, ReadonlyMap<number, readonly number[]>>>;
}

/**
 * A way from one table to another: a foreign key in one of its two directions, or one that the metadata file declares.
 * `columns` pairs our column with theirs.
 */
export interface Relationship {
  readonly table: Table;
  readonly target: Table;
  readonly columns: readonly (readonly [Column, Column])[];
  /** At most one row on the other side. */
  readonly toOne: boolean;
  /** The foreign key stands on our side: the row that we point to. */
  readonly forward: boolean;
  readonly foreignKey: ForeignKey | undefined;
  /** Between the two stands a third: `columns` is empty, and the pairs are theirs with ours and with the target's. */
  readonly junction?: Junction | undefined;
}

export interface Junction {
  readonly table: Table;
  /** Column of the junction, our column. */
  readonly ours: readonly (readonly [Column, Column])[];
  /** Column of the junction, column of the target. */
  readonly theirs: readonly (readonly [Column, Column])[];
}

/** The type under any number of domains. */
export function withoutDomain(type: PgType): PgType {
  let one = type;
  while (one.base) one = one.base;
  return one;
}
