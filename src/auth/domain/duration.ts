/** Durations as Go writes them: `24h`, `1h30m`, `300s`. */
import { invalid } from '../errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
/** Beyond what a date can hold lies only nonsense. */
const LONGEST_MS = 1000 * 365 * 24 * 3_600_000;

export function readDuration(text: string): number {
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) throw invalid(`invalid format for ban duration: "${text}"`);
  let total = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g))
    total += Number(amount) * (UNIT_MS[unit] ?? 0);
  return Math.min(total, LONGEST_MS);
}
