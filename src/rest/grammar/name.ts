/** Names of columns and relations, JSON paths below them, and the small signs that all rules share. */
import type { Field, JsonStep } from './ast.ts';
import {
  after,
  anyCharacter,
  attempt,
  before,
  between,
  char,
  characters,
  either,
  endOfInput,
  isDigit,
  isLetter,
  label,
  lookAhead,
  many,
  map,
  noneOf,
  notFollowedBy,
  type Parser,
  separated1,
  sequence,
  succeed,
  text,
} from './parser.ts';

export const blanks: Parser<string> = characters((one) => one === ' ' || one === '\t', [], 0);

export function lexeme<T>(parser: Parser<T>): Parser<T> {
  return between(blanks, blanks, parser);
}

export const delimiter: Parser<string> = label(char('.'), 'delimiter (.)');

export const quoted: Parser<string> = map(
  between(char('"'), char('"'), many(either(noneOf('\\"'), after(char('\\'), anyCharacter)))),
  (found) => found.join(''),
);

const isNameCharacter = (one: string) =>
  isLetter(one) || isDigit(one) || one === '_' || one === ' ' || one === '$';

export const identifierText: Parser<string> = map(
  characters(isNameCharacter, ['letter', 'digit'], 1),
  (name) => name.trim(),
);

/** A dash belongs to the name unless it is the beginning of an arrow. */
const dash = attempt(before(char('-'), notFollowedBy(char('>'))));

const withDashes = (part: Parser<string>): Parser<string> =>
  map(separated1(part, dash), (parts) => parts.join('-'));

export const fieldName: Parser<string> = label(
  either(quoted, withDashes(identifierText)),
  'field name (* or [a..z0..9_$])',
);

const jsonKey: Parser<string> = label(
  either(
    quoted,
    withDashes(
      map(
        characters((one) => !'(-:.,>)'.includes(one), [], 1),
        (key) => key.trim(),
      ),
    ),
  ),
  'any non reserved character different from: .,>()',
);

export const ends = (...signs: readonly string[]): Parser<unknown> =>
  either<unknown>(...signs.map((sign) => attempt(lookAhead(text(sign)))), attempt(endOfInput));

const jsonIndex: Parser<string> = before(
  sequence<[string, string], string>(
    [either(char('-'), succeed('+')), characters(isDigit, ['digit'], 1)],
    (sign, digits) => sign + digits,
  ),
  ends('->', '::', '.', ','),
);

const arrow: Parser<boolean> = either(
  map(attempt(text('->>')), () => true),
  map(attempt(text('->')), () => false),
);

export const jsonPath: Parser<JsonStep[]> = many(
  sequence<[boolean, Omit<JsonStep, 'asText'>], JsonStep>(
    [
      arrow,
      either<Omit<JsonStep, 'asText'>>(
        attempt(map(jsonIndex, (index) => ({ kind: 'index', text: index }))),
        attempt(map(jsonKey, (key) => ({ kind: 'key', text: key }))),
      ),
    ],
    (asText, step) => ({ ...step, asText }),
  ),
);

export const field: Parser<Field> = lexeme(
  sequence<[string, JsonStep[]], Field>([fieldName, jsonPath], (name, path) => ({ name, path })),
);

/** `name.name->path`: what a filter's parameter is called. */
export const treePath: Parser<readonly [string[], Field]> = sequence<
  [string[], JsonStep[]],
  readonly [string[], Field]
>([separated1(fieldName, delimiter), jsonPath], (names, path) => [
  names.slice(0, -1),
  { name: names.at(-1) ?? '', path },
]);

export const columnNames: Parser<string[]> = separated1(fieldName, lexeme(char(',')));
