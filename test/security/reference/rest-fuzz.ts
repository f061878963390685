/** Spoilt requests against the REST API: what must never come back, however wrong they are. */
import type { TestDatabase } from '../../support/database.ts';
import { openRestApi } from '../../support/rest-api.ts';
import { REST_SCHEMA, type SpoiltRequest, seededRandom, spoiltRequest } from './rest-requests.ts';

export interface FuzzFacts {
  readonly requests: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** The longest that a request kept everybody else waiting. */
  readonly longestMs: number;
}

export interface FuzzFailure {
  readonly request: SpoiltRequest;
  readonly why: string;
}

/** Nobody else is served for longer than that. */
const MAX_BLOCKED_MS = 200;

/** Stacks, files and statements of ours. PostgreSQL's own messages may name what the request named. */
const INTERNAL = [
  /\bat .*\(?(file:|node:|\/).*:\d+/,
  /node_modules|\/src\/|\.ts:\d/,
  /\b(from|join lateral) \(select\b|pg_catalog\.(json_agg|count|set_config|current_setting)|json_to_recordset/,
  /goforward (refuses|\.)/,
  /\bt\d+\.\w+|\bs\d+\b.*Variable/,
];

export async function fuzzRest(
  database: Pick<TestDatabase, 'platformUrl' | 'apiUrl'> & { sql(text: string): Promise<unknown> },
  { requests, seed }: { requests: number; seed: number },
): Promise<{ facts: FuzzFacts; failure: FuzzFailure | undefined }> {
  await database.sql(REST_SCHEMA);
  const api = await openRestApi(database, {
    settings: { transactionEnd: 'rollback', aggregates: true, plan: true },
  });
  const random = seededRandom(seed);
  const byStatus: Record<string, number> = {};
  let longestMs = 0;
  let done = 0;
  try {
    for (; done < requests; done++) {
      const request = spoiltRequest(random);
      const { method, path, headers, body } = request;
      // Until the first thing is awaited nobody else has a turn. Processor time: the machine may have other things to do.
      const used = process.cpuUsage();
      const answering = api
        .ask(method, path, { headers, body })
        .catch((error: unknown) => ({ thrown: error }));
      const { user, system } = process.cpuUsage(used);
      longestMs = Math.max(longestMs, (user + system) / 1000);
      const answer = await answering;
      const why =
        'thrown' in answer
          ? `threw ${String((answer.thrown as Error)?.stack ?? answer.thrown)}`
          : problemOf(answer.status, answer.text);
      if (why !== undefined)
        return { facts: { requests: done, byStatus, longestMs }, failure: { request, why } };
      if (!('thrown' in answer)) byStatus[answer.status] = (byStatus[answer.status] ?? 0) + 1;
      if (longestMs > MAX_BLOCKED_MS)
        return {
          facts: { requests: done, byStatus, longestMs },
          failure: { request, why: `blocked for ${longestMs} ms` },
        };
    }
    return { facts: { requests: done, byStatus, longestMs }, failure: undefined };
  } finally {
    await api.close();
  }
}

function problemOf(status: number, text: string): string | undefined {
  if (status >= 500) return `${status} ${text}`;
  if (status < 400) return undefined;
  const found = INTERNAL.find((pattern) => pattern.test(text));
  return found && `${status} tells ${String(found)}: ${text}`;
}
