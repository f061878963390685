/** Types of pg_catalog that the product itself names: their oids are the same in every PostgreSQL. */
import { invariant } from '../../errors.ts';
import type { Catalog, PgType } from './catalog.ts';

const OIDS = {
  bool: 16,
  int8: 20,
  int4: 23,
  text: 25,
  json: 114,
  unknown: 705,
  jsonb: 3802,
  float8: 701,
  numeric: 1700,
} as const;

export type BuiltInType = keyof typeof OIDS;

export function builtInType(catalog: Pick<Catalog, 'types'>, name: BuiltInType): PgType {
  const type = catalog.types.get(OIDS[name]);
  invariant(type, `pg_catalog.${name} is in every catalog`);
  return type;
}
