/**
 * The driver of live queries where the database tells of changes: only what a change can concern is asked again. What is not told is asked
 * every so often, and so is everything while changes do not arrive.
 */
import type { Batch } from '../changes/batch.ts';
import { type Change, changesOf } from '../changes/change.ts';
import type { Relation, Tuple } from '../changes/pgoutput.ts';
import type { ChangeFeed } from '../feed.ts';
import type { LiveQueries } from './live-queries.ts';
import type { Touched } from './live-statement.ts';
import type { Driver } from './polling.ts';

type Values = Map<string, Set<string> | 'any'>;

export function followChanges(
  liveQueries: Pick<LiveQueries, 'wake' | 'pinnedColumns'>,
  feed: ChangeFeed,
  pollMs: number,
): Driver {
  let wasLive = feed.isLive;
  const stop = feed.listen({
    onBatch: (batch) => liveQueries.wake(touchedBy(batch, (oid) => liveQueries.pinnedColumns(oid))),
    onReset: () => liveQueries.wake('all'),
    onLive(isLive) {
      // What was answered before changes arrived may be old.
      if (isLive && !wasLive) liveQueries.wake('all');
      wasLive = isLive;
    },
  });
  const timer = setInterval(() => liveQueries.wake(feed.isLive ? 'untold' : 'all'), pollMs);
  timer.unref();
  return {
    close() {
      clearInterval(timer);
      stop();
    },
  };
}

/** Rows are looked at only where a value in them decides. */
export function touchedBy(
  batch: Batch,
  pinnedColumns: (oid: number) => Iterable<string> | undefined,
): ReadonlyMap<number, Touched> {
  const pinned = new Map<number, Values>();
  const touched = new Map<number, Touched>();
  for (const oid of batch.relations) {
    const columns = [...(pinnedColumns(oid) ?? [])];
    if (columns.length === 0) touched.set(oid, 'any');
    else {
      const values: Values = new Map(columns.map((column) => [column, new Set()]));
      pinned.set(oid, values);
      touched.set(oid, values);
    }
  }
  if (pinned.size === 0) return touched;
  for (const change of changesOf(batch, (oid) => pinned.has(oid)))
    noteValues(change, pinned.get(change.relation.oid) ?? new Map());
  return touched;
}

function noteValues(change: Change, values: Values): void {
  for (const [column, noted] of values) {
    if (noted === 'any') continue;
    const found = change.kind === 'truncate' ? undefined : valuesOf(change, column);
    if (!found) values.set(column, 'any');
    else for (const value of found) if (value !== null) noted.add(value);
  }
}

/** Before and after; undefined where one of them is not known. */
function valuesOf(
  { kind, relation, old, new: now }: Exclude<Change, { kind: 'truncate' }>,
  column: string,
): (string | null)[] | undefined {
  const index = relation.columns.findIndex(({ name }) => name === column);
  if (index < 0) return undefined;
  const after = kind === 'delete' ? [] : [now?.[index]];
  const before = kind === 'insert' ? [] : [oldValue(relation, index, old, now)];
  const all = [...before, ...after];
  return all.includes(undefined) ? undefined : (all as (string | null)[]);
}

/** Where nothing is told of the old row its key is that of the new one. */
function oldValue(
  { columns }: Relation,
  index: number,
  old: Tuple | undefined,
  now: Tuple | undefined,
): string | null | undefined {
  if (old) return old[index];
  return columns[index]?.isKey ? now?.[index] : undefined;
}
