/**
 * The word of a list that is most like a given one: candidates that share groups of letters, ranked by edit distance. The measure is
 * the one that PostgREST's hints use, so that both make the same suggestions.
 */
import { editDistance } from './nearest.ts';

export interface Likeness {
  /** 1: the same but for case. */
  readonly score: number;
  readonly word: string;
}

const DEFAULT_MIN_SCORE = 0.33;
const MAX_CANDIDATES = 50;
/** Longer groups are tried first. */
const GROUP_SIZES = [3, 2];

interface Entry {
  readonly word: string;
  readonly lower: string;
  readonly magnitude: number;
}

export class FuzzySet {
  readonly #exact = new Map<string, string>();
  /** Per size: group of letters → entries with how often they hold it. */
  readonly #groups = new Map<number, Map<string, [Entry, number][]>>();

  constructor(words: Iterable<string>) {
    for (const word of words) {
      const lower = word.toLowerCase();
      if (this.#exact.has(lower)) continue;
      this.#exact.set(lower, word);
      for (const size of GROUP_SIZES) this.#add(word, lower, size);
    }
  }

  #add(word: string, lower: string, size: number): void {
    const counts = groupsOf(lower, size);
    const entry = { word, lower, magnitude: magnitudeOf(counts) };
    const bySize = this.#groups.get(size) ?? new Map<string, [Entry, number][]>();
    this.#groups.set(size, bySize);
    for (const [group, count] of counts) {
      const list = bySize.get(group);
      if (list) list.push([entry, count]);
      else bySize.set(group, [[entry, count]]);
    }
  }

  /** The best first. */
  get(word: string, minScore = DEFAULT_MIN_SCORE): Likeness[] {
    const lower = word.toLowerCase();
    const same = this.#exact.get(lower);
    if (same !== undefined) return [{ score: 1, word: same }];
    for (const size of GROUP_SIZES) {
      const found = this.#ranked(lower, size).filter(({ score }) => score >= minScore);
      if (found.length > 0) return found;
    }
    return [];
  }

  #ranked(lower: string, size: number): Likeness[] {
    const counts = groupsOf(lower, size);
    const products = new Map<Entry, number>();
    for (const [group, count] of counts)
      for (const [entry, own] of this.#groups.get(size)?.get(group) ?? [])
        products.set(entry, (products.get(entry) ?? 0) + count * own);
    const cosine = ([entry, product]: [Entry, number]) => product / entry.magnitude;
    return [...products]
      .sort((left, right) => cosine(right) - cosine(left))
      .slice(0, MAX_CANDIDATES)
      .map(([entry]) => ({ score: likeness(lower, entry.lower), word: entry.word }))
      .sort((left, right) => right.score - left.score);
  }
}

function likeness(left: string, right: string): number {
  return 1 - editDistance(left, right) / Math.max(left.length, right.length);
}

/** Letters, digits, commas and spaces count; a dash stands at both ends. */
function groupsOf(lower: string, size: number): Map<string, number> {
  const text = `-${lower.replace(/[^\p{L}\p{N}, ]+/gu, '')}-`.padEnd(size, '-');
  const counts = new Map<string, number>();
  for (let start = 0; start + size <= text.length; start++) {
    const group = text.slice(start, start + size);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

function magnitudeOf(counts: ReadonlyMap<string, number>): number {
  return Math.sqrt([...counts.values()].reduce((sum, count) => sum + count * count, 0));
}
