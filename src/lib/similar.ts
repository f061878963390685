/** The candidate that looks most like a word, by the share of characters that need not change. */
import { editDistance } from './nearest.ts';

/** Undefined where none reaches the score, which is between 0 and 1. A candidate must share two neighbouring characters. */
export function mostSimilar(word: string, candidates: Iterable<string>, minimum: number): string | undefined {
  const wanted = word.toLowerCase();
  const wantedPairs = pairsOf(wanted);
  let best: string | undefined;
  let bestScore = 0;
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase();
    const length = Math.max(wanted.length, lower.length, 1);
    // The lengths alone say how good it can be at best.
    if (1 - Math.abs(wanted.length - lower.length) / length < Math.max(minimum, bestScore)) continue;
    const score = 1 - editDistance(wanted, lower) / length;
    if (score < minimum || score <= bestScore) continue;
    if (![...pairsOf(lower)].some((pair) => wantedPairs.has(pair))) continue;
    best = candidate;
    bestScore = score;
  }
  return best;
}

/** Neighbours among letters, digits, blanks and commas, the ends included. */
function pairsOf(text: string): Set<string> {
  const plain = `-${text.replace(/[^\p{L}\p{N}\s_,]/gu, '')}-`;
  const pairs = new Set<string>();
  for (let index = 0; index + 1 < plain.length; index += 1) pairs.add(plain.slice(index, index + 2));
  return pairs;
}
