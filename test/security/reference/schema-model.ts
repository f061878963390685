/** A generated database as plain data: what the oracle builds, asks about, and steers its questions by. */

export const COLUMN_TYPES = ['int4', 'text', 'bool', 'numeric', 'float8', 'date'] as const;
/** Those that are drawn at random, and the documents that are written into. */
export type ColumnType = (typeof COLUMN_TYPES)[number] | 'jsonb';

export interface ColumnModel {
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
}

/** Values as SQL literals. */
export type RowModel = Readonly<Record<string, string>>;

export interface ForeignKeyModel {
  readonly columns: readonly string[];
  readonly target: string;
  readonly targetColumns: readonly string[];
  readonly unique: boolean;
}

export interface PolicyModel {
  readonly restrictive: boolean;
  readonly command: 'select' | 'all';
  readonly role: string;
  readonly using: string;
  /** It reads another table, for which the caller may lack the right. */
  readonly readsOthers: boolean;
}

/** A table-wide grant, a grant of some columns, or none. */
export type GrantModel = 'all' | 'none' | readonly string[];

export interface RelationModel {
  readonly kind: 'table' | 'view';
  readonly name: string;
  readonly columns: readonly ColumnModel[];
  /** Columns that tell the rows apart. */
  readonly key: readonly string[];
  readonly relationships: readonly RelationshipModel[];
  /** Name of a scalar text function of the row. */
  readonly computed: string | undefined;
  /** Name of a function that returns rows of it. */
  readonly finder: string | undefined;
  readonly grants: Readonly<Record<string, GrantModel>>;
}

export interface RelationshipModel {
  readonly name: string;
  readonly kind: 'object' | 'array';
  readonly target: string;
  readonly pairs: readonly (readonly [ours: string, theirs: string])[];
}

export interface SchemaModel {
  readonly relations: readonly RelationModel[];
  /** What makes it, in order. */
  readonly statements: readonly string[];
  /** PostgreSQL may refuse what the grants of the tables alone allow: in a policy, a view or a function. */
  readonly mayRefuseLate: boolean;
}

export interface CallerModel {
  readonly role: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export function relationOf(schema: SchemaModel, name: string): RelationModel {
  const found = schema.relations.find((relation) => relation.name === name);
  if (!found) throw new Error(`the generated schema has no ${name}`);
  return found;
}

export function columnOf(relation: RelationModel, name: string): ColumnModel {
  const found = relation.columns.find((column) => column.name === name);
  if (!found) throw new Error(`the generated ${relation.name} has no ${name}`);
  return found;
}
