/** A page that is made of a package at its first visit: compressed once, and revalidated by ETag. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Exchange, Reply } from './exchange.ts';

export interface Page {
  reply(exchange: Pick<Exchange, 'headers'>): Promise<Reply>;
}

interface Made {
  readonly etag: string;
  readonly compressed: Buffer;
  readonly plain: string;
}

export function createPage(render: () => Promise<string>): Page {
  let made: Promise<Made> | undefined;
  const make = async (): Promise<Made> => {
    const plain = await render();
    const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`;
    return { etag, plain, compressed: await promisify(gzip)(plain) };
  };
  return {
    async reply({ headers }) {
      made ??= make();
      const { etag, compressed, plain } = await made;
      const common = { etag, 'cache-control': 'no-cache', vary: 'accept, accept-encoding' };
      if (headers['if-none-match'] === etag) return { status: 304, headers: common, body: '' };
      const type = { ...common, 'content-type': 'text/html; charset=utf-8' };
      if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? '')))
        return { status: 200, headers: type, body: plain };
      return { status: 200, headers: { ...type, 'content-encoding': 'gzip' }, body: compressed };
    },
  };
}
