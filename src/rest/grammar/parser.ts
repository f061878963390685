/**
 * Parser combinators whose errors speak as PostgREST's do: which character was unexpected, what was expected there, and at which
 * column. For that the rules of its parser library (Parsec) are kept: a parser that fails after it has consumed input is not
 * followed by its alternative unless `attempt` says so, and the errors of what was tried at the furthest position are merged.
 */

type MessageKind = 0 | 1 | 2;
/** Unexpected by a primitive, unexpected by a rule, expected: in this order they are told. */
const SYSTEM_UNEXPECTED = 0;
const UNEXPECTED = 1;
const EXPECTED = 2;

interface Message {
  readonly kind: MessageKind;
  readonly text: string;
}

/** Undefined: nothing is known of what could have stood there. */
type ParseError = { readonly at: number; readonly messages: readonly Message[] } | undefined;

export type Reply<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** Where the input goes on. */
      readonly at: number;
      readonly consumed: boolean;
      readonly error: ParseError;
    }
  | { readonly ok: false; readonly consumed: boolean; readonly error: ParseError };

/** `input` is a list of characters (code points), `at` where to begin. */
export type Parser<T> = (input: readonly string[], at: number) => Reply<T>;

function merge(first: ParseError, second: ParseError): ParseError {
  if (!second || second.messages.length === 0) return first ?? second;
  if (!first || first.messages.length === 0) return second;
  if (first.at !== second.at) return first.at > second.at ? first : second;
  return { at: first.at, messages: [...first.messages, ...second.messages] };
}

export function succeed<T>(value: T): Parser<T> {
  return (_input, at) => ({ ok: true, value, at, consumed: false, error: undefined });
}

/** Fails without a word. */
export const nothing: Parser<never> = () => ({ ok: false, consumed: false, error: undefined });

export function satisfy(accepts: (character: string) => boolean): Parser<string> {
  return (input, at) => {
    const character = input[at];
    if (character !== undefined && accepts(character))
      return { ok: true, value: character, at: at + 1, consumed: true, error: undefined };
    const text = character === undefined ? '' : showText(character);
    return {
      ok: false,
      consumed: false,
      error: { at, messages: [{ kind: SYSTEM_UNEXPECTED, text }] },
    };
  };
}

/** What is told instead of the details, where nothing was consumed. */
export function label<T>(parser: Parser<T>, text: string): Parser<T> {
  const named = (error: { readonly at: number; readonly messages: readonly Message[] }): ParseError => ({
    at: error.at,
    messages: [{ kind: EXPECTED, text }, ...error.messages.filter(({ kind }) => kind !== EXPECTED)],
  });
  return (input, at) => {
    const reply = parser(input, at);
    if (reply.consumed) return reply;
    if (reply.ok) return reply.error ? { ...reply, error: named(reply.error) } : reply;
    return { ...reply, error: named(reply.error ?? { at, messages: [] }) };
  };
}

export function char(character: string): Parser<string> {
  return label(
    satisfy((one) => one === character),
    showText(character),
  );
}

export function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
export const anyCharacter: Parser<string> = satisfy(() => true);

export function noneOf(characters: string): Parser<string> {
  return satisfy((one) => !characters.includes(one));
}

/** The error of a text stands at its beginning, wherever in it the difference is. */
export function text(expected: string): Parser<string> {
  const wanted = [...expected];
  const told: Message = { kind: EXPECTED, text: showText(expected) };
  return (input, at) => {
    for (let index = 0; index < wanted.length; index++) {
      const character = input[at + index];
      if (character === wanted[index]) continue;
      const found = character === undefined ? '' : showText(character);
      const messages = [told, { kind: SYSTEM_UNEXPECTED, text: found } as const];
      return { ok: false, consumed: index > 0, error: { at, messages } };
    }
    return { ok: true, value: expected, at: at + wanted.length, consumed: true, error: undefined };
  };
}

