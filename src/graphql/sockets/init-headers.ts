/** Who a socket says it is: the payload of its first message, in the forms that clients know, as headers of a request. */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../errors.ts';

/** Beside `headers`: members that clients put into the payload itself. */
const MEMBERS = /^(authorization|apikey|x-hasura-.+)$/i;
/** What the database may see of the handshake; the rest belongs to the browser or to the protocol. */
const SHOWN = /^(authorization|apikey|cookie|origin|user-agent|x-.+)$/;

/** Those of the handshake, where the payload does not say otherwise. Throws AppError. */
export function initHeaders(payload: unknown, handshake: IncomingHttpHeaders): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(handshake)) if (SHOWN.test(name)) headers[name] = value;
  return Object.assign(headers, givenHeaders(payload));
}

/** Undefined where the payload brings no credential. Throws AppError. */
export function renewedHeaders(
  payload: unknown,
  before: IncomingHttpHeaders,
): IncomingHttpHeaders | undefined {
  const given = givenHeaders(payload);
  return given.authorization === undefined ? undefined : { ...before, ...given };
}

function givenHeaders(payload: unknown): IncomingHttpHeaders {
  const given: IncomingHttpHeaders = {};
  if (!isObject(payload)) return given;
  for (const [name, value] of Object.entries(payload)) if (MEMBERS.test(name)) add(given, name, value);
  if (typeof payload.token === 'string') given.authorization = `Bearer ${payload.token}`;
  if (isObject(payload.headers))
    for (const [name, value] of Object.entries(payload.headers)) add(given, name, value);
  return given;
}

function add(headers: IncomingHttpHeaders, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value === 'object')
    throw new AppError('invalid-headers', `The header ${name} of connection_init is no text`);
  const key = name.toLowerCase();
  // A cookie in a message was put there by a script, which no browser would let write the header.
  if (key !== 'cookie') headers[key] = String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
