/** The body of an answer, and the headers that say what it is. */
import type { Representation } from './media-type.ts';
import type { RestRequest } from './request.ts';

export function contentHeaders(
  { contentType }: Representation,
  { profile, schema }: Pick<RestRequest, 'profile' | 'schema'>,
): Record<string, string> {
  return { 'content-type': contentType, ...(profile.isTold ? { 'content-profile': schema } : {}) };
}

/** Bytes come out of PostgreSQL as hexadecimal digits. */
export function bodyOf({ format }: Representation, text: string): string | Buffer {
  return format === 'bytes' ? Buffer.from(text, 'hex') : text;
}
