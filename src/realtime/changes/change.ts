/** Batches → single changes, decoded for those relations that somebody asks for. */
import { type Batch, messagesOf } from './batch.ts';
import { comparePositions, type Position } from './cursor.ts';
import {
  type Relation,
  readRelation,
  readRow,
  readTruncate,
  relationOidOf,
  TAG,
  type Tuple,
} from './pgoutput.ts';

export interface RowChange extends Position {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly relation: Relation;
  /** Microseconds since 2000-01-01 UTC. */
  readonly committedAt: bigint;
  readonly old: Tuple | undefined;
  readonly new: Tuple | undefined;
}

export interface Truncation extends Position {
  readonly kind: 'truncate';
  readonly relation: Relation;
  readonly committedAt: bigint;
}

export type Change = RowChange | Truncation;

/** In order. `wants` is asked with the oid of a relation. */
export function changesOf({ parts, after }: Batch, wants: (oid: number) => boolean): Change[] {
  const changes: Change[] = [];
  const relations = new Map<number, Relation>();
  for (const { lsn, committedAt, first, body } of parts) {
    let sequence = first - 1;
    for (const message of messagesOf(body)) {
      const tag = message[0];
      if (tag === TAG.relation) {
        if (wants(relationOidOf(message))) relations.set(relationOidOf(message), readRelation(message));
        continue;
      }
      sequence += 1;
      const at = { lsn, sequence, committedAt };
      if (comparePositions(at, after) <= 0) continue;
      if (tag === TAG.truncate) {
        for (const oid of readTruncate(message).relationOids) {
          const relation = relations.get(oid);
          if (relation) changes.push({ ...at, kind: 'truncate', relation });
        }
        continue;
      }
      const relation = relations.get(relationOidOf(message));
      if (!relation) continue;
      const { kind, old, new: now, oldIsKey } = readRow(message);
      changes.push({ ...at, kind, relation, old: oldIsKey ? keyOnly(old, relation) : old, new: now });
    }
  }
  return changes;
}

/** PostgreSQL sends null for what is not in the replica identity. */
function keyOnly(tuple: Tuple | undefined, { columns }: Relation): Tuple | undefined {
  return tuple?.map((value, index) => (columns[index]?.isKey ? value : undefined));
}

const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** Since 1970. */
export function secondsOf(microseconds: bigint): number {
  return POSTGRES_EPOCH_MS / 1000 + Number(microseconds) / 1e6;
}

/** ISO 8601 in UTC with microseconds, as PostgreSQL writes a timestamptz in JSON. */
export function momentText(microseconds: bigint): string {
  const milliseconds = microseconds / 1000n;
  const rest = String(((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n).padStart(6, '0');
  const whole = new Date(POSTGRES_EPOCH_MS + Number(milliseconds)).toISOString().slice(0, 19);
  return `${whole}.${rest}+00:00`;
}
