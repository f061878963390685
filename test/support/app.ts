/** The whole server over a test's database, in this process, on a free port. */
import { createApp } from '../../src/app.ts';
import type { ApiKeys } from '../../src/auth/keys.ts';
import { loadConfig } from '../../src/config.ts';
import type { Observation } from '../../src/observation.ts';
import { TEST_JWT_SECRET, type TestDatabase } from './database.ts';

export interface TestApp {
  readonly url: string;
  readonly keys: ApiKeys;
  readonly observations: readonly Observation[];
  /** POSTs JSON; `key` is a token or an API key that is one, none is anonymous. */
  post(path: string, body: unknown, key?: string): Promise<{ status: number; text: string }>;
  stop(): Promise<void>;
}

/** `cwd` is where a goforward.yaml may be. */
export async function startApp(
  database: Pick<TestDatabase, 'adminUrl'>,
  env: Record<string, string> = {},
  cwd = '/nonexistent',
): Promise<TestApp> {
  const observations: Observation[] = [];
  const config = loadConfig({
    env: {
      GOFORWARD_SERVER_PORT: '0',
      GOFORWARD_DATABASE_URL: database.adminUrl,
      GOFORWARD_AUTH_JWT_SECRET: TEST_JWT_SECRET,
      ...env,
    },
    cwd,
  });
  const app = createApp(config, { observe: (observation) => void observations.push(observation) });
  const { url, keys } = await app.start();
  return {
    url,
    keys,
    observations,
    post: async (path, body, key) => {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, text: await response.text() };
    },
    stop: () => app.stop(),
  };
}
