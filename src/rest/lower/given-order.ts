/** Rows that were written, or that a function returned, stay in the order in which they came. */
import type { ReadPlan } from '../../data/plan/plan.ts';

/** Joins could bring them into any other; without joins there is nothing that would. */
export function inGivenOrder(read: ReadPlan): ReadPlan {
  const { shape, order } = read;
  if (order.length > 0 || shape.kind !== 'object') return read;
  const kinds = new Set(shape.entries.map(([, entry]) => entry.kind));
  const isJoined = kinds.has('relation') || kinds.has('spread');
  if (!isJoined || kinds.has('aggregate')) return read;
  return { ...read, order: [{ operand: { kind: 'ordinal' }, direction: 'asc', nulls: 'last' }] };
}
