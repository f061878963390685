/** A generated question, in no language yet: `query-graphql.ts` writes it for our server, `evaluate.ts` answers it by plain SQL. */
import type { CallerModel, ColumnModel, RelationModel, RelationshipModel } from './schema-model.ts';

export type Comparison = '=' | '<>' | '<' | '>' | '<=' | '>=' | 'in' | 'not in' | 'like' | 'ilike';

export type WhereModel =
  | { readonly kind: 'and' | 'or'; readonly all: readonly WhereModel[] }
  | { readonly kind: 'not'; readonly where: WhereModel }
  | {
      readonly kind: 'compare';
      readonly column: ColumnModel;
      readonly comparison: Comparison;
      /** A list for `in` and `not in`. */
      readonly value: unknown;
    }
  | { readonly kind: 'null'; readonly column: ColumnModel; readonly isNull: boolean }
  | { readonly kind: 'computed'; readonly name: string; readonly value: string }
  | { readonly kind: 'exists'; readonly relationship: RelationshipModel; readonly where: WhereModel }
  | {
      readonly kind: 'count';
      readonly relationship: RelationshipModel;
      /** Counts the distinct values of this column instead of rows. */
      readonly distinct: ColumnModel | undefined;
      readonly filter: WhereModel | undefined;
      readonly comparison: Comparison;
      readonly value: number;
    }
  | {
      readonly kind: 'every';
      readonly relationship: RelationshipModel;
      readonly column: ColumnModel;
      readonly value: boolean;
    };

export const DIRECTIONS = [
  'asc',
  'desc',
  'asc_nulls_first',
  'asc_nulls_last',
  'desc_nulls_first',
  'desc_nulls_last',
] as const;

export interface OrderModel {
  /** To-one relationships to walk before the column. */
  readonly via: readonly RelationshipModel[];
  readonly by:
    | { readonly kind: 'column'; readonly column: ColumnModel }
    | { readonly kind: 'count'; readonly relationship: RelationshipModel }
    | { readonly kind: 'maximum'; readonly relationship: RelationshipModel; readonly column: ColumnModel };
  readonly direction: (typeof DIRECTIONS)[number];
}

export interface ArgsModel {
  readonly where: WhereModel | undefined;
  readonly order: readonly OrderModel[];
  readonly distinct: readonly ColumnModel[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  /** The order leaves nothing to chance: the rows can be compared one by one. */
  readonly total: boolean;
}

export type FieldModel =
  | { readonly kind: 'typename'; readonly alias: string }
  | { readonly kind: 'column'; readonly alias: string; readonly column: ColumnModel }
  | { readonly kind: 'computed'; readonly alias: string; readonly name: string }
  | {
      readonly kind: 'object';
      readonly alias: string;
      readonly relationship: RelationshipModel;
      readonly fields: readonly FieldModel[];
    }
  | {
      readonly kind: 'array';
      readonly alias: string;
      readonly relationship: RelationshipModel;
      readonly args: ArgsModel;
      readonly fields: readonly FieldModel[];
    }
  | {
      readonly kind: 'aggregate';
      readonly alias: string;
      readonly relationship: RelationshipModel;
      readonly args: ArgsModel;
      readonly aggregate: AggregateModel;
    };

export type AggregateFunction = 'sum' | 'avg' | 'max' | 'min';

export interface AggregateModel {
  readonly count: boolean;
  readonly countOf: { readonly column: ColumnModel; readonly distinct: boolean } | undefined;
  readonly numbers: readonly { readonly function: AggregateFunction; readonly column: ColumnModel }[];
  readonly nodes: readonly FieldModel[] | undefined;
}

export interface SourceModel {
  readonly relation: RelationModel;
  /** Rows of the finder function instead of the table; undefined leaves its argument to the default. */
  readonly finder: { readonly floor: number | undefined } | undefined;
}

export type RootModel =
  | {
      readonly kind: 'list';
      readonly source: SourceModel;
      readonly args: ArgsModel;
      readonly fields: readonly FieldModel[];
    }
  | {
      readonly kind: 'aggregate';
      readonly source: SourceModel;
      readonly args: ArgsModel;
      readonly aggregate: AggregateModel;
    }
  | {
      readonly kind: 'by key';
      readonly source: SourceModel;
      readonly key: Readonly<Record<string, number>>;
      readonly fields: readonly FieldModel[];
    };

export interface QueryModel {
  readonly caller: CallerModel;
  readonly roots: readonly RootModel[];
  /** Compared values travel as variables, not as literals. */
  readonly variables: boolean;
}
