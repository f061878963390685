/** GraphiQL out of our own package: one page of 9 MB, loaded at the first visit, compressed and revalidated by ETag. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Exchange, Reply } from '../exchange.ts';

export interface Graphiql {
  page(exchange: Exchange): Promise<Reply>;
}

interface Page {
  readonly etag: string;
  readonly compressed: Buffer;
  readonly plain: string;
}

const WELCOME = `# Every table is a field:
# Ctrl-Space shows which.
#
# The key below says who you are;
# the service key sees everything.

{
  __typename
}
`;

/** `anonKey` stands in the header editor, to be replaced by the key of whom one wants to be. */
export function createGraphiql(anonKey: string): Graphiql {
  let made: Promise<Page> | undefined;
  return {
    async page({ headers }) {
      made ??= makePage(anonKey);
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

async function makePage(anonKey: string): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const plain = renderGraphiQL({
    title: 'GoForward GraphiQL',
    defaultQuery: WELCOME,
    headers: JSON.stringify({ apikey: anonKey }, null, 2),
  });
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`;
  return { etag, plain, compressed: await promisify(gzip)(plain) };
}
