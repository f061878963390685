/** An authenticator with a clock that stands still until a test moves it. */
import {
  type Authenticate,
  type AuthenticatorInput,
  createAuthenticator,
} from '../../src/auth/authenticate.ts';
import type { RequestHeaders, RequestQuery } from '../../src/auth/credentials.ts';
import { type ApiKeys, deriveKeys } from '../../src/auth/keys.ts';
import type { SigningKey } from '../../src/auth/signing-keys.ts';
import type { Caller } from '../../src/caller.ts';
import { loadConfig } from '../../src/config.ts';

export const SECRET = 'the secret of the tests, long enough to be one';
/** 2026-06-01, in seconds. */
export const NOW = 1_780_272_000;

export interface TestAuthenticator {
  authenticate: Authenticate;
  /** Always as a promise, for tests that do not care. */
  ask(headers: RequestHeaders, query?: RequestQuery): Promise<Caller>;
  keys: ApiKeys;
  clock: { seconds: number };
}

export interface Settings {
  jwt?: Partial<AuthenticatorInput['jwt']>;
  signingKeys?: SigningKey[];
  findApiKey?: AuthenticatorInput['findApiKey'];
}

export function createTestAuthenticator({
  jwt,
  signingKeys,
  findApiKey = async () => null,
}: Settings = {}): TestAuthenticator {
  const clock = { seconds: NOW };
  const keys = deriveKeys(SECRET);
  const defaults = loadConfig({ env: {}, cwd: '/nonexistent' }).auth.jwt;
  const authenticate = createAuthenticator({
    jwt: { ...defaults, ...jwt },
    keys,
    anonymousRole: 'anon',
    signingKeys,
    findApiKey,
    now: () => clock.seconds * 1000,
  });
  return { authenticate, keys, clock, ask: async (headers, query) => authenticate(headers, query) };
}

export function bearer(token: string): RequestHeaders {
  return { authorization: `Bearer ${token}` };
}
