/** How many rows a plan may bring: what it costs before it is run. */
import type { ObjectShape, PageShape, QueryPlan, ReadPlan } from './plan.ts';

/** Counted for a list without a limit. */
const ASSUMED_ROWS = 100;

/** The largest product of limits along a path. */
export function estimateRows(plan: QueryPlan): number {
  return Math.max(0, ...plan.map(([, root]) => (root.kind === 'read' ? readRows(root) : 1)));
}

function readRows(read: ReadPlan): number {
  const below = read.shape.kind === 'page' ? pageRows(read.shape) : objectRows(read.shape);
  const own = read.take === 'maybe' ? 1 : (read.limit ?? ASSUMED_ROWS);
  return below === 0 ? 1 : own * below;
}

function objectRows(shape: ObjectShape): number {
  return Math.max(
    1,
    ...shape.entries.map(([, entry]) => (entry.kind === 'relation' ? readRows(entry.read) : 1)),
  );
}

/** Numbers alone bring one row. */
function pageRows(shape: PageShape): number {
  return Math.max(
    0,
    ...shape.entries.map(([, entry]) => (entry.kind === 'nodes' ? objectRows(entry.shape) : 0)),
  );
}
