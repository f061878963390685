/**
 * The plan: what a request asks of PostgreSQL, in PostgreSQL's words. Both front ends lower to it, `data/sql` compiles it.
 * Plain data: identifiers are Catalog objects, everything that came from outside is a Value or a response key.
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

// ---- what the answer looks like

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

/** A function called for its value: one, a list where it returns a set, true where it returns nothing. */
export interface CallPlan {
  readonly kind: 'call';
  readonly call: RoutineCall;
  readonly asText: boolean;
}

export type Plan = ReadPlan | CallPlan | { readonly kind: 'literal'; readonly text: string };

/** The roots of one query operation: response key → plan, answered by one statement. */
export type QueryPlan = readonly Entry<Plan>[];
