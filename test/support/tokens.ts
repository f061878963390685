/** Makes tokens, well-formed and not, without asking the code under test. */
import { createHmac, createSign, type KeyObject } from 'node:crypto';

export type Part = Record<string, unknown> | string;

export function encodePart(part: Part): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** `header` and `payload` may be raw text, for JSON that JSON.stringify would never write. */
export function signHs256(
  payload: Part,
  secret: string | Buffer,
  header: Part = { alg: 'HS256', typ: 'JWT' },
): string {
  const content = `${encodePart(header)}.${encodePart(payload)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

export function signRs256(
  payload: Part,
  key: KeyObject,
  header: Part = { alg: 'RS256', typ: 'JWT' },
): string {
  const content = `${encodePart(header)}.${encodePart(payload)}`;
  return `${content}.${createSign('sha256').update(content).sign(key).toString('base64url')}`;
}

/** What a token says, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}
