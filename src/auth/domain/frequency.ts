/** One message of a kind to one address per interval, whether anybody has that address or not. */
import { LRUCache } from 'lru-cache';
import { limited } from '../errors.ts';
import type { AuthContext } from './context.ts';

export type MessageKind =
  | 'signup'
  | 'recovery'
  | 'magiclink'
  | 'email_change'
  | 'reauthentication'
  | 'sms'
  | 'phone_change';

export interface Frequency {
  /** How many milliseconds to wait, or 0, which counts as sent. */
  take(key: string, intervalMs: number): number;
}

const ENTRIES = 100_000;

export function createFrequency(now: () => number): Frequency {
  const last = new LRUCache<string, number>({ max: ENTRIES });
  return {
    take(key, intervalMs) {
      const wait = (last.get(key) ?? -Infinity) + intervalMs - now();
      if (wait > 0) return wait;
      last.set(key, now());
      return 0;
    },
  };
}

export function checkFrequency(auth: AuthContext, kind: MessageKind, address: string): void {
  const { email, phone } = auth.config;
  const byPhone = !address.includes('@');
  const interval = (byPhone ? phone : email).maxFrequencySeconds * 1000;
  const wait = auth.frequency.take(`${kind} ${address}`, interval);
  if (wait <= 0) return;
  const seconds = Math.ceil(wait / 1000);
  throw limited(
    byPhone ? 'over_sms_send_rate_limit' : 'over_email_send_rate_limit',
    `For security purposes, you can only request this after ${seconds} seconds.`,
    seconds,
  );
}
