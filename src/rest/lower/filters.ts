/** Filters and trees of them → predicates. */
import { builtInType } from '../../data/catalog/built-in-types.ts';
import type { Operand, Operator, Predicate, Value } from '../../data/plan/expression.ts';
import { TEXT_QUERIES, Variable } from '../../data/plan/expression.ts';
import {
  type Filter,
  FULL_TEXT_OPERATORS,
  type LogicTree,
  type Operation,
  type QuantifiedOperator,
  type SimpleOperator,
} from '../grammar/ast.ts';
import { columnNamed, fieldOperand, type Rows, type Scope } from './fields.ts';

const SIMPLE: Readonly<Record<SimpleOperator, Operator>> = {
  neq: '<>',
  cs: '@>',
  cd: '<@',
  ov: '&&',
  sl: '<<',
  sr: '>>',
  nxr: '&<',
  nxl: '&>',
  adj: '-|-',
};

const QUANTIFIED: Readonly<Record<QuantifiedOperator, Operator>> = {
  eq: '=',
  gte: '>=',
  gt: '>',
  lte: '<=',
  lt: '<',
  like: '~~',
  ilike: '~~*',
  match: '~',
  imatch: '~*',
};

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

type MakeValue = (given: string | readonly string[]) => Value;

function operationPredicate(operand: Operand, operation: Operation, value: MakeValue): Predicate {
  switch (operation.kind) {
    case 'simple':
      return {
        kind: 'compare',
        operand,
        operator: SIMPLE[operation.operator],
        value: value(operation.value),
      };
    case 'quantified': {
      const { operator, quantifier } = operation;
      const isPattern = operator === 'like' || operator === 'ilike';
      const given = isPattern ? operation.value.replaceAll('*', '%') : operation.value;
      return { kind: 'compare', operand, operator: QUANTIFIED[operator], quantifier, value: value(given) };
    }
    case 'in': {
      const { values } = operation;
      const isEmpty = values.length === 1 && values[0] === '';
      return {
        kind: 'compare',
        operand,
        operator: '=',
        quantifier: 'any',
        value: value(isEmpty ? [] : values),
      };
    }
    case 'is':
      if (operation.value === 'null' || operation.value === 'not_null')
        return { kind: 'null', operand, isNull: operation.value === 'null' };
      return { kind: 'truth', operand, is: operation.value };
    case 'distinct':
      return { kind: 'distinct', operand, value: value(operation.value) };
    case 'full text':
      return {
        kind: 'text search',
        operand,
        query: TEXT_QUERIES[FULL_TEXT_OPERATORS.indexOf(operation.operator)]!,
        config: operation.config,
        value: value(operation.value),
      };
  }
}

function negatedIf(negated: boolean, predicate: Predicate): Predicate {
  return negated ? { kind: 'not', predicate } : predicate;
}

function textOf(given: string | readonly string[]): string | readonly string[] {
  return typeof given === 'string' ? withoutNul(given) : given.map(withoutNul);
}

/** PostgreSQL's text cannot hold it. */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}
