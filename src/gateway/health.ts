/** `/live`, `/ready`, `/health`: for load balancers, supervisors and people. Asks no credential and tells no secret. */
import type { Reply } from '../exchange.ts';

/** Resolves when the part works, where there is more to say than `ok` with a word. */
export type Check = () => Promise<string | undefined> | string | undefined;

export interface HealthInput {
  version: string;
  checks: Readonly<Record<string, Check>>;
  isStopping: () => boolean;
}

export interface Health {
  live(): Reply;
  ready(): Promise<Reply>;
  health(): Promise<Reply>;
}

const CHECK_TIMEOUT_MS = 2_000;
const FAILED = 'failed';

export function createHealth({ version, checks, isStopping }: HealthInput): Health {
  const startedAt = performance.now();

  async function runChecks(): Promise<{ ok: boolean; results: Record<string, string> }> {
    const entries = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await outcomeOf(check)] as const),
    );
    return {
      ok: !isStopping() && entries.every(([, result]) => result !== FAILED),
      results: Object.fromEntries(entries),
    };
  }

  return {
    live: () => json(200, { status: 'alive' }),
    async ready() {
      const { ok, results } = await runChecks();
      return json(ok ? 200 : 503, {
        status: isStopping() ? 'stopping' : ok ? 'ready' : 'not ready',
        checks: results,
      });
    },
    async health() {
      const { ok, results } = await runChecks();
      const uptimeSeconds = Math.round((performance.now() - startedAt) / 1000);
      return json(ok ? 200 : 503, {
        name: 'goforward',
        version,
        status: ok ? 'ok' : 'degraded',
        uptimeSeconds,
        checks: results,
      });
    },
  };
}

/** A check that hangs has failed: a probe must be answered while the database is not. */
async function outcomeOf(check: Check): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, FAILED);
  });
  const done = (async () => (await check()) ?? 'ok')().catch(() => FAILED);
  const result = await Promise.race([done, late]);
  clearTimeout(timer);
  return result;
}

function json(status: number, body: object): Reply {
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  };
  if (status === 503) headers['retry-after'] = '1';
  return { status, headers, body: JSON.stringify(body) };
}
