/** A race for something that counts once: many redeem it at the same moment, and exactly one gets it, each time. */
import { expect } from 'vitest';

export const PARALLEL = 50;
export const REPEATS = Number(process.env.RACE_REPEATS ?? 3);
/** Of all rounds together. */
export const RACE_TIMEOUT_MS = 30_000 + REPEATS * 3_000;

/** Prepares one thing to redeem; gives back the request that redeems it, which says whether it was granted. */
export type Race = () => Promise<(index: number) => Promise<boolean>>;

export async function expectOneWinner(prepare: Race): Promise<void> {
  for (let round = 0; round < REPEATS; round += 1) {
    const redeem = await prepare();
    const outcomes = await Promise.all(Array.from({ length: PARALLEL }, (_, index) => redeem(index)));
    expect(outcomes.filter(Boolean), `round ${round + 1}`).toHaveLength(1);
  }
}
