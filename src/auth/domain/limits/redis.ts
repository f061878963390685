/** Limits that several processes share. While Redis cannot be reached each process counts for itself. */
import { createHmac } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Observe } from '../../../observation.ts';
import type { Limiter } from './limiter.ts';

export interface RedisLimiterInput {
  readonly url: string;
  /** Names hold addresses of people: only what is made of them with the secret goes out. */
  readonly secret: string;
  readonly fallback: Limiter;
  readonly observe: Observe;
}

/** A sign-in must not hang on the counting of it. */
const PATIENCE_MS = 500;
const MAX_PAUSE_MS = 5_000;

/** All or none, in one step. KEYS: what is counted; ARGV: limit and window of each. */
const TAKE = `
local wait = 0
for i, key in ipairs(KEYS) do
  local count = tonumber(redis.call('get', key) or '0')
  if count >= tonumber(ARGV[2 * i - 1]) then
    wait = math.max(wait, redis.call('pttl', key), 1)
  end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  if redis.call('incr', key) == 1 then redis.call('pexpire', key, ARGV[2 * i]) end
end
return 0`;

export function createRedisLimiter({ url, secret, fallback, observe }: RedisLimiterInput): Limiter {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: PATIENCE_MS,
    connectTimeout: PATIENCE_MS,
    retryStrategy: (attempt) => Math.min(100 * attempt, MAX_PAUSE_MS),
  });
  let isLost = false;
  redis.on('ready', () => {
    isLost = false;
  });
  redis.on('error', lost);

  function lost(error: unknown): void {
    // Once per loss: it is tried again and again until it is back.
    if (!isLost) observe({ type: 'connection-lost', pool: 'redis', error });
    isLost = true;
  }

  // The braces keep all keys in one slot of a cluster.
  const keyOf = (name: string) =>
    `{goforward:limits}:${createHmac('sha256', secret).update(`limit ${name}`).digest('base64url')}`;

  return {
    async take(allowances) {
      if (allowances.length === 0) return 0;
      try {
        const keys = allowances.map(({ name }) => keyOf(name));
        const numbers = allowances.flatMap(({ limit, windowMs }) => [limit, windowMs]);
        return Number(await redis.eval(TAKE, keys.length, ...keys, ...numbers));
      } catch (error) {
        lost(error);
        return fallback.take(allowances);
      }
    },
    async close() {
      redis.disconnect();
      await fallback.close();
    },
  };
}
