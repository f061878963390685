/** What a subscriber to the changes of a table is told, and of which. */
import type { Table } from '../catalog/catalog.ts';
import type { Predicate } from './expression.ts';
import type { Entry, ObjectShape } from './plan.ts';

export interface ChangesPlan {
  readonly kind: 'changes';
  readonly table: Table;
  /** Of the row before, or after. */
  readonly where: Predicate | undefined;
  readonly entries: readonly Entry<ChangePart>[];
  /** How the row before and after is told. Something is asked of both, so that it is known who may see them. */
  readonly old: ObjectShape;
  readonly new: ObjectShape;
  /** From this cursor on. */
  readonly after: string | undefined;
}

export type ChangePart =
  | { readonly kind: 'operation' | 'unknown' | 'committedAt' | 'cursor' }
  | { readonly kind: 'old' | 'new'; readonly shape: ObjectShape }
  | { readonly kind: 'literal'; readonly text: string };
