/**
 * The scalars: one per PostgreSQL type name. Input is lenient, as the database is the one that reads it: any of them takes a
 * string or a number. What comes out is what PostgreSQL printed.
 */
import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { Variable } from '../data/plan/plan.ts';

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
        : scalar(name, (value) => parseLenient(name, value), undefined);
  }
}

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