/** As many as are accepted, as one text: what `many` and `many1` of a character say of the place where it ends, without their steps. */
export function characters(
  accepts: (character: string) => boolean,
  expected: readonly string[],
  atLeast: 0 | 1,
): Parser<string> {
  const told = expected.map((one): Message => ({ kind: EXPECTED, text: one }));
  return (input, start) => {
    let at = start;
    let value = '';
    for (let character = input[at]; character !== undefined && accepts(character); character = input[at]) {
      value += character;
      at += 1;
    }
    const next = input[at];
    const found: Message = { kind: SYSTEM_UNEXPECTED, text: next === undefined ? '' : showText(next) };
    const error = { at, messages: [...told, found] };
    if (at - start < atLeast) return { ok: false, consumed: false, error };
    return { ok: true, value, at, consumed: at > start, error };
  };
}

export function chain<A, B>(first: Parser<A>, next: (value: A) => Parser<B>): Parser<B> {
  return (input, at) => {
    const before = first(input, at);
    if (!before.ok) return before;
    const after = next(before.value)(input, before.at);
    if (after.consumed) return after;
    const error = merge(before.error, after.error);
    return { ...after, consumed: before.consumed, error };
  };
}

/** All in order, then the function of their values. */
export function sequence<T extends readonly unknown[], R>(
  parsers: { readonly [K in keyof T]: Parser<T[K]> },
  build: (...values: T) => R,
): Parser<R> {
  return (input, start) => {
    const values: unknown[] = [];
    let at = start;
    let consumed = false;
    let error: ParseError;
    for (const parser of parsers) {
      const reply = (parser as Parser<unknown>)(input, at);
      if (reply.consumed) {
        consumed = true;
        error = reply.error;
      } else error = merge(error, reply.error);
      if (!reply.ok) return { ok: false, consumed, error };
      values.push(reply.value);
      at = reply.at;
    }
    return { ok: true, value: build(...(values as unknown as T)), at, consumed, error };
  };
}

export function map<A, B>(parser: Parser<A>, build: (value: A) => B): Parser<B> {
  return sequence<[A], B>([parser], build);
}

/** The first that succeeds; one that has consumed input has the last word. */
export function either<T>(...parsers: readonly Parser<T>[]): Parser<T> {
  return (input, at) => {
    let error: ParseError;
    for (const parser of parsers) {
      const reply = parser(input, at);
      if (reply.consumed) return reply;
      error = merge(error, reply.error);
      if (reply.ok) return { ...reply, error };
    }
    return { ok: false, consumed: false, error };
  };
}

/** A failure of it has consumed nothing. */
export function attempt<T>(parser: Parser<T>): Parser<T> {
  return (input, at) => {
    const reply = parser(input, at);
    return reply.ok ? reply : { ...reply, consumed: false };
  };
}

export function lookAhead<T>(parser: Parser<T>): Parser<T> {
  return (input, at) => {
    const reply = parser(input, at);
    return reply.ok ? { ...reply, at, consumed: false, error: undefined } : reply;
  };
}

export function notFollowedBy(parser: Parser<string>): Parser<undefined> {
  return (input, at) => {
    const reply = parser(input, at);
    if (!reply.ok) return { ok: true, value: undefined, at, consumed: false, error: undefined };
    const messages = [{ kind: UNEXPECTED, text: showCharacter(reply.value) } as const];
    return { ok: false, consumed: false, error: { at: reply.at, messages } };
  };
}

export const endOfInput: Parser<undefined> = label((input, at) => {
  const character = input[at];
  if (character === undefined) return { ok: true, value: undefined, at, consumed: false, error: undefined };
  const messages = [{ kind: UNEXPECTED, text: showCharacter(character) } as const];
  return { ok: false, consumed: false, error: { at, messages } };
}, 'end of input');

export function many<T>(parser: Parser<T>): Parser<T[]> {
  return (input, start) => {
    const value: T[] = [];
    let at = start;
    for (;;) {
      const reply = parser(input, at);
      if (!reply.ok) {
        if (reply.consumed) return reply;
        return { ok: true, value, at, consumed: at > start, error: reply.error };
      }
      // What consumes nothing would be found for ever.
      if (!reply.consumed) return { ok: true, value, at, consumed: at > start, error: reply.error };
      value.push(reply.value);
      at = reply.at;
    }
  };
}

