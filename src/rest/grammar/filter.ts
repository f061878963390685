/** `column=eq.1`, `or=(a.eq.1,not.and(…))`: operations and the trees that they stand in. */
import {
  type Field,
  type Filter,
  FULL_TEXT_OPERATORS,
  type FullTextOperator,
  type LogicTree,
  type Operation,
  QUANTIFIED_OPERATORS,
  type QuantifiedOperator,
  SIMPLE_OPERATORS,
  type SimpleOperator,
} from './ast.ts';
import { delimiter, field, fieldName, identifierText, lexeme, quoted } from './name.ts';
import {
  after,
  attempt,
  before,
  between,
  char,
  characters,
  either,
  label,
  lazy,
  map,
  noneOf,
  notFollowedBy,
  optional,
  type Parser,
  separated1,
  sequence,
  succeed,
  text,
} from './parser.ts';

const oneOfWords = <T extends string>(words: readonly T[]): Parser<T> =>
  either<T>(...words.map((word) => attempt(map(text(word), () => word))));

const negation: Parser<boolean> = either(
  attempt(map(after(text('not'), delimiter), () => true)),
  succeed(false),
);

export const singleValue: Parser<string> = characters(() => true, [], 0);

const listEnds = notFollowedBy(noneOf(',)'));
const untilComma: Parser<string> = characters((one) => one !== ',' && one !== ')', [], 0);
const listElement: Parser<string> = either(attempt(before(quoted, listEnds)), untilComma);
export const listValue: Parser<string[]> = sequence<[string, string[], string], string[]>(
  [lexeme(char('(')), separated1(listElement, char(',')), lexeme(char(')'))],
  (_, elements) => elements,
);

type IsValue = Extract<Operation, { kind: 'is' }>['value'];

const anyCase = (word: string): Parser<string> =>
  sequence<string[], string>(
    [...word].map((one) => either(char(one), char(one.toUpperCase()))),
    () => word,
  );

const isValue: Parser<IsValue> = label(
  either<IsValue>(
    ...(['null', 'not_null', 'true', 'false', 'unknown'] as const).map((word) =>
      attempt(map(anyCase(word), () => word)),
    ),
  ),
  'isVal: (null, not_null, true, false, unknown)',
);

const quantifier: Parser<'any' | 'all' | undefined> = optional(
  attempt(
    between(
      char('('),
      char(')'),
      either<'any' | 'all'>(
        map(attempt(text('any')), () => 'any'),
        map(text('all'), () => 'all'),
      ),
    ),
  ),
);

const word = (name: string): Parser<unknown> => attempt(after(text(name), delimiter));

/** What follows the column: an optional `not.`, an operator, a value that ends where the caller says. */
export function operation(
  value: Parser<string>,
): Parser<{ readonly negated: boolean; readonly operation: Operation }> {
  const fullText = sequence<[FullTextOperator, string | undefined, unknown, string], Operation>(
    [
      oneOfWords(FULL_TEXT_OPERATORS),
      optional(attempt(between(char('('), char(')'), identifierText))),
      delimiter,
      value,
    ],
    (operator, config, _, of) => ({ kind: 'full text', operator, config, value: of }),
  );
  const simple = sequence<[SimpleOperator, unknown, string], Operation>(
    [label(oneOfWords(SIMPLE_OPERATORS), 'unknown single value operator'), delimiter, value],
    (operator, _, of) => ({ kind: 'simple', operator, value: of }),
  );
  const quantified = sequence<[QuantifiedOperator, 'any' | 'all' | undefined, unknown, string], Operation>(
    [label(oneOfWords(QUANTIFIED_OPERATORS), 'unknown single value operator'), quantifier, delimiter, value],
    (operator, of, _, given) => ({ kind: 'quantified', operator, quantifier: of, value: given }),
  );
  return sequence(
    [
      negation,
      label(
        either<Operation>(
          map(after(word('in'), listValue), (values) => ({ kind: 'in', values })),
          map(after(word('is'), isValue), (of) => ({ kind: 'is', value: of })),
          map(after(word('isdistinct'), value), (of) => ({ kind: 'distinct', value: of })),
          attempt(fullText),
          attempt(simple),
          attempt(quantified),
        ),
        'operator (eq, gt, ...)',
      ),
    ],
    (negated, of) => ({ negated, operation: of }),
  );
}

/** Inside of a tree a value ends at the comma, unless it is quoted or an array. */
const arrayText: Parser<string> = sequence<[string, string, string], string>(
  [text('{'), characters((one) => one !== '{' && one !== '}', [], 0), text('}')],
  (_, inside) => `{${inside}}`,
);
const valueInTree: Parser<string> = either(attempt(before(quoted, listEnds)), attempt(arrayText), untilComma);

type Operated = { readonly negated: boolean; readonly operation: Operation };

const filterInTree: Parser<Filter> = sequence<[Field, unknown, Operated], Filter>(
  [field, delimiter, operation(valueInTree)],
  (of, _, operated) => ({ kind: 'filter', field: of, ...operated }),
);

const treeOperator: Parser<'and' | 'or'> = label(
  either<'and' | 'or'>(
    map(attempt(text('and')), () => 'and'),
    map(text('or'), () => 'or'),
  ),
  'logic operator (and, or)',
);

const children: Parser<LogicTree[]> = sequence<[string, LogicTree[], string], LogicTree[]>(
  [
    lexeme(char('(')),
    separated1(
      lazy(() => logicTree),
      lexeme(char(',')),
    ),
    lexeme(char(')')),
  ],
  (_, trees) => trees,
);

export const logicTree: Parser<LogicTree> = either<LogicTree>(
  attempt(filterInTree),
  sequence<[boolean, 'and' | 'or', LogicTree[]], LogicTree>(
    [label(negation, 'negation operator (not)'), treeOperator, children],
    (negated, kind, trees) => ({ kind, negated, children: trees }),
  ),
);

/** `relation.not.or`: the path, and the operator as it begins a tree. */
export const logicPath: Parser<{ readonly path: string[]; readonly operator: string }> = map(
  separated1(fieldName, delimiter),
  (names) => {
    const operator = names.at(-1) ?? '';
    return {
      path: names.slice(0, -1).filter((name) => name !== 'not'),
      operator: names.includes('not') ? `not.${operator}` : operator,
    };
  },
);
