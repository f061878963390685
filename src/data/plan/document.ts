/** Writes whose rows come as one JSON document: one statement, however many rows there are. */
import type { Column, Representation, Routine, RoutineParameter, Table } from '../catalog/catalog.ts';
import type { Predicate, Value } from './expression.ts';
import type { Listing } from './listing.ts';

/** A member of the document's objects that becomes a column. */
export interface DocumentColumn {
  readonly column: Column;
  /** The function that reads JSON as the column's domain, where the domain has one. */
  readonly representation: Representation | undefined;
}

export interface DocumentRows {
  /** A list of objects. */
  readonly document: Value;
  readonly columns: readonly DocumentColumn[];
  /** What an object does not give takes the column's default, else it is null. */
  readonly defaults: boolean;
}

export interface DocumentInsert {
  readonly kind: 'insert';
  readonly table: Table;
  readonly rows: DocumentRows;
  readonly conflict:
    | { readonly target: readonly Column[]; readonly action: 'nothing' | 'update' }
    | undefined;
  /** Only objects that fulfil it are written: of an upsert of one row, whose key the request names. */
  readonly where: Predicate | undefined;
}

/** A list of texts; `any`: there must be a row, of whatever version. */
export type Versions = Value | 'any' | undefined;

export interface DocumentUpdate {
  readonly kind: 'update';
  readonly table: Table;
  /** The first object counts. */
  readonly rows: DocumentRows;
  readonly where: Predicate | undefined;
  readonly versions: Versions;
}

export interface DocumentDelete {
  readonly kind: 'delete';
  readonly table: Table;
  readonly where: Predicate | undefined;
  /** Only rows of these versions are touched, and all that `where` finds must be of one. */
  readonly versions: Versions;
}

/** An update that says nothing: its rights are asked for, no row is touched. */
export interface DocumentNothing {
  readonly kind: 'nothing';
  readonly table: Table;
}

export type DocumentWrite = DocumentInsert | DocumentUpdate | DocumentDelete | DocumentNothing;

/** A function whose arguments are the members of one JSON object, or that takes the whole of what was sent. */
export interface DocumentCall {
  readonly kind: 'call';
  readonly routine: Routine;
  /** How its result looks as rows. */
  readonly table: Table;
  /** The only column of the table is the result itself. */
  readonly isScalar: boolean;
  readonly document: Value;
  /** The document is a list, whose first object counts. */
  readonly isList: boolean;
  /** Those given; undefined: the document itself is the only argument. */
  readonly parameters: readonly RoutineParameter[] | undefined;
}

/** What a statement does before it answers. */
export type WithQuery = DocumentWrite | DocumentCall;

/** The name of the WITH query, which the listing reads from. */
export const WITH_ROWS = 'w';

/** What the request is to learn of the rows that the WITH query gave. */
export interface Answer {
  /** Reads from the source `with`. */
  readonly listing: Listing;
  /** The first row's values of these, as a JSON list of texts. */
  readonly location: readonly Column[];
  /** Any other number of rows undoes everything. */
  readonly single: boolean;
  /** More rows than these undo everything. */
  readonly atMost: number | undefined;
}
