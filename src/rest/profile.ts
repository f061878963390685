/** The schema that a request is about: `Accept-Profile` for reads, `Content-Profile` for everything else. */
import type { Exchange } from '../exchange.ts';
import { RestError } from './errors.ts';
import type { RestSettings } from './settings.ts';

export interface Profile {
  readonly schema: string;
  /** Whether the reply must say which schema it was: there are several. */
  readonly isTold: boolean;
}

const WRITES = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);

/** Throws PGRST106. */
export function profileOf(
  { method, headers }: Pick<Exchange, 'method' | 'headers'>,
  { schemas }: RestSettings,
): Profile {
  const given = headers[WRITES.has(method) ? 'content-profile' : 'accept-profile'];
  const schema = Array.isArray(given) ? given[0] : given;
  if (schema === undefined) return { schema: schemas[0]!, isTold: schemas.length > 1 };
  if (!schemas.includes(schema))
    throw new RestError('PGRST106', `Invalid schema: ${schema}`, {
      hint: `Only the following schemas are exposed: ${schemas.join(', ')}`,
    });
  return { schema, isTold: true };
}
