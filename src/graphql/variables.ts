/**
 * The variables of a request, read as their declarations say. graphql-js does the same, three times slower for large inputs, and
 * words the errors: it is asked again where something does not fit.
 */
import {
  type GraphQLError,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isScalarType,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';

const MAX_ERRORS = 10;

/** The variables of a request do not fit their declarations. */
export class VariableErrors extends Error {
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message);
    this.errors = errors;
  }
}

/** Stands for whatever is wrong: what exactly, graphql-js says. */
const MISFIT = Symbol('misfit');

interface Declaration {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** Undefined: there is none. */
  readonly defaultValue: unknown;
}

/** The declarations of one operation, looked up once. */
export class VariableReader {
  readonly #schema: GraphQLSchema;
  readonly #nodes: readonly VariableDefinitionNode[];
  #declarations: readonly Declaration[] | undefined;

  constructor(schema: GraphQLSchema, nodes: readonly VariableDefinitionNode[]) {
    this.#schema = schema;
    this.#nodes = nodes;
  }

  get names(): readonly string[] {
    return this.#nodes.map(({ variable }) => variable.name.value);
  }

  /** Throws VariableErrors. */
  read(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    if (this.#nodes.length === 0) return {};
    this.#declarations ??= this.#declare();
    try {
      return this.#readAll(this.#declarations, given);
    } catch (error) {
      if (error !== MISFIT) throw error;
    }
    const { coerced, errors } = getVariableValues(this.#schema, this.#nodes, given, {
      maxErrors: MAX_ERRORS,
    });
    if (errors) throw new VariableErrors(errors);
    return coerced;
  }

  #declare(): Declaration[] {
    return this.#nodes.map(({ variable, type: node, defaultValue }) => {
      // Validation has let the document pass: these are types of inputs.
      const type = typeFromAST(this.#schema, node as never) as unknown as GraphQLInputType;
      return {
        name: variable.name.value,
        type,
        defaultValue: defaultValue && valueFromAST(defaultValue, type),
      };
    });
  }

  #readAll(
    declarations: readonly Declaration[],
    given: Readonly<Record<string, unknown>>,
  ): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const { name, type, defaultValue } of declarations) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (value !== undefined) values[name] = read(value, type);
      else if (defaultValue !== undefined) values[name] = defaultValue;
      else if (isNonNullType(type)) throw MISFIT;
    }
    return values;
  }
}

function read(value: unknown, type: GraphQLInputType): unknown {
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (value === null || value === undefined) {
    if (nullable !== type) throw MISFIT;
    return null;
  }
  if (isListType(nullable)) return readList(value, nullable.ofType);
  if (isInputObjectType(nullable)) return readObject(value, nullable);
  return readLeaf(value, nullable);
}

function readList(value: unknown, itemType: GraphQLInputType): unknown {
  if (Array.isArray(value)) return value.map((one) => read(one, itemType));
  const plain = isNonNullType(itemType) ? itemType.ofType : itemType;
  // Arrays also come as PostgreSQL's own literal, "{a,b}", in a variable as in the document.
  if (isScalarType(plain) && typeof value === 'string' && value.startsWith('{')) return value;
  return [read(value, itemType)];
}

function readObject(value: unknown, type: GraphQLInputObjectType): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw MISFIT;
  const { fields, special } = fieldsOf(type);
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const field = fields[name];
    if (!field) throw MISFIT;
    const one = (value as Record<string, unknown>)[name];
    if (one !== undefined) result[name] = read(one, field.type);
  }
  for (const { name, defaultValue } of special) {
    if (Object.hasOwn(result, name)) continue;
    if (defaultValue === undefined) throw MISFIT;
    result[name] = defaultValue;
  }
  return result;
}

function readLeaf(value: unknown, type: GraphQLInputType): unknown {
  if (!isLeafType(type)) throw MISFIT;
  try {
    const parsed = type.parseValue(value);
    if (parsed !== undefined) return parsed;
  } catch {
    // Told by graphql-js, with its place.
  }
  throw MISFIT;
}

interface Fields {
  readonly fields: Readonly<Record<string, GraphQLInputField>>;
  /** Those that are required, or have a default. */
  readonly special: readonly GraphQLInputField[];
}

const known = new WeakMap<GraphQLInputObjectType, Fields>();

function fieldsOf(type: GraphQLInputObjectType): Fields {
  const found = known.get(type);
  if (found) return found;
  const fields = type.getFields();
  const special = Object.values(fields).filter(
    (field) => field.defaultValue !== undefined || isNonNullType(field.type),
  );
  const made = { fields, special };
  known.set(type, made);
  return made;
}
