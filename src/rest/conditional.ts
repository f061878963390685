/**
 * Conditional requests. A read of one row tells its entity tag where it is asked to (`Prefer: etag=strong`, or `If-None-Match`): the
 * version of the row, and a digest of what is sent. A write with `If-Match` is done only where the row is still of that version.
 */
import { createHash } from 'node:crypto';
import type { Exchange, Reply } from '../exchange.ts';
import type { Preferences } from './preferences.ts';

type Headers = Pick<Exchange, 'headers'>;

/** The versions that a write accepts, out of the tags that reads gave; a weak one says nothing of a version. */
export function acceptedVersions({ headers }: Headers): readonly string[] | 'any' | undefined {
  const header = headers['if-match'];
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  return header.split(',').flatMap((tag) => TAG.exec(tag)?.[1] ?? []);
}

const TAG = /^\s*"([0-9a-f]{32})(?:-[\w-]*)?"\s*$/;

export function isTagAsked({ headers }: Headers, { etag }: Preferences): boolean {
  return etag !== undefined || headers['if-none-match'] !== undefined;
}

/** The reply with its tag; without its body where the client has it already. */
export function tagged(reply: Reply, version: string, known: string | undefined): Reply {
  const { 'content-type': type, ...others } = reply.headers;
  const digest = createHash('sha256')
    .update(String(type))
    .update(reply.body as string)
    .digest('base64url');
  const etag = `"${version}-${digest.slice(0, 16)}"`;
  if (known !== undefined && isAmong(etag, known))
    return { status: 304, headers: { ...others, etag }, body: '' };
  return { ...reply, headers: { ...reply.headers, etag } };
}

/** For reads a weak tag is as good as a strong one. */
function isAmong(etag: string, list: string): boolean {
  return list.trim() === '*' || list.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
