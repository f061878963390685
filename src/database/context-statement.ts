/** The statement that sets what the others see of the request, local to the transaction. */
import { createHash } from 'node:crypto';
import type { Caller } from '../caller.ts';
import { quoteIdentifier, quoteLiteral } from './sql.ts';

/** What the statements see of the request. */
export interface CallerContext {
  readonly caller: Caller;
  /** Request headers as a JSON object (names in lower case, no credentials): `request.headers`. */
  readonly headersText: string;
  readonly method: string;
  readonly path: string;
  /** The value of `search_path`, where it is not that of the session: see `searchPathText`. */
  readonly searchPath?: string | undefined;
  /** UTC where nothing is said. */
  readonly timeZone?: string | undefined;
  /** Further settings of the transaction, by the same names for every request of a kind. */
  readonly settings?: readonly (readonly [name: string, value: string])[] | undefined;
}

export interface SessionSettings {
  readonly searchPath: readonly string[];
  readonly statementTimeoutMs: number;
  readonly preparedStatements: boolean;
}

const SETTINGS = [
  'role',
  'request.jwt.claims',
  'request.headers',
  'request.method',
  'request.path',
  'search_path',
  'statement_timeout',
  'TimeZone',
  'transaction_read_only',
] as const;
/** By the names of the further settings: few requests have any, and those of a kind have the same. */
const contexts = new Map<string, { text: string; name: string }>();

function contextOf(further: readonly string[]): { text: string; name: string } {
  const key = further.join(' ');
  const known = contexts.get(key);
  if (known) return known;
  const names = [...SETTINGS, ...further];
  const text = `select ${names.map((name, index) => `set_config(${quoteLiteral(name)}, $${index + 1}, true)`).join(', ')}`;
  // A name that is longer than PostgreSQL's would be cut.
  const suffix = key === '' ? '' : ` ${createHash('sha256').update(key).digest('base64url').slice(0, 16)}`;
  const context = { text, name: `context${suffix}` };
  contexts.set(key, context);
  return context;
}

/** The value of `search_path` for these schemas. */
export function searchPathText(schemas: readonly string[]): string {
  return schemas.map(quoteIdentifier).join(', ');
}

export function contextStatement(
  context: CallerContext,
  readOnly: boolean,
  session: SessionSettings,
): { text: string; name: string; values: string[] } {
  const { caller, headersText, method, path, searchPath, timeZone, settings = [] } = context;
  return {
    ...contextOf(settings.map(([name]) => name)),
    values: [
      caller.role,
      caller.claimsText,
      headersText,
      method,
      path,
      searchPath ?? ownSearchPath(session),
      String(session.statementTimeoutMs),
      timeZone ?? 'UTC',
      readOnly ? 'on' : 'off',
      ...settings.map(([, value]) => value),
    ],
  };
}

const searchPaths = new WeakMap<SessionSettings, string>();

function ownSearchPath(session: SessionSettings): string {
  const known = searchPaths.get(session);
  if (known !== undefined) return known;
  const text = searchPathText(session.searchPath);
  searchPaths.set(session, text);
  return text;
}
