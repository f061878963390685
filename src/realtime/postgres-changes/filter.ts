/** The filter of a subscription, `age=gte.18,name=not.in.(ada,bob)` → a condition on the row. */
import { builtInType } from '../../data/catalog/built-in-types.ts';
import type { Catalog, Column, Table } from '../../data/catalog/catalog.ts';
import type { Predicate } from '../../data/plan/expression.ts';
import { AppError } from '../../errors.ts';
import type { Operation } from '../../rest/grammar/ast.ts';
import { operation } from '../../rest/grammar/filter.ts';
import { fieldName, quoted } from '../../rest/grammar/name.ts';
import {
  attempt,
  before,
  char,
  characters,
  either,
  endOfInput,
  noneOf,
  notFollowedBy,
  type Parser,
  parse,
  separated1,
  sequence,
} from '../../rest/grammar/parser.ts';
import { negatedIf, operationPredicate, withoutNul } from '../../rest/grammar/predicate.ts';

type Term = { readonly name: string; readonly negated: boolean; readonly operation: Operation };

const value: Parser<string> = either(
  attempt(before(quoted, notFollowedBy(noneOf(',')))),
  characters((one) => one !== ',', [], 0),
);
const term: Parser<Term> = sequence<[string, string, { negated: boolean; operation: Operation }], Term>(
  [fieldName, char('='), operation(value)],
  (name, _, rest) => ({ name, ...rest }),
);
const terms: Parser<Term[]> = before(separated1(term, char(',')), endOfInput);

/** Throws AppError. Only columns of `readable` may be asked about. */
export function filterPredicate(
  filter: string,
  table: Table,
  readable: readonly Column[],
  catalog: Catalog,
): Predicate {
  const read = parse(terms, filter);
  if ('unreadable' in read) throw wrong(`the filter cannot be read: ${read.unreadable.reason}`);
  const type = builtInType(catalog, 'unknown');
  const all = read.value.map(({ name, negated, operation: of }) => {
    if (of.kind === 'full text' || (of.kind === 'simple' && of.operator !== 'neq'))
      throw wrong(`the filter has an operator that cannot be used here: ${of.operator}`);
    const column = readable.find((one) => one.name === name);
    if (!column) throw wrong(`${table.name} has no column ${name} that may be read`);
    const operand = { kind: 'column' as const, column };
    const predicate = operationPredicate(operand, of, (given) =>
      typeof given === 'string'
        ? { value: withoutNul(given), type }
        : { value: given.map(withoutNul), type, list: true },
    );
    return negatedIf(negated, predicate);
  });
  return all.length === 1 && all[0] ? all[0] : { kind: 'and', all };
}

function wrong(message: string): AppError {
  return new AppError('validation-failed', message);
}
