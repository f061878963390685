/** Filters and trees of them → predicates. */
import { builtInType } from '../../data/catalog/built-in-types.ts';
import { type Predicate, type Value, Variable } from '../../data/plan/expression.ts';
import type { Filter, LogicTree } from '../grammar/ast.ts';
import { negatedIf, operationPredicate, withoutNul } from '../grammar/predicate.ts';
import { columnNamed, fieldOperand, type Rows, type Scope } from './fields.ts';

/** Whether a filter is about the rows of a relation and not about a column: then it says what it means by itself. */
export type RelationFilter = (name: string, filter: Filter) => Predicate | undefined;

export function treePredicate(
  scope: Scope,
  rows: Rows,
  tree: LogicTree,
  ofRelation: RelationFilter,
): Predicate {
  if (tree.kind !== 'filter') {
    const all = tree.children.map((child) => treePredicate(scope, rows, child, ofRelation));
    return negatedIf(tree.negated, { kind: tree.kind, all });
  }
  const related = tree.field.path.length === 0 ? ofRelation(tree.field.name, tree) : undefined;
  return related ?? filterPredicate(scope, rows, tree);
}

function filterPredicate(scope: Scope, rows: Rows, { field, negated, operation, slot }: Filter): Predicate {
  const operand = fieldOperand(scope, rows, field);
  const column = field.path.length === 0 ? columnNamed(rows.table, field.name) : undefined;
  const representation =
    column?.type.kind === 'domain'
      ? scope.catalog.findRepresentation(builtInType(scope.catalog, 'text'), column.type)
      : undefined;
  const type = builtInType(scope.catalog, 'unknown');
  const value = (given: string | readonly string[]): Value => ({
    value: slot === undefined ? textOf(given) : new Variable(slot),
    type,
    ...(typeof given === 'string' ? {} : { list: true }),
    representation,
  });
  return negatedIf(negated, operationPredicate(operand, operation, value));
}

function textOf(given: string | readonly string[]): string | readonly string[] {
  return typeof given === 'string' ? withoutNul(given) : given.map(withoutNul);
}
