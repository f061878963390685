/** Values into SQL (a typed parameter) and into the text that PostgreSQL reads for it. */
import { identifier, parameter, type Sql, sql } from '../../database/sql.ts';
import { AppError } from '../../errors.ts';
import { type PgType, type Representation, withoutDomain } from '../catalog/catalog.ts';
import { JsonText, type Value, Variable, VariableRows } from '../plan/expression.ts';
import { typeName } from './types.ts';

/**
 * `$1::type`: the parameter is cast to the column's type, never the column to the parameter's. The type `unknown` is left to
 * PostgreSQL, which finds it by what the value is compared with.
 */
export function bound(value: Value): Sql<Value> {
  if (value.representation) return represented(value, value.representation);
  if (value.type.name === 'unknown' && value.type.schema === 'pg_catalog') return parameter(value);
  return sql<Value>`${parameter(value)}::${typeName(value.type, value.list)}`;
}

function represented(value: Value, { schema, name }: Representation): Sql<Value> {
  const read = identifier(schema, name);
  if (!value.list) return sql<Value>`${read}(${parameter(value)}::pg_catalog.text)`;
  return sql<Value>`array(select ${read}(v) from pg_catalog.unnest(${parameter(value)}::pg_catalog.text[]) v)`;
}

/** Reads the variables of the request into a value. An absent variable inside a list or object is null, as in GraphQL. */
function resolve(value: unknown, variables: Readonly<Record<string, unknown>>): unknown {
  if (value instanceof Variable) return valueAt(value, variables);
  if (value instanceof VariableRows) return rowsOf(value, variables);
  if (Array.isArray(value)) return value.map((one) => resolve(one, variables));
  if (isPlainObject(value)) {
    const result: Record<string, unknown> = {};
    for (const [key, one] of Object.entries(value)) setOwn(result, key, resolve(one, variables));
    return result;
  }
  return value;
}

function valueAt({ name, path }: Variable, variables: Readonly<Record<string, unknown>>): unknown {
  let value = variables[name];
  for (const step of path) value = (value as Readonly<Record<string | number, unknown>> | undefined)?.[step];
  return value ?? null;
}

function rowsOf({ variable, fields }: VariableRows, variables: Readonly<Record<string, unknown>>): unknown[] {
  const rows = variables[variable] as readonly Readonly<Record<string, unknown>>[];
  if (typeof fields === 'string') return rows.map((row) => row[fields]);
  return rows.map((row, index) => {
    const one: Record<string, unknown> = { o: index + 1 };
    for (const [name, as] of fields) one[as] = row[name];
    return one;
  });
}

/** The text that PostgreSQL's input function of the type reads; null is NULL. */
export function bind(
  parameters: readonly Value[],
  variables: Readonly<Record<string, unknown>>,
): (string | null)[] {
  return parameters.map(({ value, type, list }) => {
    const resolved = resolve(value, variables);
    return list && Array.isArray(resolved) ? arrayText(resolved, type) : toText(resolved, type);
  });
}

function toText(value: unknown, type: PgType): string | null {
  return plainText(value, withoutDomain(type));
}

/** `type` is no domain. */
function plainText(value: unknown, type: PgType): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof JsonText) return value.text;
  if (isJson(type)) return JSON.stringify(value);
  switch (typeof value) {
    case 'string':
      if (value.includes('\0'))
        throw new AppError('data-exception', 'a text value cannot contain the character NUL');
      return value;
    case 'boolean':
    case 'number':
    case 'bigint':
      return String(value);
    default:
  }
  if (isRawJson(value)) return value.rawJSON;
  if (Array.isArray(value)) return type.element ? arrayText(value, type.element) : JSON.stringify(value);
  return type.kind === 'composite'
    ? compositeText(value as Record<string, unknown>, type)
    : JSON.stringify(value);
}

function isJson({ name, schema }: PgType): boolean {
  return (name === 'json' || name === 'jsonb') && schema === 'pg_catalog';
}

/** `{"a","b",NULL}`; nested lists become dimensions. */
function arrayText(list: readonly unknown[], element: PgType): string {
  const type = withoutDomain(element);
  const ofJson = isJson(type);
  let text = '{';
  for (let index = 0; index < list.length; index++) {
    const one = list[index];
    if (index > 0) text += ',';
    if (Array.isArray(one) && !ofJson) text += arrayText(one, element);
    else {
      const item = plainText(one, type);
      text += item === null ? 'NULL' : typeof one === 'number' ? item : quoted(item);
    }
  }
  return `${text}}`;
}

/** `("a","b",)`: fields in order, nothing for NULL. */
function compositeText(value: Record<string, unknown>, type: PgType): string {
  const fields = type.fields.map(({ name, type: of }) => {
    const text = toText(Object.hasOwn(value, name) ? value[name] : null, of);
    return text === null ? '' : quoted(text);
  });
  return `(${fields.join(',')})`;
}

function quoted(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isRawJson(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A number kept as text because a double cannot hold it (JSON.rawJSON). */
function isRawJson(value: unknown): value is { rawJSON: string } {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}

/** Assignment that cannot reach a prototype by the key `__proto__`. */
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}
