/** Headers that say what the body of an answer is. */
import type { Representation } from './media-type.ts';
import type { RestRequest } from './request.ts';

export function contentHeaders(
  { contentType }: Representation,
  { profile, schema }: Pick<RestRequest, 'profile' | 'schema'>,
): Record<string, string> {
  return { 'content-type': contentType, ...(profile.isTold ? { 'content-profile': schema } : {}) };
}
