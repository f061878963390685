/** `POST /meta/v1/query` `{query}`: runs SQL as the platform's login, never as a superuser, and answers rows as JSON. */
import pg from 'pg';
import { AppError } from '../errors.ts';
import type { Endpoint } from '../exchange.ts';
import type { Audit } from './audit.ts';
import { requireService } from './service-only.ts';

export interface QueryInput {
  readonly platformUrl: string;
  readonly statementTimeoutMs: number;
  readonly audit: Audit;
}

const HEADERS = { 'content-type': 'application/json; charset=utf-8' };

export function createQueryEndpoint({ platformUrl, statementTimeoutMs, audit }: QueryInput): Endpoint {
  return {
    async handle(exchange) {
      requireService(exchange.caller);
      const query = readQuery(exchange.body);
      await audit(exchange, 'meta.query', { query: query.slice(0, 10_000) });
      // A connection of its own: what the text does to its session dies with it.
      const client = new pg.Client({
        connectionString: platformUrl,
        application_name: 'goforward meta',
        statement_timeout: statementTimeoutMs,
      });
      try {
        await client.connect();
        const results = await client.query({ text: query, types: { getTypeParser: asPrinted } as never });
        const last = Array.isArray(results) ? results.at(-1) : results;
        return { status: 200, headers: HEADERS, body: JSON.stringify(last?.rows ?? []) };
      } catch (error) {
        return refused(error);
      } finally {
        await client.end().catch(() => {});
      }
    },
  };
}

const BOOL = 16;
const NUMBERS = new Set([21, 23, 26, 700, 701]);
const JSONS = new Set([114, 3802]);

/** JSON where it has the type, PostgreSQL's text for the rest: nothing is rounded. */
function asPrinted(oid: number): (text: string) => unknown {
  if (oid === BOOL) return (text) => text === 't';
  if (NUMBERS.has(oid)) return (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
  if (JSONS.has(oid)) return (text) => JSON.parse(text);
  return (text) => text;
}

function readQuery(body: string | undefined): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body ?? '');
  } catch {
    throw new AppError('invalid-request', 'The body must be JSON: {"query": "select …"}');
  }
  const query = (parsed as { query?: unknown } | null)?.query;
  if (typeof query !== 'string' || query.trim() === '')
    throw new AppError('invalid-request', '"query" must be a string with SQL');
  return query;
}

/** The service key may see everything, so it gets PostgreSQL's own words. */
function refused(error: unknown) {
  const { code, message, detail, hint, position, severity } = error as Record<string, string | undefined>;
  if (severity === undefined) throw error;
  return {
    status: 400,
    headers: HEADERS,
    body: JSON.stringify({ error: message, code, message, detail, hint, position }),
  };
}
