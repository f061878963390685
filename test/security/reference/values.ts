/** Few values per type, so that rows meet: equal, different, and null. Floats are sums of powers of two: adding them is exact. */
import type { ColumnType } from './schema-model.ts';

const VALUES: Readonly<Record<ColumnType, readonly unknown[]>> = {
  int4: [0, 1, 2, 3],
  text: ['u1', 'u2', 'a%b', "it's", 'Zoë', ''],
  bool: [true, false],
  numeric: [0.5, 1.25, 10, -3],
  float8: [0.5, 0.25, 8, -2],
  date: ['2020-02-29', '2021-01-01', '1999-12-31'],
  jsonb: [{ a: 1, b: [2] }, [1, 'x', null], 'text', {}],
};

export function sampleOf(type: ColumnType, seed: number): unknown {
  return VALUES[type][seed % VALUES[type].length];
}

/** As a SQL literal; every fifth is null where that may be. */
export function literalFor(type: ColumnType, seed: number, notNull: boolean): string {
  return !notNull && seed % 5 === 0 ? 'null' : sqlLiteral(sampleOf(type, Math.floor(seed / 5)));
}

export function sqlLiteral(value: unknown): string {
  if (typeof value === 'object' && value !== null) return sqlLiteral(JSON.stringify(value));
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
