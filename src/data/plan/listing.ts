/** A read whose rows are the whole of an answer: how they are written, and what is counted beside them. */
import type { MediaHandler } from '../catalog/catalog.ts';
import type { ReadPlan } from './plan.ts';

export type ListingFormat =
  /** A JSON array of objects. */
  | 'array'
  /** The first row as a JSON object; null where there is none. */
  | 'object'
  /** A JSON array of the only entry of each row. */
  | 'values'
  /** The only entry of the first row. */
  | 'value'
  /** Lines of comma separated values, the first of them the keys. */
  | 'csv'
  /** A GeoJSON FeatureCollection: needs PostGIS. */
  | 'geojson'
  /** The only entry of the first row, or what the handler makes of all rows, as its type writes it. */
  | 'text'
  /** The same of bytea, in hexadecimal digits. */
  | 'bytes'
  /** Nothing: rows are only counted. */
  | 'none';

export interface Listing {
  readonly read: ReadPlan;
  readonly format: ListingFormat;
  /** Members that are null are left out, at every depth. */
  readonly stripNulls: boolean;
  readonly handler?: MediaHandler | undefined;
  /** The version of the row is told, where there is but one. */
  readonly versioned?: boolean;
  /** All rows that `where` lets through; counting may stop beyond a limit. */
  readonly count: { readonly atMost: number | undefined } | undefined;
}
