/** Finds the handler of a call in the table, and turns what it gives back into a reply. */
import type { AppError } from '../../errors.ts';
import type { Endpoint, Exchange, Reply } from '../../exchange.ts';
import type { AuthContext } from '../domain/context.ts';
import type { Answer, Handler } from './call.ts';
import { API_VERSION, errorReply, notFound } from './errors.ts';

/** `GET /admin/users/:id` → its handler. */
export type Routes = Readonly<Record<string, Handler>>;

const PREFIX = '/auth/v1';
const JSON_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-supabase-api-version': API_VERSION,
};

/** Elsewhere a GET may redeem or send something, which a mere look must not. */
const ANSWERS_HEAD = /^\/(health|settings|\.well-known\/.*)$/;

interface Route {
  readonly parts: readonly string[];
  readonly handler: Handler;
}

export function createAuthEndpoint(auth: AuthContext, table: Routes): Endpoint {
  const exact = new Map<string, Handler>();
  const open = new Map<string, Route[]>();
  for (const [line, handler] of Object.entries(table)) {
    if (!line.includes(':')) exact.set(line, handler);
    else {
      const [method = '', path = ''] = line.split(' ');
      open.set(method, [...(open.get(method) ?? []), { parts: path.split('/'), handler }]);
    }
  }

  function find(
    method: string,
    path: string,
  ): { handler: Handler; params: Record<string, string> } | undefined {
    const handler = exact.get(`${method} ${path}`);
    if (handler !== undefined) return { handler, params: {} };
    const given = path.split('/');
    for (const route of open.get(method) ?? []) {
      const params = match(route.parts, given);
      if (params !== undefined) return { handler: route.handler, params };
    }
    return undefined;
  }

  async function handle(exchange: Exchange): Promise<Reply> {
    const path = exchange.path.startsWith(`${PREFIX}/`) ? exchange.path.slice(PREFIX.length) : exchange.path;
    const method = exchange.method === 'HEAD' && ANSWERS_HEAD.test(path) ? 'GET' : exchange.method;
    const found = find(method, path.length > 1 ? path.replace(/\/$/, '') : path);
    if (found === undefined) throw notFound(exchange.method, exchange.path);
    const { 'user-agent': agent, 'x-jwt-aud': audience } = exchange.headers;
    const client = { ip: exchange.ip, agent, audience: audience?.toString() };
    return render(await found.handler({ auth, exchange, client, params: found.params }));
  }

  return {
    judgesCredentials: true,
    handle: (exchange) =>
      handle(exchange).catch((thrown: unknown) => {
        const known = thrown as Partial<AppError>;
        if (known?.name !== 'AppError') throw thrown;
        return errorReply(known as AppError, exchange.headers, exchange.requestId);
      }),
    renderError: (error, { requestId }) => errorReply(error, {}, requestId),
  };
}

function match(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (parts.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const actual = given[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decode(actual);
    else if (part !== actual) return undefined;
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function render(answer: Answer): Reply {
  if ('empty' in answer) return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' };
  if ('redirect' in answer)
    return {
      status: 303,
      headers: {
        location: answer.redirect,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      },
      body: '',
    };
  if ('html' in answer)
    return {
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      },
      body: answer.html,
    };
  return {
    status: answer.status ?? 200,
    headers: { ...JSON_HEADERS, ...answer.headers },
    body: JSON.stringify(answer.json),
  };
}
