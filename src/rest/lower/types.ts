/** Types that requests name, and those that lowering needs. */
import type { Catalog, PgType } from '../../data/catalog/catalog.ts';
import { AppError } from '../../errors.ts';

/** Spellings of SQL that are no names of pg_type. */
const SPELLINGS: Readonly<Record<string, string>> = {
  int: 'int4',
  integer: 'int4',
  bigint: 'int8',
  smallint: 'int2',
  real: 'float4',
  float: 'float8',
  'double precision': 'float8',
  decimal: 'numeric',
  dec: 'numeric',
  boolean: 'bool',
  char: 'bpchar',
  character: 'bpchar',
  'character varying': 'varchar',
  'bit varying': 'varbit',
  'time with time zone': 'timetz',
  'time without time zone': 'time',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};

interface Names {
  readonly builtIn: ReadonlyMap<string, PgType>;
  readonly others: ReadonlyMap<string, PgType>;
}

const byCatalog = new WeakMap<Catalog, Names>();

function namesOf(catalog: Catalog): Names {
  const known = byCatalog.get(catalog);
  if (known) return known;
  const builtIn = new Map<string, PgType>();
  const others = new Map<string, PgType>();
  for (const type of catalog.types.values())
    if (type.schema === 'pg_catalog') builtIn.set(type.name, type);
    else others.set(`${type.schema}.${type.name}`, type);
  const names = { builtIn, others };
  byCatalog.set(catalog, names);
  return names;
}

/** The type that a cast names, as PostgreSQL would find it; throws its error where there is none. */
export function typeNamed(catalog: Catalog, searched: readonly string[], given: string): PgType {
  const name = given.trim().replace(/\s+/g, ' ').toLowerCase();
  const { builtIn, others } = namesOf(catalog);
  const found = builtIn.get(SPELLINGS[name] ?? name);
  if (found) return found;
  for (const schema of searched) {
    const type = others.get(`${schema}.${name}`);
    if (type) return type;
  }
  throw postgresError('42704', `type "${name}" does not exist`);
}

/** What PostgreSQL would have said, without asking it. */
export function postgresError(code: string, message: string, hint?: string): AppError {
  return new AppError('validation-failed', message, {
    hint,
    cause: { code, severity: 'ERROR', message, hint },
  });
}
