/** An operation → what it asks of an operand. */
import {
  type Operand,
  type Operator,
  type Predicate,
  TEXT_QUERIES,
  type Value,
} from '../../data/plan/expression.ts';
import { FULL_TEXT_OPERATORS, type Operation, type QuantifiedOperator, type SimpleOperator } from './ast.ts';

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

/** What was given, as a bound value. */
export type MakeValue = (given: string | readonly string[]) => Value;

export function operationPredicate(operand: Operand, operation: Operation, value: MakeValue): Predicate {
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

export function negatedIf(negated: boolean, predicate: Predicate): Predicate {
  return negated ? { kind: 'not', predicate } : predicate;
}

/** PostgreSQL's text cannot hold it. */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}
