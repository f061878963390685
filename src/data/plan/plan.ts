/**
 * The plan: what a request asks of PostgreSQL, in PostgreSQL's words. Both front ends lower to it, `data/sql` compiles it.
 * Plain data: identifiers are Catalog objects, everything that came from outside is a Value or a response key.
 */
import type { Column, PgType, Relationship } from '../catalog/catalog.ts';
import type { Aggregate, Operand, Order, Predicate, RoutineCall, Source, Value } from './expression.ts';

export type Shape =
  | ObjectShape
  | {
      readonly kind: 'column';
      readonly column: Column;
      readonly path: Value | undefined;
      readonly asText: boolean;
    }
  | {
      readonly kind: 'call';
      readonly call: RoutineCall;
      readonly path: Value | undefined;
      readonly asText: boolean;
    }
  | {
      readonly kind: 'relation';
      readonly relationship: Relationship | undefined;
      readonly read: ReadPlan;
      /** Where the row is not to become JSON as a whole, or is grouped by. */
      readonly asJson?: boolean;
    }
  /** The entries of the related row, or arrays of those of the related rows, as if they were the outer row's own. */
  | { readonly kind: 'spread'; readonly relationship: Relationship | undefined; readonly read: ReadPlan }
  | { readonly kind: 'value'; readonly operand: Operand }
  /** Makes the read a grouped one: by all its entries that are no aggregates. */
  | { readonly kind: 'aggregate'; readonly aggregate: Aggregate; readonly cast: PgType | undefined }
  /** A word that clients hand back as they got it: base64 of a JSON list, the texts first, the operands' texts after them. */
  | { readonly kind: 'token'; readonly texts: readonly string[]; readonly operands: readonly Operand[] }
  | { readonly kind: 'literal'; readonly text: string };

/** Response keys in order. Keys are the caller's own words: they are quoted, and may be of any length. */
export interface ObjectShape {
  readonly kind: 'object';
  readonly entries: readonly Entry<Shape>[];
}

export type Entry<S> = readonly [key: string, shape: S];

export type AggregateShape =
  | { readonly kind: 'value'; readonly aggregate: Aggregate; readonly asText: boolean }
  | { readonly kind: 'group'; readonly entries: readonly Entry<AggregateShape>[] }
  | { readonly kind: 'literal'; readonly text: string };

/** Aggregates and rows of one and the same set. */
export interface PageShape {
  readonly kind: 'page';
  readonly entries: readonly Entry<
    | { readonly kind: 'aggregate'; readonly entries: readonly Entry<AggregateShape>[] }
    | { readonly kind: 'nodes'; readonly shape: ObjectShape }
    | { readonly kind: 'literal'; readonly text: string }
  >[];
}

/** One object per group of rows with equal keys. The order of the read is that of the groups. */
export interface GroupShape {
  readonly kind: 'groups';
  readonly keys: readonly Column[];
  readonly having: Predicate | undefined;
  readonly entries: readonly Entry<
    | {
        readonly kind: 'keys';
        readonly entries: readonly Entry<Extract<Shape, { kind: 'column' | 'literal' }>>[];
      }
    | { readonly kind: 'aggregate'; readonly entries: readonly Entry<AggregateShape>[] }
    | { readonly kind: 'literal'; readonly text: string }
  >[];
}

/**
 * A page of rows between two positions of a total order, which is that of the read; `limit` is its size. A cursor is a token of
 * `label` and the values that a row is ordered by.
 */
export interface ConnectionShape {
  readonly kind: 'connection';
  readonly label: string;
  readonly after: Position | undefined;
  readonly before: Position | undefined;
  /** The last rows are asked for, not the first. */
  readonly backward: boolean;
  readonly entries: readonly Entry<
    | { readonly kind: 'edges'; readonly entries: readonly Entry<EdgePart>[] }
    | { readonly kind: 'nodes'; readonly shape: ObjectShape }
    | { readonly kind: 'page info'; readonly entries: readonly Entry<PageInfoPart>[] }
    | { readonly kind: 'total count' }
    | { readonly kind: 'literal'; readonly text: string }
  >[];
}

export type EdgePart =
  | { readonly kind: 'cursor' }
  | { readonly kind: 'node'; readonly shape: ObjectShape }
  | { readonly kind: 'literal'; readonly text: string };

export type PageInfoPart =
  | { readonly kind: 'has next' | 'has previous' | 'start cursor' | 'end cursor' }
  | { readonly kind: 'literal'; readonly text: string };

/** What the row at a position is ordered by, one for each key of the order; undefined is null. */
export type Position = readonly (Value | undefined)[];

export interface ReadPlan {
  readonly kind: 'read';
  readonly source: Source;
  readonly where: Predicate | undefined;
  readonly distinct: readonly Column[];
  readonly order: readonly Order[];
  /** Absent: the default limit of every list, where `take` is many. */
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  readonly shape: ObjectShape | PageShape | GroupShape | ConnectionShape;
  /** A short list without an order comes as the table has its rows, whatever is joined to them. */
  readonly keepsOrder?: boolean | undefined;
  /** The conditions name a key: of the list there is one row at most. */
  readonly byKey?: boolean | undefined;
  /** maybe: one row or null; many: a list; page: the one object of a PageShape or ConnectionShape. */
  readonly take: 'maybe' | 'many' | 'page';
}

/**
 * Rows of a table beyond a position, as they come: a batch at a time, each with all rows of its last position. The read says which rows
 * and how they look; it has neither order nor limit.
 */
export interface StreamPlan {
  readonly kind: 'stream';
  readonly read: ReadPlan & { readonly shape: ObjectShape };
  readonly column: Column;
  readonly direction: 'asc' | 'desc';
  readonly initial: Value;
  readonly batchSize: number;
}

/** A function called for its value: one, a list where it returns a set, true where it returns nothing. */
export interface CallPlan {
  readonly kind: 'call';
  readonly call: RoutineCall;
  readonly asText: boolean;
}

export type Plan = ReadPlan | CallPlan | { readonly kind: 'literal'; readonly text: string };

/** The roots of one query operation: response key → plan, answered by one statement. */
export type QueryPlan = readonly Entry<Plan>[];
