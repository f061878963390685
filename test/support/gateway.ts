/** A gateway on a free port, with an endpoint that a test writes. */
import { createAuthenticator } from '../../src/auth/authenticate.ts';
import { type ApiKeys, deriveKeys } from '../../src/auth/keys.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import type { Endpoint, Exchange, Reply } from '../../src/exchange.ts';
import { createGateway, type Gateway, type GatewayInput } from '../../src/gateway/server.ts';
import type { Observation } from '../../src/observation.ts';
import { SECRET } from './authenticator.ts';

export interface TestGateway {
  url: string;
  port: number;
  keys: ApiKeys;
  gateway: Gateway;
  observations: Observation[];
}

export interface TestGatewayOptions {
  graphql?: Endpoint;
  checks?: GatewayInput['checks'];
  env?: Record<string, string>;
}

export function json(body: unknown, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Tells what reached it. */
export const echo: Endpoint = {
  handle: ({ method, url, path, query, body, caller, requestId }: Exchange) =>
    json({ method, url, path, query, body, role: caller.role, requestId }),
};

export async function startTestGateway({
  graphql = echo,
  checks = {},
  env = {},
}: TestGatewayOptions = {}): Promise<TestGateway> {
  const config: Config = loadConfig({ env: { GOFORWARD_SERVER_PORT: '0', ...env }, cwd: '/nonexistent' });
  const observations: Observation[] = [];
  const keys = deriveKeys(SECRET);
  const gateway = createGateway({
    config,
    version: '1.2.3',
    observe: (observation) => observations.push(observation),
    authenticate: createAuthenticator({
      jwt: config.auth.jwt,
      keys,
      anonymousRole: 'anon',
      findApiKey: async () => null,
    }),
    endpoints: { graphql, hasura: graphql },
    checks,
  });
  const url = await gateway.listen();
  return { url, port: Number(new URL(url).port), keys, gateway, observations };
}
