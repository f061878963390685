/** The judge: a log against what should be in it. */
import { RESET } from './subscriber.ts';

/** What was told is what was to be told, save that something may be missing where it was said so. */
export function difference(told: readonly string[], wanted: readonly string[]): string | undefined {
  let at = 0;
  let mayJump = false;
  for (const [index, one] of told.entries()) {
    if (one === RESET) {
      mayJump = true;
      continue;
    }
    const found = mayJump ? wanted.indexOf(one, at) : at;
    if (wanted[found] !== one)
      return `event ${index} is ${one}, expected ${wanted[at] ?? 'nothing more'}; ${told.length} of ${wanted.length} told`;
    at = found + 1;
    mayJump = false;
  }
  if (at < wanted.length && !mayJump)
    return `${wanted.length - at} of ${wanted.length} are missing at the end, the first is ${wanted[at]}`;
  return undefined;
}
