/** Names of columns and relations, JSON paths below them, and the small signs that all rules share. */
import type { Field, JsonStep } from './ast.ts';
import {
  after,
  anyCharacter,
  attempt,
  before,
  between,
  char,
  digit,
  either,
  endOfInput,
  label,
  letter,
  lookAhead,
  many,
  many1,
  map,
  noneOf,
  notFollowedBy,
  oneOf,
  type Parser,
  separated1,
  sequence,
  succeed,
  text,
} from './parser.ts';

const joined = (characters: readonly string[]): string => characters.join('');

export const blanks: Parser<unknown> = many(oneOf(' \t'));

export function lexeme<T>(parser: Parser<T>): Parser<T> {
  return between(blanks, blanks, parser);
}

export const delimiter: Parser<string> = label(char('.'), 'delimiter (.)');

export const quoted: Parser<string> = map(
  between(char('"'), char('"'), many(either(noneOf('\\"'), after(char('\\'), anyCharacter)))),
  joined,
);

export const identifierText: Parser<string> = map(many1(either(letter, digit, oneOf('_ $'))), (characters) =>
  joined(characters).trim(),
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
  either(quoted, withDashes(map(many1(noneOf('(-:.,>)')), (characters) => joined(characters).trim()))),
  'any non reserved character different from: .,>()',
);

export const ends = (...signs: readonly string[]): Parser<unknown> =>
  either<unknown>(...signs.map((sign) => attempt(lookAhead(text(sign)))), attempt(endOfInput));

const jsonIndex: Parser<string> = before(
  sequence<[string, string[]], string>(
    [either(char('-'), succeed('+')), many1(digit)],
    (sign, digits) => sign + digits.join(''),
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
