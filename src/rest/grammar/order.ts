/** `order=`: `column.desc.nullslast`, `relation(column).asc`. */
import type { Field, OrderTerm } from './ast.ts';
import { delimiter, ends, field, fieldName, lexeme } from './name.ts';
import {
  after,
  attempt,
  before,
  between,
  char,
  either,
  map,
  optional,
  type Parser,
  separated1,
  sequence,
  text,
} from './parser.ts';

const word = <T extends string, R>(name: T, meaning: R): Parser<R> =>
  map(attempt(after(delimiter, text(name))), () => meaning);

const direction = optional(either<'asc' | 'desc'>(word('asc', 'asc'), word('desc', 'desc')));
const end = ends(',');
const nulls = either<'first' | 'last' | undefined>(
  before(optional(either<'first' | 'last'>(word('nullsfirst', 'first'), word('nullslast', 'last'))), end),
  map(end, () => undefined),
);

type Rest = readonly ['asc' | 'desc' | undefined, 'first' | 'last' | undefined];

const rest: Parser<Rest> = sequence<['asc' | 'desc' | undefined, 'first' | 'last' | undefined], Rest>(
  [direction, nulls],
  (...both) => both,
);

const ownTerm: Parser<OrderTerm> = sequence<[Field, Rest], OrderTerm>([field, rest], (of, [dir, at]) => ({
  relation: undefined,
  field: of,
  direction: dir,
  nulls: at,
}));

const relatedTerm: Parser<OrderTerm> = sequence<[string, Field, Rest], OrderTerm>(
  [fieldName, between(char('('), char(')'), field), rest],
  (relation, of, [dir, at]) => ({ relation, field: of, direction: dir, nulls: at }),
);

export const order: Parser<OrderTerm[]> = separated1(
  lexeme(either(attempt(relatedTerm), ownTerm)),
  char(','),
);
