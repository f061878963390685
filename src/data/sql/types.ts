/** How a type is named in SQL, and which operators are its own. */
import { identifier, type Sql, sql } from '../../database/sql.ts';
import { type PgType, withoutDomain } from '../catalog/catalog.ts';

/** `int4`, `app.mood`, `text[]`. Types of pg_catalog stay bare: that schema is always searched first. */
export function typeName(type: PgType, list = false): Sql {
  const name =
    type.kind === 'array' && type.element
      ? typeName(type.element, true)
      : type.schema === 'pg_catalog'
        ? identifier(type.name)
        : identifier(type.schema, type.name);
  // An array of arrays is the same type in PostgreSQL: dimensions are not part of it.
  return list && type.kind !== 'array' ? sql`${name}[]` : name;
}

/** Types with operators declared on exactly themselves in pg_catalog: nothing in another schema can be a better match. */
const EXACT = new Set(
  `int2 int4 int8 float4 float8 numeric money text bool uuid date time timetz timestamp timestamptz interval bytea jsonb
   inet macaddr macaddr8 oid bpchar bit varbit point box circle polygon path lseg line tsvector tsquery pg_lsn`.split(
    /\s+/,
  ),
);

/**
 * The schema to qualify an operator with: undefined where the bare one cannot be captured by an operator that somebody
 * created in a schema of the search path (CVE-2018-1058).
 */
export function operatorSchema(type: PgType): string | undefined {
  const plain = withoutDomain(type);
  if (plain.schema === 'pg_catalog')
    return EXACT.has(plain.name) && plain === type ? undefined : 'pg_catalog';
  if (plain.kind === 'base') return plain.schema;
  return 'pg_catalog';
}
