/** Which credentials a request carries: headers and query in, plain facts out. Judges their form, never their worth. */
import { AppError } from '../errors.ts';
import { invalidToken } from './token-form.ts';

/** Names in lower case, as node:http gives them. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;
export type RequestQuery = Readonly<Record<string, unknown>>;

export interface Credentials {
  bearer: string | undefined;
  apiKey: string | undefined;
  adminSecret: string | undefined;
  requestedRole: string | undefined;
}

const NONE: Credentials = Object.freeze({
  bearer: undefined,
  apiKey: undefined,
  adminSecret: undefined,
  requestedRole: undefined,
});

/** A token holds no blank and no comma, so a header that was sent twice and joined shows itself. */
const BEARER = /^bearer +([^\s,]+)$/i;

/** `cookie`: the access token of a browser's session, asked for only where nothing else says who calls. */
export function readCredentials(
  headers: RequestHeaders,
  query: RequestQuery | undefined,
  cookie?: () => string | undefined,
): Credentials {
  const authorization = headers.authorization;
  const apiKeyHeader = headers.apikey;
  const adminSecret = headers['x-hasura-admin-secret'];
  const requestedRole = headers['x-hasura-role'];
  const apiKeyQuery = query?.apikey;
  const fromCookie = authorization === undefined && adminSecret === undefined ? cookie?.() : undefined;
  if (
    authorization === undefined &&
    fromCookie === undefined &&
    apiKeyHeader === undefined &&
    apiKeyQuery === undefined &&
    adminSecret === undefined &&
    requestedRole === undefined
  ) {
    return NONE;
  }
  return {
    bearer: authorization === undefined ? fromCookie : readBearer(authorization),
    apiKey: readApiKey(apiKeyHeader, apiKeyQuery),
    adminSecret: single(adminSecret, 'x-hasura-admin-secret'),
    requestedRole: single(requestedRole, 'x-hasura-role'),
  };
}

function readBearer(header: string | string[]): string {
  const match = typeof header === 'string' ? BEARER.exec(header) : null;
  if (match?.[1]) return match[1];
  if (typeof header === 'string' && /^bearer *$/i.test(header))
    throw invalidToken('The Authorization header holds no token', { reason: 'no-token' });
  throw new AppError('invalid-headers', 'The Authorization header cannot be read', {
    hint: 'Send it once, as `Authorization: Bearer <token>`.',
  });
}

function readApiKey(header: string | string[] | undefined, query: unknown): string | undefined {
  const fromHeader = single(header, 'apikey');
  const fromQuery = single(query, 'apikey');
  if (fromHeader !== undefined && fromQuery !== undefined && fromHeader !== fromQuery) {
    throw new AppError('invalid-headers', 'The apikey of the header and that of the address differ');
  }
  return fromHeader ?? fromQuery;
}

function single(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new AppError('invalid-headers', `${name} is given more than once`);
  return value;
}
