/** Plans that write. Like reads they speak PostgreSQL: columns and keys are catalog objects, the rest are Values. */
import type { Column, Key, Relationship, Table } from '../catalog/catalog.ts';
import type { Predicate, Value } from './expression.ts';
import type { CallPlan, Entry, ObjectShape, ReadPlan } from './plan.ts';

/** Rows of one table that are written together, in order. */
export interface InsertLevel {
  readonly table: Table;
  readonly rows: readonly InsertRow[];
  /** In the place of `rows`: rows of columns alone, equal for all, that the request brings in a variable. */
  readonly bulk?: BulkRows;
  readonly conflict: Conflict | undefined;
}

export interface BulkRows {
  readonly variable: string;
  readonly columns: readonly (readonly [column: Column, field: string])[];
}

export interface InsertRow {
  /** Given columns; a missing one takes its default. The value is JSON-like data, in which any part may be a Variable. */
  readonly values: readonly (readonly [Column, unknown])[];
  /** Rows that this one points to: written first, their keys copied into this row. */
  readonly before: readonly NestedInsert[];
  /** Rows that point to this one: written after, this row's keys copied into them. */
  readonly after: readonly NestedInsert[];
}

export interface NestedInsert {
  readonly relationship: Relationship;
  readonly level: InsertLevel;
}

export interface Conflict {
  readonly constraint: Key;
  /** None: DO NOTHING. */
  readonly update: readonly Column[];
  readonly where: Predicate | undefined;
}

export type SetOperator = '=' | '+' | '||' | 'prepend' | '-' | '#-';

export interface SetColumn {
  readonly column: Column;
  readonly operator: SetOperator;
  readonly value: Value;
}

/** What the caller wants to know of a write. */
export type WriteAnswer =
  /** `{affected_rows, returning}` under the keys asked for. */
  | {
      readonly kind: 'response';
      readonly entries: readonly Entry<
        | { readonly kind: 'affected' }
        | { readonly kind: 'returning'; readonly shape: ObjectShape }
        | { readonly kind: 'literal'; readonly text: string }
      >[];
    }
  /** The one row, or null. */
  | { readonly kind: 'row'; readonly shape: ObjectShape };

interface Write {
  readonly answer: WriteAnswer;
  /** What the role may read of the table: what can be handed from one statement to the next. */
  readonly readable: readonly Column[];
}

export interface InsertPlan extends Write {
  readonly kind: 'insert';
  readonly level: InsertLevel;
  /** JSONPath of its rows in the request. */
  readonly path: string;
}

export interface UpdatePlan extends Write {
  readonly kind: 'update';
  readonly table: Table;
  /** None: no row is touched, unless something is to be written to related ones. */
  readonly set: readonly SetColumn[];
  readonly where: Predicate | undefined;
  readonly match?: Match | undefined;
  /** What becomes of rows that belong to the one row that `where` finds; nothing where it finds none. */
  readonly related?: readonly RelatedWrite[];
}

/** What the row must still look like; the write fails where it is there and looks otherwise. */
export interface Match {
  readonly condition: Predicate;
  readonly path: string;
}

/** A write to the rows at the other side of a relationship. */
export type RelatedWrite = {
  readonly relationship: Relationship;
  readonly path: string;
} & (
  | { readonly kind: 'update'; readonly set: readonly SetColumn[]; readonly where: Predicate | undefined }
  /** `former`: the row that was pointed at before this write. */
  | { readonly kind: 'delete'; readonly where: Predicate | undefined; readonly former: boolean }
  /** Makes the rows with these keys, which must all be there, point here. */
  | { readonly kind: 'connect'; readonly where: Predicate; readonly count: number }
  | { readonly kind: 'disconnect'; readonly where: Predicate | undefined }
  | { readonly kind: 'insert'; readonly level: InsertLevel }
);

export interface DeletePlan extends Write {
  readonly kind: 'delete';
  readonly table: Table;
  readonly where: Predicate | undefined;
  readonly match?: Match | undefined;
}

export type WritePlan =
  | InsertPlan
  | UpdatePlan
  | DeletePlan
  /** Several updates in order, answered as a list. */
  | { readonly kind: 'updates'; readonly updates: readonly UpdatePlan[] }
  /** A volatile function that returns rows, or scalars. */
  | ReadPlan
  | CallPlan
  | { readonly kind: 'literal'; readonly text: string };

/** The roots of one mutation: run in order, in one transaction. */
export type MutationPlan = readonly Entry<WritePlan>[];
