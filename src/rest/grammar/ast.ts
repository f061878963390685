/** What the words of a URL say, before anything is known of the database: names are the caller's own. */

/** `->key`, `->>key`, `->0`: `asText` is the double arrow. */
export interface JsonStep {
  readonly kind: 'key' | 'index';
  /** A key, or a whole number with its sign. */
  readonly text: string;
  readonly asText: boolean;
}

export interface Field {
  /** `*` stands for all columns, in a select alone. */
  readonly name: string;
  readonly path: readonly JsonStep[];
}

export const SELECT_AGGREGATES = ['sum', 'avg', 'count', 'max', 'min'] as const;
export type SelectAggregate = (typeof SELECT_AGGREGATES)[number];

export interface SelectField {
  readonly kind: 'field';
  /** `count()` of rows has the name `*`. */
  readonly field: Field;
  readonly alias: string | undefined;
  readonly cast: string | undefined;
  readonly aggregate: SelectAggregate | undefined;
  readonly aggregateCast: string | undefined;
}

export interface SelectRelation {
  readonly kind: 'relation' | 'spread';
  readonly name: string;
  readonly alias: string | undefined;
  readonly hint: string | undefined;
  readonly join: 'left' | 'inner' | undefined;
  readonly items: readonly SelectItem[];
}

export type SelectItem = SelectField | SelectRelation;

/** Operators that compare with one value. */
export const SIMPLE_OPERATORS = ['neq', 'cs', 'cd', 'ov', 'sl', 'sr', 'nxr', 'nxl', 'adj'] as const;
/** Operators that take `(any)` or `(all)`. */
export const QUANTIFIED_OPERATORS = [
  'eq',
  'gte',
  'gt',
  'lte',
  'lt',
  'like',
  'ilike',
  'match',
  'imatch',
] as const;
export const FULL_TEXT_OPERATORS = ['fts', 'plfts', 'phfts', 'wfts'] as const;
export type SimpleOperator = (typeof SIMPLE_OPERATORS)[number];
export type QuantifiedOperator = (typeof QUANTIFIED_OPERATORS)[number];
export type FullTextOperator = (typeof FULL_TEXT_OPERATORS)[number];

export type Operation =
  | { readonly kind: 'simple'; readonly operator: SimpleOperator; readonly value: string }
  | {
      readonly kind: 'quantified';
      readonly operator: QuantifiedOperator;
      readonly quantifier: 'any' | 'all' | undefined;
      readonly value: string;
    }
  | { readonly kind: 'in'; readonly values: readonly string[] }
  | { readonly kind: 'is'; readonly value: 'null' | 'not_null' | 'true' | 'false' | 'unknown' }
  | { readonly kind: 'distinct'; readonly value: string }
  | {
      readonly kind: 'full text';
      readonly operator: FullTextOperator;
      readonly config: string | undefined;
      readonly value: string;
    };

export interface Filter {
  readonly kind: 'filter';
  readonly field: Field;
  readonly negated: boolean;
  readonly operation: Operation;
  /** Names the value where it is not part of the plan: another request may bring another one. */
  readonly slot?: string | undefined;
}

export type LogicTree =
  | Filter
  | {
      readonly kind: 'and' | 'or';
      readonly negated: boolean;
      readonly children: readonly LogicTree[];
    };

export interface OrderTerm {
  /** `relation(column)`: a column of the related row. */
  readonly relation: string | undefined;
  readonly field: Field;
  readonly direction: 'asc' | 'desc' | undefined;
  readonly nulls: 'first' | 'last' | undefined;
}

/** Names of embedded relations from the top down; empty for the table itself. */
export type EmbedPath = readonly string[];

/** Rows `offset` to `offset + limit - 1`. */
export interface RowRange {
  readonly limit: number | undefined;
  readonly offset: number;
}

/** Everything that the query string says. */
export interface QueryParameters {
  readonly select: readonly SelectItem[];
  readonly filters: readonly (readonly [EmbedPath, Filter])[];
  readonly logic: readonly (readonly [EmbedPath, LogicTree])[];
  readonly orders: readonly (readonly [EmbedPath, readonly OrderTerm[]])[];
  readonly ranges: readonly (readonly [EmbedPath, RowRange])[];
  readonly columns: readonly string[] | undefined;
  readonly onConflict: readonly string[] | undefined;
  /** Of a function that is called by GET: what is no filter is an argument. */
  readonly args: readonly (readonly [name: string, value: string])[];
}
