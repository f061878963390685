/**
 * `POST /rest/v1/batch`: several requests in one transaction, all or nothing. Each has its own status, headers and body in the answer;
 * they are judged before the transaction ends, so one that fails, for whatever reason, undoes them all.
 */
import { failedRequest } from '../database/as-caller.ts';
import type { BatchResult } from '../database/batch.ts';
import { AppError, invariant } from '../errors.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { parseRequestJson } from '../lib/exact-json.ts';
import type { Action } from './action.ts';
import { RestError, restErrorReply } from './errors.ts';
import type { RestContext } from './handler.ts';
import { appliedPreferences, readPreferences } from './preferences.ts';
import { mayChooseEnd, transactionEnd } from './transaction.ts';

const MAX_REQUESTS = 100;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE']);

/** Who calls is said once, for all. */
const OF_THE_WHOLE = new Set([
  'authorization',
  'apikey',
  'cookie',
  'content-length',
  'x-hasura-admin-secret',
]);

/** What the batch says of its own body and answer does not hold for its requests. */
const OF_ONE = new Set(['accept', 'content-type', 'if-match', 'if-none-match', 'prefer', 'range']);

type Resolve = (exchange: Exchange) => Action;

export async function performBatch(
  context: RestContext,
  exchange: Exchange,
  resolve: Resolve,
): Promise<Reply> {
  const { settings, runner } = context;
  const preferences = readPreferences(exchange.headers.prefer, {
    mayChooseEnd: mayChooseEnd(settings),
    isTimeZone: () => false,
  });
  const parts = readParts(exchange);
  const actions: Action[] = [];
  for (const [index, part] of parts.entries()) {
    try {
      actions.push(resolve(part));
    } catch (error) {
      return failed(parts.length, index, error);
    }
  }
  const reads = actions.every(({ request }) => request.readOnly);
  const writer = reads
    ? -1
    : actions.findIndex(({ request }) => request.readOnly && mayWrite(request.statements));
  if (writer >= 0) return failed(parts.length, writer, volatileRead());
  let judged = 0;
  const accept = (results: BatchResult[]) =>
    actions.map((action, index) => {
      judged = index;
      return action.reply(results[index] ?? []);
    });
  try {
    const replies = await runner.transact(
      actions.map(({ request }) => request),
      transactionEnd(settings, preferences),
      accept,
    );
    const applied = appliedPreferences(preferences, new Set(['tx', 'handling']));
    return batchReply(200, replies.map(printed), applied);
  } catch (error) {
    const index = error instanceof RestError ? judged : failedRequest(error);
    return failed(parts.length, index, error);
  }
}

function mayWrite(statements: Action['request']['statements']): boolean {
  return statements.some(({ mayChangeSession }) => mayChangeSession);
}

/** A transaction that writes cannot keep one of its statements from writing. */
function volatileRead(): RestError {
  return new RestError(
    'PGRST101',
    'Cannot use the GET method on a volatile function in a batch that writes',
    {
      hint: 'Call it with POST.',
    },
  );
}

// ---- the requests

function readParts(exchange: Exchange): Exchange[] {
  let list: unknown;
  try {
    list = parseRequestJson(exchange.body ?? '');
  } catch {
    throw unreadable('the body is no JSON');
  }
  if (!Array.isArray(list)) throw unreadable('the body is no list');
  if (list.length === 0 || list.length > MAX_REQUESTS)
    throw unreadable(`it has ${list.length} requests, where 1 to ${MAX_REQUESTS} are possible`);
  return list.map((one: unknown, index) => readPart(exchange, one, index));
}

function readPart(exchange: Exchange, value: unknown, index: number): Exchange {
  const wrong = (what: string) => unreadable(`request ${index + 1}: ${what}`);
  if (!isObject(value)) throw wrong('it is no object');
  const { method = 'GET', path, headers = {}, body, ...others } = value;
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrong(`there is no member ${JSON.stringify(other)}`);
  if (typeof method !== 'string' || !METHODS.has(method))
    throw wrong(`method must be one of ${[...METHODS].join(', ')}`);
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw wrong('path must be a text that begins with a slash');
  if (!isObject(headers) || !Object.values(headers).every(isHeaderValue))
    throw wrong('headers must be an object of texts');
  const own = Object.fromEntries(
    Object.entries(headers).map(([name, one]) => [name.toLowerCase(), one as string]),
  );
  const forbidden = Object.keys(own).find((name) => OF_THE_WHOLE.has(name));
  if (forbidden !== undefined) throw wrong(`the header ${forbidden} is that of the whole batch`);
  const shared = Object.entries(exchange.headers).filter(([name]) => !OF_ONE.has(name));
  const end = path.indexOf('?');
  return {
    ...exchange,
    method,
    url: path,
    path: end < 0 ? path : path.slice(0, end),
    headers: { ...Object.fromEntries(shared), ...own },
    query: {},
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    bytes: undefined,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As HTTP would have it: one line. */
function isHeaderValue(value: unknown): boolean {
  return typeof value === 'string' && !/[\0\r\n]/.test(value);
}

function unreadable(details: string): RestError {
  return new RestError('PGRST102', 'The batch cannot be read', {
    details,
    hint: 'A batch is a JSON list of {"method", "path", "headers", "body"}.',
  });
}

// ---- the answers

/** What the others are told where one has failed. */
const UNDONE = JSON.stringify({
  code: 'batch-undone',
  message: 'Another request of the batch failed, so this one was undone',
  details: null,
  hint: null,
});
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

function failed(count: number, index: number, error: unknown): Reply {
  if (!(error instanceof AppError)) throw error;
  const reply = restErrorReply(error);
  const list = Array.from({ length: count }, (_, at) =>
    printed(at === index ? reply : { status: 424, headers: JSON_TYPE, body: UNDONE }),
  );
  return batchReply(reply.status, list);
}

function batchReply(status: number, list: readonly string[], applied?: string): Reply {
  return {
    status,
    headers: { ...JSON_TYPE, ...(applied === undefined ? {} : { 'preference-applied': applied }) },
    body: `[${list.join(', \n ')}]`,
  };
}

/** JSON bodies stand as they are, others as texts; bytes in base64. */
function printed({ status, headers, body }: Reply): string {
  invariant(typeof body === 'string' || Buffer.isBuffer(body), 'the answers of a batch are whole');
  const type = String(headers['content-type'] ?? '');
  const isJson = /^application\/(?:[^;]*\+)?json(?:;|$)/.test(type);
  const text = Buffer.isBuffer(body) ? body.toString('base64') : body;
  const shown = text === '' ? 'null' : isJson ? text : JSON.stringify(text);
  return `{"status":${status},"headers":${JSON.stringify(headers)},"body":${shown}}`;
}
