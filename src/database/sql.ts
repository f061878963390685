/**
 * SQL as a value: text fragments and bound parameters, never a plain string.
 * The only place of the product that quotes identifiers and literals.
 */

/** A parameter of type `P` that the renderer numbers; what it means is up to the caller. */
class Parameter<P> {
  readonly value: P;
  constructor(value: P) {
    this.value = value;
  }
}

export class Sql<P = never> {
  readonly parts: readonly (string | Parameter<P>)[];
  constructor(parts: readonly (string | Parameter<P>)[]) {
    this.parts = parts;
  }
}

type Fragment<P> = Sql<P> | readonly Sql<P>[];

/** sql`select ${identifier('a')}`: embedded values must be Sql themselves; a string cannot sneak in. */
export function sql<P = never>(text: TemplateStringsArray, ...values: Fragment<P>[]): Sql<P> {
  const parts: (string | Parameter<P>)[] = [];
  text.forEach((piece, index) => {
    append(parts, piece);
    const value = values[index];
    if (value === undefined) return;
    for (const one of Array.isArray(value) ? value : [value as Sql<P>])
      for (const part of one.parts) append(parts, part);
  });
  return new Sql(parts);
}

function append<P>(parts: (string | Parameter<P>)[], part: string | Parameter<P>): void {
  const last = parts.length - 1;
  if (typeof part === 'string' && typeof parts[last] === 'string') parts[last] += part;
  else parts.push(part);
}

export const empty: Sql<never> = new Sql<never>([]);

/** A bound parameter. */
export function parameter<P>(value: P): Sql<P> {
  return new Sql<P>([new Parameter(value)]);
}

/** `"name"`, or `"schema"."name"` for several. Plain lower-case names stay bare unless they are key words. */
export function identifier(...names: readonly string[]): Sql<never> {
  return new Sql<never>([names.map(quoteIdentifier).join('.')]);
}

/** The name of an argument before `=>`, where more key words than elsewhere must be quoted. */
export function argumentName(name: string): Sql<never> {
  return new Sql<never>([name === 'json' ? '"json"' : quoteIdentifier(name)]);
}

/** A text literal. Only for text that belongs to the statement's shape (response keys, type names): values are parameters. */
export function literal(text: string): Sql<never> {
  return new Sql<never>([quoteLiteral(text)]);
}

/** A whole number as it stands. */
export function integer(value: number): Sql<never> {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not an integer: ${value}`);
  return new Sql<never>([String(value)]);
}

/** An operator out of a fixed list of this code base, optionally of a schema: `operator(s.=)`. */
export function operator(symbol: string, schema?: string): Sql<never> {
  if (!/^[-+*/<>=~!@#%^&|`?]+$/.test(symbol)) throw new TypeError(`not an operator: ${symbol}`);
  return new Sql<never>([schema === undefined ? symbol : `operator(${quoteIdentifier(schema)}.${symbol})`]);
}

/** A key word or other text that is part of this code base. Never pass what came from outside. */
export function keyword(text: string): Sql<never> {
  if (!/^[a-z][a-z0-9_ ]*$/.test(text)) throw new TypeError(`not a key word: ${text}`);
  return new Sql<never>([text]);
}

/** An expression as PostgreSQL itself printed it out of its catalog. Never pass what a request brought. */
export function printed(expression: string): Sql<never> {
  return new Sql<never>([expression]);
}

export function join<P>(list: readonly Sql<P>[], separator = ', '): Sql<P> {
  const parts: (string | Parameter<P>)[] = [];
  list.forEach((one, index) => {
    if (index > 0) append(parts, separator);
    for (const part of one.parts) append(parts, part);
  });
  return new Sql(parts);
}

/** The statement's text with `$1 …` and what is to be bound there. */
export function render<P>(statement: Sql<P>): { text: string; parameters: P[] } {
  const parameters: P[] = [];
  let text = '';
  for (const part of statement.parts) {
    if (typeof part === 'string') text += part;
    else text += `$${parameters.push(part.value)}`;
  }
  return { text, parameters };
}

// Key words that PostgreSQL does not take bare as a column or table name; bare names only serve readability.
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
   character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
   current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do
   else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike
   in initially inner inout int integer intersect interval into is isnull join json_array json_arrayagg json_exists
   json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like
   limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset
   on only or order out outer overlaps overlay placing position precision primary real references returning right row
   select session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to
   trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes
   xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(
    /\s+/,
  ),
);

/** `"name"` with its quotes doubled. A NUL cannot stand in an identifier. */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new TypeError('an identifier cannot contain NUL');
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** `'text'`, in the form that does not depend on standard_conforming_strings. */
export function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new TypeError('a text literal cannot contain NUL');
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
