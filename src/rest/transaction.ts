/** The transaction of a request: what the database sees of it, how it ends, and what is called before it. */

import type { CallerRequest, CallerStatement, TransactionEnd } from '../database/as-caller.ts';
import { callerContextOf } from '../database/caller-context.ts';
import { type CallerContext, searchPathText } from '../database/context-statement.ts';
import { identifier, render, sql } from '../database/sql.ts';
import type { Exchange } from '../exchange.ts';
import type { Preferences } from './preferences.ts';
import type { RestSettings } from './settings.ts';

/** The end that was configured, or the one that the request chose where it may. */
export function transactionEnd(settings: RestSettings, { tx }: Preferences): TransactionEnd {
  const [configured, ...more] = settings.transactionEnd.split('-') as [TransactionEnd, ...string[]];
  return more.length > 0 ? (tx ?? configured) : configured;
}

export function mayChooseEnd(settings: RestSettings): boolean {
  return settings.transactionEnd.endsWith('-allow-override');
}

/** What statements see of the request: the schema of its profile is searched first, and cookies are claims too. */
export function requestContext(
  exchange: Pick<Exchange, 'caller' | 'headers' | 'method' | 'path'>,
  schema: string,
  { timezone }: Preferences,
  settings: RestSettings,
): CallerContext {
  const cookie = exchange.headers.cookie;
  const ofRole = settings.byRole?.get(exchange.caller.role) ?? [];
  return {
    ...callerContextOf(exchange),
    searchPath: searchPathOf(settings, schema),
    timeZone: timezone,
    settings: cookie === undefined ? ofRole : [...ofRole, ['request.cookies', cookiesText(cookie)] as const],
  };
}

const searchPaths = new WeakMap<RestSettings, Map<string, string>>();

/** Written once: it is the same for every request about a schema. */
function searchPathOf(settings: RestSettings, schema: string): string {
  const known = searchPaths.get(settings) ?? new Map<string, string>();
  searchPaths.set(settings, known);
  const text = known.get(schema) ?? searchPathText([schema, ...settings.extraSearchPath]);
  known.set(schema, text);
  return text;
}

function cookiesText(header: string): string {
  const pairs = header.split(';').map((pair): [string, string] => {
    const [name = '', ...value] = pair.split('=');
    return [name.trim(), value.join('=').trim()];
  });
  return JSON.stringify(Object.fromEntries(pairs));
}

/** One request as the runner takes it. */
export function callerRequest(
  context: CallerContext,
  statement: CallerStatement,
  readOnly: boolean,
  { preRequest }: RestSettings,
): CallerRequest {
  return {
    context,
    statements: [statement],
    readOnly,
    before: preRequest === undefined ? undefined : preRequestStatement(preRequest, context.caller.role),
  };
}

const preRequests = new Map<string, CallerStatement>();

/** `select schema.function()`. What it sets is to last for the transaction: then the session stays clean. */
function preRequestStatement(name: string, role: string): CallerStatement {
  const key = `${name} ${role}`;
  const known = preRequests.get(key);
  if (known) return known;
  const { text } = render(sql`select ${identifier(...name.split('.'))}()`);
  const statement: CallerStatement = {
    text,
    name: `before ${role}`,
    values: [],
    runsUserCode: true,
    mayChangeSession: false,
  };
  preRequests.set(key, statement);
  return statement;
}
