/** `If-Match`: a write that is only done where the row is still the one that the client has seen. */
import type { Catalog } from '../data/catalog/catalog.ts';
import type { Value } from '../data/plan/plan.ts';
import type { Exchange } from '../exchange.ts';
import { builtInType } from './lower/types.ts';

/**
 * The versions of the row that the client would accept, out of the entity tags that a read gave it. `*` asks that there be a row of
 * whatever version. Undefined where nothing is asked.
 */
export function versionsOf({ headers }: Pick<Exchange, 'headers'>, catalog: Catalog): Value | undefined {
  const header = headers['if-match'];
  if (header === undefined || header.trim() === '*') return undefined;
  const versions = header
    .split(',')
    .flatMap((tag) => /^\s*"([0-9a-f]{32})(?:-[\w-]*)?"\s*$/.exec(tag)?.[1] ?? []);
  return { value: versions, type: builtInType(catalog, 'text'), list: true };
}

export function mustExist({ headers }: Pick<Exchange, 'headers'>): boolean {
  return headers['if-match']?.trim() === '*';
}
