/**
 * The scalars: one per PostgreSQL type name. Input is lenient, as the database is the one that reads it: any of them takes a
 * string or a number. What comes out is what PostgreSQL printed.
 */
import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { Variable } from '../data/plan/expression.ts';

const MIN_INT = -2147483648;
const MAX_INT = 2147483647;

/** Types of any JSON: objects and lists are values, not selections. */
const JSON_SCALARS = new Set(['json', 'jsonb']);

export function createScalar(name: string): GraphQLScalarType {
  switch (name) {
    case 'Int':
      return scalar(name, parseInt32, '32-bit signed integer');
    case 'Float':
      return scalar(name, parseFloat64, 'double or single precision number');
    case 'Boolean':
      return scalar(name, parseBoolean, 'true or false');
    case 'String':
      return scalar(name, parseString, 'text');
    default:
      return JSON_SCALARS.has(name)
        ? scalar(name, (value) => value, 'any JSON value')
        : scalar(name, checked(name), undefined);
  }
}

/** Values of some types are read here already, so that what PostgreSQL could not read is told with its place. */
function checked(name: string): (value: unknown) => unknown {
  const check = FORMATS[name];
  if (!check) return (value) => parseLenient(name, value);
  return (value) => {
    const parsed = parseLenient(name, value);
    const text = rawText(parsed) ?? (typeof parsed === 'object' ? undefined : String(parsed));
    if (text === undefined || isArrayLiteral(parsed) || check(text.trim())) return parsed;
    throw new GraphQLError(`invalid input for type '${name}': ${JSON.stringify(text.slice(0, 100))}`, {
      extensions: { code: 'parse-failed' },
    });
  };
}

const MIN_BIGINT = -(2n ** 63n);
const MAX_BIGINT = 2n ** 63n - 1n;

function isIntegerBetween(min: bigint, max: bigint): (text: string) => boolean {
  return (text) =>
    // From PostgreSQL 16 on it reads other bases, and digits in groups.
    /^[-+]?(0[xob][\da-f_]+|\d+(_\d+)+)$/i.test(text) ||
    (/^[-+]?\d{1,40}$/.test(text) && BigInt(text) >= min && BigInt(text) <= max);
}

function isNumber(text: string): boolean {
  return /^[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) || /^([-+]?inf(inity)?|nan)$/i.test(text);
}

/** What PostgreSQL's many ways of writing a date have in common; a date that begins with its year is looked at closely. */
function isDate(text: string): boolean {
  if (/^(epoch|[-+]?infinity|now|today|tomorrow|yesterday)(\s|$)/i.test(text)) return true;
  const [, month, day] = /^\d{4,}-(\d\d?)(?:-(\d\d?))?(?:$|[\sTt])/.exec(text) ?? [];
  if (month !== undefined && (Number(month) > 12 || Number(month) < 1)) return false;
  if (day !== undefined && (Number(day) > 31 || Number(day) < 1)) return false;
  return /\d/.test(text);
}

function isTime(text: string): boolean {
  return /^(now|allballs)$/i.test(text) || /\d/.test(text);
}

/** Text that each of these types could read, as far as that can be said without the database. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  smallint: isIntegerBetween(-32768n, 32767n),
  bigint: isIntegerBetween(MIN_BIGINT, MAX_BIGINT),
  float8: isNumber,
  numeric: isNumber,
  uuid: (text) => /^\{?([0-9a-f]{4}-?){8}\}?$/i.test(text),
  date: isDate,
  timestamp: isDate,
  timestamptz: isDate,
  time: isTime,
  timetz: isTime,
};

function scalar(
  name: string,
  parse: (value: unknown) => unknown,
  description: string | undefined,
): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    ...(description === undefined ? {} : { description }),
    serialize: (value) => value,
    parseValue: parse,
    parseLiteral: (node) => {
      try {
        return parse(literalValue(node));
      } catch (error) {
        // An error of a literal is reported as it is: it has to say itself where it stands.
        if (!(error instanceof GraphQLError)) throw error;
        throw new GraphQLError(error.message, { nodes: node, extensions: error.extensions });
      }
    },
  });
}

/**
 * The value of a literal; numbers that a double cannot hold stay text. Variables inside (of a JSON value) become Variable
 * marks, for the statement to bind.
 */
export function literalValue(node: ValueNode): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
      return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : rawNumber(node.value);
    case Kind.FLOAT:
      return String(Number(node.value)) === node.value ? Number(node.value) : rawNumber(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.VARIABLE:
      return new Variable(node.name.value);
    case Kind.LIST:
      return node.values.map(literalValue);
    case Kind.OBJECT: {
      const object: Record<string, unknown> = {};
      for (const field of node.fields)
        Object.defineProperty(object, field.name.value, {
          value: literalValue(field.value),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      return object;
    }
    default:
      throw new GraphQLError(`cannot read ${print(node)}`);
  }
}

/** A number that keeps its text, in JSON as in SQL. */
export function rawNumber(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}

function rawText(value: unknown): string | undefined {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value)
    ? (value as { rawJSON: string }).rawJSON
    : undefined;
}

/** An array may come as PostgreSQL's own literal, and a list of one is written like its item. */
function isArrayLiteral(value: unknown): boolean {
  return typeof value === 'string' && /^\s*\{.*\}\s*$/s.test(value);
}

function parseInt32(value: unknown): unknown {
  if (isArrayLiteral(value)) return value;
  const number =
    typeof value === 'string' && /^\s*[-+]?\d+\s*$/.test(value) ? Number(value) : (rawText(value) ?? value);
  if (typeof number === 'number' && Number.isInteger(number) && number >= MIN_INT && number <= MAX_INT)
    return number;
  throw new GraphQLError(`expected a 32-bit integer for type 'Int', but found ${describe(value)}`, {
    extensions: { code: 'parse-failed' },
  });
}

function parseFloat64(value: unknown): unknown {
  if (isArrayLiteral(value)) return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && !Number.isNaN(number)) return typeof value === 'string' ? value : number;
  if (typeof value === 'string' && /^nan$/i.test(value.trim())) return value;
  if (rawText(value) !== undefined) return value;
  throw new GraphQLError(`expected a number for type 'Float', but found ${describe(value)}`, {
    extensions: { code: 'parse-failed' },
  });
}

const BOOLEAN_TEXTS = new Set(['true', 'false', 't', 'f', 'yes', 'no', 'on', 'off']);

function parseBoolean(value: unknown): unknown {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && (BOOLEAN_TEXTS.has(value.toLowerCase()) || isArrayLiteral(value)))
    return value;
  throw new GraphQLError(`expected a boolean for type 'Boolean', but found ${describe(value)}`);
}

function parseString(value: unknown): unknown {
  if (typeof value === 'string') return value;
  throw new GraphQLError(`expected a string for type 'String', but found ${describe(value)}`);
}

function parseLenient(name: string, value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  // Composite values may be written as objects, ranges and the like as text.
  if (typeof value === 'object' && value !== null) return value;
  throw new GraphQLError(`expected a string or number for type '${name}', but found ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  const text = rawText(value);
  if (text !== undefined) return `the number ${text}`;
  switch (typeof value) {
    case 'string':
      return 'a string';
    case 'number':
      return Number.isInteger(value) ? 'an integer' : 'a number';
    case 'boolean':
      return 'a boolean';
    default:
      return 'an object';
  }
}
