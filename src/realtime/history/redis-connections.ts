/** The two connections of a history in Redis: one for what is answered at once, one that waits. */
import { Redis } from 'ioredis';
import type { Observe } from '../../observation.ts';

/** Who waits longer is better told that Redis is away. */
const PATIENCE_MS = 2_000;
const LONGEST_RETRY_MS = 1_000;

export function connectRedis(url: string, observe: Observe): { redis: Redis; waiting: Redis } {
  const options = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: PATIENCE_MS,
    retryStrategy: (attempt: number) => Math.min(100 * attempt, LONGEST_RETRY_MS),
  };
  const redis = new Redis(url, { ...options, commandTimeout: PATIENCE_MS });
  const waiting = new Redis(url, options);
  let isLost = false;
  redis.on('ready', () => {
    isLost = false;
  });
  redis.on('error', (error) => {
    if (!isLost) observe({ type: 'connection-lost', pool: 'redis history', error });
    isLost = true;
  });
  waiting.on('error', () => undefined);
  return { redis, waiting };
}
