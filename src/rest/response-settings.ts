/** `response.status` and `response.headers`: settings by which functions and triggers shape the answer. */
import { literal, type Sql, sql } from '../database/sql.ts';
import type { Reply } from '../exchange.ts';
import { RestError } from './errors.ts';
import { isHeader, isOfTheServer } from './header.ts';

const setting = (name: string): Sql => sql`nullif(pg_catalog.current_setting(${literal(name)}, true), '')`;

/** Two columns of the statement that answers: the headers and the status. */
export const RESPONSE_SETTINGS: readonly Sql[] = [setting('response.headers'), setting('response.status')];

/** The reply as the settings want it. Throws PGRST111 or PGRST112 where they cannot be read. */
export function withResponseSettings(
  reply: Reply,
  headersText: string | null | undefined,
  statusText: string | null | undefined,
): Reply {
  if (headersText == null && statusText == null) return reply;
  const status = statusText == null ? reply.status : readStatus(statusText);
  if (headersText == null) return { ...reply, status };
  const headers: Record<string, string | string[]> = {};
  const given = readHeaders(headersText);
  for (const [name, value] of Object.entries(reply.headers))
    if (!given.has(name)) headers[name] = value as string | string[];
  for (const [name, values] of given) headers[name] = values.length === 1 ? values[0]! : values;
  return { ...reply, status, headers };
}

function readStatus(text: string): number {
  const status = /^\d{3}$/.test(text) ? Number(text) : 0;
  if (status < 200) throw new RestError('PGRST112', 'response.status guc must be a valid status code');
  return status;
}

/** Values by name in lower case; the same name may come several times. */
function readHeaders(text: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const [name, value] of parseHeaders(text)) {
    if (isOfTheServer(name)) continue;
    const values = headers.get(name);
    if (values) values.push(value);
    else headers.set(name, [value]);
  }
  return headers;
}

function parseHeaders(text: string): [string, string][] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw unreadable();
  }
  if (!Array.isArray(list)) throw unreadable();
  return list.map((one: unknown) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) throw unreadable();
    const [entry, ...more] = Object.entries(one as Record<string, unknown>);
    if (!entry || more.length > 0 || typeof entry[1] !== 'string') throw unreadable();
    const [name, value] = entry as [string, string];
    if (!isHeader(name, value)) throw unreadable();
    return [name.toLowerCase(), value];
  });
}

function unreadable(): RestError {
  return new RestError(
    'PGRST111',
    'response.headers guc must be a JSON array composed of objects with a single key and a string value',
  );
}
