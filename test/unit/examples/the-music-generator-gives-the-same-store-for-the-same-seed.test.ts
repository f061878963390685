/** The generator alone: deterministic, in batches, and larger scales are more of the same. */
import { describe, expect, test } from 'vitest';
import { generateMusic } from '../../../examples/music/generate.ts';

function rowCounts(statements: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const statement of statements) {
    const table = /^insert into (\w+)/.exec(statement)?.[1];
    if (table !== undefined) counts[table] = (counts[table] ?? 0) + statement.split('\n').length - 1;
  }
  return counts;
}

describe('generateMusic', () => {
  const once = [...generateMusic({ seed: 5 })];

  test('says the same for the same seed and something else for another', () => {
    expect([...generateMusic({ seed: 5 })]).toEqual(once);
    expect([...generateMusic({ seed: 6 })]).not.toEqual(once);
  });

  test('never puts more than a thousand rows into one statement', () => {
    const largest = Math.max(...once.map((statement) => statement.split('\n').length - 1));
    expect(largest).toBe(1_000);
  });

  test('makes three times the artists and customers at scale 3, and the same genres', () => {
    const [single, triple] = [rowCounts(once), rowCounts([...generateMusic({ seed: 5, scale: 3 })])];
    expect(triple.artist).toBe(3 * (single.artist ?? 0));
    expect(triple.customer).toBe(3 * (single.customer ?? 0));
    expect(triple.genre).toBe(single.genre);
  });

  test('escapes the quotes in titles', () => {
    expect(once.some((statement) => statement.includes("'Don''t "))).toBe(true);
  });
});
