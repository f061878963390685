/**
 * The body of a request that writes or calls. It travels to PostgreSQL as the text it came as; here it is only read as far as the
 * statement's shape needs: which keys it has.
 */
import { parseCsv } from '../lib/csv.ts';
import { isDeeperThan } from '../lib/json-depth.ts';
import { RestError } from './errors.ts';

export type Payload =
  /** JSON text for json_to_recordset: an object or a list of objects. */
  | {
      readonly kind: 'json';
      readonly text: string;
      /** Keys that all its objects have, sorted. */
      readonly keys: readonly string[];
      /** Nothing to write: an empty list, or no object at all. */
      readonly isEmpty: boolean;
    }
  /** Pairs of a form, for the arguments of a function. */
  | { readonly kind: 'form'; readonly pairs: readonly (readonly [name: string, value: string])[] }
  /** For a function with one unnamed parameter. */
  | { readonly kind: 'raw'; readonly text: string };

export interface PayloadInput {
  readonly body: string | undefined;
  /** The bytes as PostgreSQL's bytea input reads them, of `application/octet-stream`. */
  readonly bytes: Buffer | undefined;
  /** The media type without its parameters, in lower case. */
  readonly mediaType: string;
  /** `?columns=`: then the keys of the body are not looked at. */
  readonly columns: readonly string[] | undefined;
  readonly forRoutine: boolean;
}

/** More would exhaust the stack of PostgreSQL's reader. */
const MAX_DEPTH = 1000;

/** Throws PGRST102. */
export function readPayload(input: PayloadInput): Payload {
  const { body = '', bytes, mediaType, columns, forRoutine } = input;
  switch (mediaType) {
    case 'application/json':
      if (isDeeperThan(body, MAX_DEPTH))
        throw new RestError('PGRST102', `The JSON nests deeper than ${MAX_DEPTH} levels`);
      if (columns) return { kind: 'json', text: body, keys: columns, isEmpty: false };
      return jsonPayload(body, forRoutine);
    case 'text/csv':
      return csvPayload(body);
    case 'application/x-www-form-urlencoded':
      return formPayload(body, forRoutine);
    default:
  }
  if (forRoutine) {
    if (mediaType === 'text/plain' || mediaType === 'text/xml') return { kind: 'raw', text: body };
    if (mediaType === 'application/octet-stream')
      return { kind: 'raw', text: `\\x${(bytes ?? Buffer.from(body)).toString('hex')}` };
  }
  throw new RestError('PGRST102', `Content-Type not acceptable: ${mediaType}`);
}

/** A media type without its parameters; a body without one is JSON. */
export function mediaTypeOf(header: string | undefined): string {
  if (header === undefined) return 'application/json';
  const end = header.indexOf(';');
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase() || 'application/json';
}

function jsonPayload(body: string, forRoutine: boolean): Payload {
  if (body === '' && forRoutine) return { kind: 'json', text: '{}', keys: [], isEmpty: false };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new RestError('PGRST102', 'Empty or invalid json');
  }
  if (!Array.isArray(value)) {
    // What is neither an object nor a list holds no row.
    if (!isObject(value)) return NOTHING;
    return { kind: 'json', text: body, keys: Object.keys(value).sort(), isEmpty: false };
  }
  const [first] = value as unknown[];
  if (first === undefined) return NOTHING;
  if (!isObject(first)) throw keysDiffer();
  const keys = Object.keys(first);
  for (const one of value as unknown[]) if (!isObject(one) || !hasExactly(one, keys)) throw keysDiffer();
  return { kind: 'json', text: body, keys: keys.sort(), isEmpty: false };
}

const NOTHING: Payload = Object.freeze({ kind: 'json', text: '[]', keys: [], isEmpty: true });

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasExactly(object: Record<string, unknown>, keys: readonly string[]): boolean {
  return Object.keys(object).length === keys.length && keys.every((key) => Object.hasOwn(object, key));
}

function keysDiffer(): RestError {
  return new RestError('PGRST102', 'All object keys must match');
}

/** The first line names the columns; the word NULL is the null. */
function csvPayload(body: string): Payload {
  const records = parseCsv(body);
  if (records === undefined)
    throw new RestError('PGRST102', 'The CSV cannot be read: a quote is out of place');
  const [header, ...lines] = records;
  if (header === undefined)
    throw new RestError('PGRST102', 'The CSV is empty: its first line names the columns');
  const rows = lines.map((line) => {
    if (line.length !== header.length)
      throw new RestError('PGRST102', 'All lines must have same number of fields');
    return Object.fromEntries(
      header.map((name, index) => [name, line[index] === 'NULL' ? null : line[index]]),
    );
  });
  if (rows.length === 0) return NOTHING;
  return { kind: 'json', text: JSON.stringify(rows), keys: [...new Set(header)].sort(), isEmpty: false };
}

function formPayload(body: string, forRoutine: boolean): Payload {
  const pairs = [...new URLSearchParams(body)];
  if (forRoutine) return { kind: 'form', pairs };
  // Of a name given twice the first counts, as in PostgREST.
  const row = Object.fromEntries([...pairs].reverse());
  return { kind: 'json', text: JSON.stringify(row), keys: Object.keys(row).sort(), isEmpty: false };
}
