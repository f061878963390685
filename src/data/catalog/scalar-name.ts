/** The GraphQL name of a PostgreSQL type. */
import { type PgType, withoutDomain } from './catalog.ts';

const SPECIAL: Record<string, string> = {
  int2: 'smallint',
  int4: 'Int',
  int8: 'bigint',
  float4: 'Float',
  bool: 'Boolean',
  text: 'String',
  varchar: 'String',
};

const BUILT_IN = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);

/**
 * `Int`, `uuid`, …; of an array the name of its element, as arrays are lists. Undefined where there is none: pseudo types,
 * names that GraphQL cannot have.
 */
export function scalarName(type: PgType): string | undefined {
  const plain = elementType(type);
  if (plain.kind === 'pseudo') return undefined;
  // A type of somebody's own cannot be one of GraphQL's.
  if (plain.schema !== 'pg_catalog' && BUILT_IN.has(plain.name)) return undefined;
  const name = plain.schema === 'pg_catalog' ? (SPECIAL[plain.name] ?? plain.name) : plain.name;
  return /^[A-Za-z][_0-9A-Za-z]*$/.test(name) || /^_[0-9A-Za-z]/.test(name) ? name : undefined;
}

/** What a function returns that returns nothing. */
export function isVoid({ schema, name }: PgType): boolean {
  return schema === 'pg_catalog' && name === 'void';
}

/** Under domains and any number of array brackets. */
export function elementType(type: PgType): PgType {
  let one = withoutDomain(type);
  while (one.kind === 'array' && one.element) one = withoutDomain(one.element);
  return one;
}

export function isList(type: PgType): boolean {
  return withoutDomain(type).kind === 'array';
}
