/**
 * Every try to get in counts: against the client's address, against whom it is about, and against what this server does for
 * everybody. The verbs count themselves, so that no door, alias or batch gets more tries out of one request.
 */
import { isIPv6 } from 'node:net';
import { limited } from '../errors.ts';
import type { AuthContext, Client } from './context.ts';

const MINUTE_MS = 60_000;
const FIVE_MINUTES_MS = 5 * MINUTE_MS;

/** `identity`: the address or number that is tried, whether anybody has it or not. */
export async function admit(
  auth: Pick<AuthContext, 'config' | 'limiter'>,
  client: Client,
  identity?: string,
): Promise<void> {
  const { enabled, signInPer5Minutes, identityPer5Minutes, globalPerMinute } = auth.config.limits;
  if (!enabled) return;
  const windowMs = FIVE_MINUTES_MS;
  const wait = await auth.limiter.take([
    { name: `address ${networkOf(client.ip)}`, limit: signInPer5Minutes, windowMs },
    ...(identity ? [{ name: `identity ${plain(identity)}`, limit: identityPer5Minutes, windowMs }] : []),
    { name: 'everybody', limit: globalPerMinute, windowMs: MINUTE_MS },
  ]);
  if (wait > 0) throw limited('over_request_rate_limit', 'Request rate limit reached', wait / 1000);
}

/** Spellings of the same address count together. */
function plain(identity: string): string {
  return identity.includes('@') ? identity.trim().toLowerCase() : identity.replace(/[^0-9a-f-]/gi, '');
}

/** Who has one IPv6 address has the 2^64 beside it. */
function networkOf(ip: string | undefined): string {
  if (ip === undefined || !isIPv6(ip)) return ip ?? 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = (ip.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
