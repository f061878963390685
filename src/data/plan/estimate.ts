/** How many rows a plan may bring: what it costs before it is run. */
import type { ConnectionShape, ObjectShape, PageShape, QueryPlan, ReadPlan, StreamPlan } from './plan.ts';

/** Counted for a list without a limit. */
const ASSUMED_ROWS = 100;

/** The largest product of limits along a path. */
export function estimateRows(plan: QueryPlan): number {
  return Math.max(0, ...plan.map(([, root]) => (root.kind === 'read' ? readRows(root) : 1)));
}

/** Of a batch, its ties left out. */
export function estimateStreamRows({ read, batchSize }: StreamPlan): number {
  return readRows({ ...read, limit: batchSize });
}

function readRows(read: ReadPlan): number {
  const below = rowsBelow(read.shape);
  const own = read.take === 'maybe' ? 1 : (read.limit ?? ASSUMED_ROWS);
  return below === 0 ? 1 : own * below;
}

function rowsBelow(shape: ReadPlan['shape']): number {
  if (shape.kind === 'page') return pageRows(shape);
  if (shape.kind === 'connection') return connectionRows(shape);
  return shape.kind === 'groups' ? 1 : objectRows(shape);
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

function connectionRows(shape: ConnectionShape): number {
  const nodes = shape.entries.flatMap(([, entry]) => {
    if (entry.kind === 'nodes') return [entry.shape];
    if (entry.kind !== 'edges') return [];
    return entry.entries.flatMap(([, part]) => (part.kind === 'node' ? [part.shape] : []));
  });
  return Math.max(1, ...nodes.map(objectRows));
}
