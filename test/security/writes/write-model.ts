/** A generated database that is written to, and a generated mutation, in no language yet. */
import type { WhereModel } from '../reference/query-model.ts';
import type {
  CallerModel,
  ColumnModel,
  GrantModel,
  RelationModel,
  RelationshipModel,
} from '../reference/schema-model.ts';

export interface ConstraintModel {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface WriteRelationModel extends RelationModel {
  readonly constraints: readonly ConstraintModel[];
  /** What the roles may give, as `grants` is what they may read. */
  readonly given: Readonly<Record<'insert' | 'update', Readonly<Record<string, GrantModel>>>>;
}

export interface WriteSchemaModel {
  readonly relations: readonly WriteRelationModel[];
  /** What makes it, in order; its rows among it. */
  readonly statements: readonly string[];
  /** What puts its rows back, with triggers and foreign keys asleep. */
  readonly restore: readonly string[];
}

export interface RowModel {
  /** Given columns; a column that is not there takes its default. */
  readonly values: readonly (readonly [ColumnModel, unknown])[];
  readonly nested: readonly {
    readonly relationship: RelationshipModel;
    readonly rows: readonly RowModel[];
  }[];
}

export interface ConflictModel {
  readonly constraint: ConstraintModel;
  readonly update: readonly ColumnModel[];
  readonly where: WhereModel | undefined;
}

export const OPERATORS = [
  '_set',
  '_inc',
  '_append',
  '_prepend',
  '_delete_key',
  '_delete_elem',
  '_delete_at_path',
] as const;

export interface SetModel {
  readonly operator: (typeof OPERATORS)[number];
  readonly column: ColumnModel;
  readonly value: unknown;
}

export type AnswerFieldModel =
  | { readonly kind: 'column'; readonly alias: string; readonly column: ColumnModel }
  | {
      readonly kind: 'rows' | 'count';
      readonly alias: string;
      readonly relationship: RelationshipModel;
      readonly columns: readonly ColumnModel[];
    };

/** `fields` of the written rows; undefined asks for their number alone. */
export interface AnswerModel {
  readonly fields: readonly AnswerFieldModel[] | undefined;
  /** `_one` and `_by_pk` answer the row itself. */
  readonly isRow: boolean;
}

export type KeyModel = Readonly<Record<string, number>>;

interface Root {
  readonly relation: WriteRelationModel;
  readonly answer: AnswerModel;
}

export interface ChangeModel {
  /** A key finds by itself, without a condition. */
  readonly key: KeyModel | undefined;
  readonly where: WhereModel;
  readonly set: readonly SetModel[];
}

export type WriteRootModel =
  | (Root & {
      readonly kind: 'insert';
      readonly rows: readonly RowModel[];
      readonly conflict: ConflictModel | undefined;
    })
  | (Root & { readonly kind: 'update'; readonly change: ChangeModel })
  | (Root & { readonly kind: 'update many'; readonly changes: readonly ChangeModel[] })
  | (Root & { readonly kind: 'delete'; readonly key: KeyModel | undefined; readonly where: WhereModel });

export interface MutationModel {
  readonly caller: CallerModel;
  readonly roots: readonly WriteRootModel[];
  /** Values travel as variables, not as literals. */
  readonly variables: boolean;
}

export function writeRelationOf(schema: WriteSchemaModel, name: string): WriteRelationModel {
  const found = schema.relations.find((relation) => relation.name === name);
  if (!found) throw new Error(`the generated schema has no ${name}`);
  return found;
}

/** Whether rows of the relationship are written before the row that names them. */
export function isParent({ kind, pairs }: RelationshipModel): boolean {
  return kind === 'object' && pairs[0]![0].startsWith('f_');
}
