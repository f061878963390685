/**
 * The part of a query string that shapes a plan, and the values that do not: `id=eq.1` and `id=eq.2` are one plan. Reading it costs
 * little, so that a request seen before in another guise needs no grammar.
 */
import { QUANTIFIED_OPERATORS, SIMPLE_OPERATORS } from './grammar/ast.ts';
import { listValue } from './grammar/filter.ts';
import { parse } from './grammar/parser.ts';
import { withoutNul } from './grammar/predicate.ts';
import { isReserved } from './grammar/query.ts';
import { decode, rawParts } from './query-string.ts';

export interface QueryShape {
  /** Equal for requests of one plan. */
  readonly key: string;
  /** What stands in the slots, in order. */
  readonly values: readonly (string | readonly string[])[];
  /** Decoded pairs, those whose value has a slot with its name. */
  readonly pairs: readonly SlottedPair[];
}

export type SlottedPair = readonly [name: string, value: string | undefined, slot: string | undefined];

/** Operators whose value is text up to the end: anything can follow them. */
const OPEN_ENDED = new Set<string>([...SIMPLE_OPERATORS, ...QUANTIFIED_OPERATORS, 'isdistinct']);
const PATTERNS = new Set(['like', 'ilike']);

export function shapeOf(url: string): QueryShape {
  const values: (string | readonly string[])[] = [];
  const pairs: SlottedPair[] = [];
  let key = '';
  for (const part of rawParts(url)) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    const raw = equals < 0 ? undefined : part.slice(equals + 1);
    const slotted = raw === undefined || mayBeOther(name) ? undefined : slottedValue(raw);
    if (slotted) {
      pairs.push([name, decode(raw ?? ''), `s${values.length}`]);
      values.push(slotted.value);
      key += `${name}=${slotted.prefix}&`;
    } else {
      pairs.push([decode(name), raw === undefined ? undefined : decode(raw), undefined]);
      key += `${part}&`;
    }
  }
  return { key, values, pairs };
}

/** A name that must be decoded is rare and may turn out to be a reserved one. */
function mayBeOther(name: string): boolean {
  return name.includes('%') || name.includes('+') || isReserved(name);
}

interface Slotted {
  readonly prefix: string;
  readonly value: string | readonly string[];
}

function slottedValue(raw: string): Slotted | undefined {
  const negated = raw.startsWith('not.') ? 4 : 0;
  const dot = raw.indexOf('.', negated);
  if (dot < 0) return undefined;
  const operator = raw.slice(negated, dot);
  const prefix = raw.slice(0, dot + 1);
  if (operator === 'in') return slottedList(prefix, decode(raw.slice(dot + 1)));
  if (!OPEN_ENDED.has(operator)) return undefined;
  const text = withoutNul(decode(raw.slice(dot + 1)));
  return { prefix, value: PATTERNS.has(operator) ? text.replaceAll('*', '%') : text };
}

function slottedList(prefix: string, text: string): Slotted | undefined {
  const list = parse(listValue, text);
  if ('unreadable' in list) return undefined;
  const isEmpty = list.value.length === 1 && list.value[0] === '';
  return { prefix, value: isEmpty ? [] : list.value.map(withoutNul) };
}
