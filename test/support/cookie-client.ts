/** A browser as far as cookies go: keeps what answers set, sends it along, and says where its requests come from. */
import type { AuthServer } from './auth.ts';

export type Told = Readonly<Record<string, string>>;

export interface CookieClient {
  readonly cookies: Map<string, string>;
  /** The lines of the newest answer that set any. */
  lines(): readonly string[];
  /** `told`: headers beside the cookies; without any, those of a page of the server. */
  send(path: string, init?: { method?: string; body?: unknown; told?: Told }): Promise<Response>;
  graphql<T = unknown>(query: string, variables?: object, told?: Told): Promise<T>;
}

/** As a page of the server itself is told of by browsers. */
export function ownPage(server: AuthServer): Told {
  return { origin: new URL(server.app.url).origin };
}

/** `base`: where the server listens, where that is not what it calls itself. */
export function cookieClient(
  server: AuthServer,
  start: Iterable<[string, string]> = [],
  base = server.app.url,
): CookieClient {
  const cookies = new Map(start);
  let lines: readonly string[] = [];
  async function send(
    path: string,
    { method = 'POST', body, told = ownPage(server) }: { method?: string; body?: unknown; told?: Told } = {},
  ): Promise<Response> {
    const cookie = [...cookies].map(([name, it]) => `${name}=${it}`).join('; ');
    const response = await fetch(`${base}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(cookie === '' ? {} : { cookie }),
        ...told,
      },
      ...(method === 'GET' || method === 'HEAD'
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body ?? {}) }),
    });
    const set = response.headers.getSetCookie();
    if (set.length > 0) lines = set;
    for (const line of set) {
      const [, name = '', it = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0(;|$)/i.test(line)) cookies.delete(name);
      else cookies.set(name, it);
    }
    return response;
  }
  return {
    cookies,
    lines: () => lines,
    send,
    graphql: async <T>(query: string, variables?: object, told?: Told) => {
      const init = { body: { query, variables }, ...(told && { told }) };
      return (await (await send('/graphql', init)).json()) as T;
    },
  };
}
