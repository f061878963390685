/** Who a socket says it is: the payload of its first message, in the forms that clients know, as headers of a request. */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../errors.ts';

/** Who speaks: the payload says it better than the handshake, in which browsers let nobody write headers. */
const CREDENTIAL = /^(authorization|apikey|x-hasura-.+)$/i;
/** What the database may see of the handshake; the rest belongs to the browser or to the protocol. */
const SHOWN = /^(authorization|apikey|cookie|origin|user-agent|x-.+)$/;
/** Only proxies know these, and a browser would write none of them; policies may rely on them. */
const NOT_GIVEN = /^(cookie|origin|forwarded|x-forwarded-.+|x-real-ip)$/;

/** Those of the handshake, and what the payload adds; it replaces only who speaks. Throws AppError. */
export function initHeaders(payload: unknown, handshake: IncomingHttpHeaders): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(handshake)) if (SHOWN.test(name)) headers[name] = value;
  const given = givenHeaders(payload);
  for (const [name, value] of Object.entries(given))
    if (CREDENTIAL.test(name) || !(name in headers || NOT_GIVEN.test(name))) headers[name] = value;
  return headers;
}

/** The same caller with another token. Undefined where the payload brings none. Throws AppError. */
export function renewedHeaders(
  payload: unknown,
  before: IncomingHttpHeaders,
): IncomingHttpHeaders | undefined {
  const { authorization } = givenHeaders(payload);
  return authorization === undefined ? undefined : { ...before, authorization };
}

function givenHeaders(payload: unknown): IncomingHttpHeaders {
  const given: IncomingHttpHeaders = {};
  if (!isObject(payload)) return given;
  for (const [name, value] of Object.entries(payload)) if (CREDENTIAL.test(name)) add(given, name, value);
  if (typeof payload.token === 'string') given.authorization = `Bearer ${payload.token}`;
  if (isObject(payload.headers))
    for (const [name, value] of Object.entries(payload.headers)) add(given, name, value);
  return given;
}

function add(headers: IncomingHttpHeaders, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value === 'object')
    throw new AppError('invalid-headers', `The header ${name} of connection_init is no text`);
  headers[name.toLowerCase()] = String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