export function many1<T>(parser: Parser<T>): Parser<T[]> {
  return sequence<[T, T[]], T[]>([parser, many(parser)], (first, rest) => [first, ...rest]);
}

export function separated1<T>(parser: Parser<T>, separator: Parser<unknown>): Parser<T[]> {
  const next = sequence<[unknown, T], T>([separator, parser], (_, value) => value);
  return sequence<[T, T[]], T[]>([parser, many(next)], (first, rest) => [first, ...rest]);
}

export function separated<T>(parser: Parser<T>, separator: Parser<unknown>): Parser<T[]> {
  return either(separated1(parser, separator), succeed<T[]>([]));
}

export function optional<T>(parser: Parser<T>): Parser<T | undefined> {
  return either<T | undefined>(parser, succeed(undefined));
}

export function between<T>(open: Parser<unknown>, close: Parser<unknown>, parser: Parser<T>): Parser<T> {
  return sequence<[unknown, T, unknown], T>([open, parser, close], (_, value) => value);
}

/** `first` with what must follow it and means nothing. */
export function before<T>(first: Parser<T>, second: Parser<unknown>): Parser<T> {
  return sequence<[T, unknown], T>([first, second], (value) => value);
}

export function after<T>(first: Parser<unknown>, second: Parser<T>): Parser<T> {
  return sequence<[unknown, T], T>([first, second], (_, value) => value);
}

/** A parser that refers to itself. */
export function lazy<T>(make: () => Parser<T>): Parser<T> {
  let made: Parser<T> | undefined;
  return (input, at) => {
    made ??= make();
    return made(input, at);
  };
}

/** Why a text cannot be read. */
export interface Unreadable {
  /** `(line 1, column 4)`. */
  readonly position: string;
  readonly reason: string;
}

/** What follows the end of the parser's own rule is nobody's concern here: the rules say themselves where they end. */
export function parse<T>(
  parser: Parser<T>,
  source: string,
): { readonly value: T } | { readonly unreadable: Unreadable } {
  const input = [...source];
  const reply = parser(input, 0);
  if (reply.ok) return { value: reply.value };
  return {
    unreadable: { position: positionOf(input, reply.error?.at ?? 0), reason: reasonOf(reply.error) },
  };
}

const TAB_WIDTH = 8;

function positionOf(input: readonly string[], at: number): string {
  let line = 1;
  let column = 1;
  for (let index = 0; index < at; index++) {
    if (input[index] === '\n') {
      line += 1;
      column = 1;
    } else if (input[index] === '\t') column += TAB_WIDTH - ((column - 1) % TAB_WIDTH);
    else column += 1;
  }
  return `(line ${line}, column ${column})`;
}

function reasonOf(error: ParseError): string {
  if (!error || error.messages.length === 0) return 'unknown parse error';
  const texts = (wanted: MessageKind) =>
    error.messages.filter(({ kind }) => kind === wanted).map(({ text: one }) => one);
  const unexpected = texts(UNEXPECTED);
  const [system] = texts(SYSTEM_UNEXPECTED);
  const parts: string[] = [];
  if (unexpected.length === 0 && system !== undefined)
    parts.push(`unexpected ${system === '' ? 'end of input' : system}`);
  parts.push(list('unexpected', unexpected), list('expecting', texts(EXPECTED)));
  return parts.filter((part) => part !== '').join(' ');
}

function list(word: string, texts: readonly string[]): string {
  const different = [...new Set(texts)].filter((one) => one !== '');
  const last = different.pop();
  if (last === undefined) return '';
  return different.length === 0 ? `${word} ${last}` : `${word} ${different.join(', ')} or ${last}`;
}

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\0': '\\NUL',
};

/** As PostgREST prints a text: in quotes, what is not ASCII by its number. */
function showText(value: string): string {
  return `"${[...value].map(escaped).join('')}"`;
}

function showCharacter(character: string): string {
  if (character === '"') return `'"'`;
  return character === "'" ? `'\\''` : `'${escaped(character)}'`;
}

function escaped(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  return code < 32 || code > 126 ? `\\${code}` : character;
}

export function isLetter(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  return /^\p{L}$/u.test(character);
}
