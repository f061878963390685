/**
 * Values, operands, conditions and orders over a row: what plans are made of, in PostgreSQL's words. Plain data: identifiers are Catalog
 * objects, everything that came from outside is a Value.
 */
import type {
  Column,
  PgType,
  Relationship,
  Representation,
  Routine,
  RoutineParameter,
  Table,
} from '../catalog/catalog.ts';

/** Stands in a Value for what the request will bring: a plan is compiled once and bound many times. */
export class Variable {
  readonly name: string;
  /** Keys and indexes that lead to the value within what the request brings. */
  readonly path: readonly (string | number)[];
  constructor(name: string, path: readonly (string | number)[] = []) {
    this.name = name;
    this.path = path;
  }
}

/** A list of objects that the request brings: one of their fields as a list, or JSON objects of some fields, numbered under `o`. */
export class VariableRows {
  readonly variable: string;
  readonly fields: readonly (readonly [name: string, as: string])[] | string;
  constructor(variable: string, fields: VariableRows['fields']) {
    this.variable = variable;
    this.fields = fields;
  }
}

/** Stands in a Value for JSON that is text already, and goes to PostgreSQL as it came. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A bound parameter. `value` is JSON-like data, in which any part may be a Variable. */
export interface Value {
  readonly value: unknown;
  readonly type: PgType;
  /** The value is a list of `type`. */
  readonly list?: boolean;
  /** Of the type, which then reads the value from text. */
  readonly representation?: Representation | undefined;
}

// ---- where rows come from

export type Argument =
  | { readonly kind: 'value'; readonly parameter: RoutineParameter; readonly value: Value }
  /** The row of the table that the field belongs to. */
  | { readonly kind: 'row'; readonly parameter: RoutineParameter }
  /** The session variables of the caller, as a JSON object. */
  | { readonly kind: 'session'; readonly parameter: RoutineParameter };

export interface RoutineCall {
  readonly routine: Routine;
  readonly args: readonly Argument[];
}

export type Source =
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'routine'; readonly table: Table; readonly call: RoutineCall }
  /** A query of the statement's WITH that gives rows of the table. */
  | { readonly kind: 'with'; readonly table: Table; readonly name: string }
  /** The one row that is a value of the table's row type, told by a change: see `data/sql/change.ts`. */
  | { readonly kind: 'record'; readonly table: Table }
  /** Rows that an earlier statement has written, as it returned them. */
  | { readonly kind: 'written rows'; readonly table: Table; readonly stash: string }
  /** The same, read anew by their key. */
  | {
      readonly kind: 'written keys';
      readonly table: Table;
      readonly stash: string;
      readonly key: readonly Column[];
    };

/** Rows that belong to an outer row: by relationship, or by a routine that takes the outer row. */
export interface Related {
  readonly relationship: Relationship | undefined;
  readonly source: Source;
}

// ---- expressions over a row

export type Operand =
  | { readonly kind: 'column'; readonly column: Column }
  | { readonly kind: 'call'; readonly call: RoutineCall }
  /** The operand of the one related row; null where there is none. */
  | { readonly kind: 'via'; readonly related: Related; readonly operand: Operand }
  /** Over the related rows; `type` is that of its result, where it is to be compared. */
  | {
      readonly kind: 'aggregate';
      readonly related: Related;
      readonly aggregate: Aggregate;
      readonly type?: PgType;
    }
  /** Over the rows of the group that it stands in; `type` is that of its result, where it is to be compared. */
  | { readonly kind: 'grouped'; readonly aggregate: Aggregate; readonly type?: PgType }
  /** The text form, `type` being pg_catalog.text. */
  | { readonly kind: 'text'; readonly operand: Operand; readonly type: PgType }
  | { readonly kind: 'cast'; readonly operand: Operand; readonly type: PgType }
  /** `type` is what the last step gives: json, jsonb or text. */
  | {
      readonly kind: 'json';
      readonly operand: Operand;
      readonly path: readonly JsonStep[];
      readonly type: PgType;
    }
  | { readonly kind: 'represented'; readonly operand: Operand; readonly representation: Representation }
  | { readonly kind: 'constant'; readonly value: number }
  /** An entry of the answer: a read that groups may be ordered by nothing else. */
  | { readonly kind: 'output'; readonly key: string }
  /** The place of the row among those that the query of the WITH gave. */
  | { readonly kind: 'ordinal' };

/** `->` and `->>` with a key or the index of an element. */
export interface JsonStep {
  readonly key: string | number;
  readonly asText: boolean;
}

export interface Aggregate {
  readonly function: AggregateFunction;
  /** None: `count(*)`. */
  readonly operands: readonly Operand[];
  readonly distinct: boolean;
  readonly where: Predicate | undefined;
}

export const AGGREGATE_FUNCTIONS = [
  'count',
  'sum',
  'avg',
  'max',
  'min',
  'stddev',
  'stddev_pop',
  'stddev_samp',
  'var_pop',
  'var_samp',
  'variance',
  'bool_and',
  'bool_or',
  'corr',
  'covar_samp',
] as const;
export type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number];

/** PostgreSQL's operators; `any` and `all` compare with each of a list. */
export type Operator =
  | '='
  | '<>'
  | '<'
  | '>'
  | '<='
  | '>='
  | '= any'
  | '<> all'
  | '~~'
  | '!~~'
  | '~~*'
  | '!~~*'
  | '~'
  | '!~'
  | '~*'
  | '!~*'
  | 'similar to'
  | 'not similar to'
  | '@>'
  | '<@'
  | '?'
  | '?|'
  | '?&'
  | '@'
  | '&&'
  | '<<'
  | '>>'
  | '&<'
  | '&>'
  | '-|-';

export const TEXT_QUERIES = [
  'to_tsquery',
  'plainto_tsquery',
  'phraseto_tsquery',
  'websearch_to_tsquery',
] as const;

export type Predicate =
  | { readonly kind: 'and' | 'or'; readonly all: readonly Predicate[] }
  | { readonly kind: 'not'; readonly predicate: Predicate }
  | { readonly kind: 'constant'; readonly value: boolean }
  | {
      readonly kind: 'compare';
      readonly operand: Operand;
      readonly operator: Operator;
      /** The value is an array, and the comparison holds for any or for all of its elements. */
      readonly quantifier?: 'any' | 'all' | undefined;
      readonly value: Value;
    }
  | { readonly kind: 'distinct'; readonly operand: Operand; readonly value: Value }
  | { readonly kind: 'truth'; readonly operand: Operand; readonly is: 'true' | 'false' | 'unknown' }
  /** Full text search; what is no tsvector is made one. */
  | {
      readonly kind: 'text search';
      readonly operand: Operand;
      readonly query: (typeof TEXT_QUERIES)[number];
      /** The name of a text search configuration. */
      readonly config: string | undefined;
      readonly value: Value;
    }
  | { readonly kind: 'null'; readonly operand: Operand; readonly isNull: boolean }
  | { readonly kind: 'exists'; readonly related: Related; readonly where: Predicate | undefined };

export interface Order {
  readonly operand: Operand;
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last';
}
