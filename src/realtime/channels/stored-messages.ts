/** Broadcasts as rows of realtime.messages: told when they are written, read again for who asks for a replay, removed when they are old. */
import type { Pool } from 'pg';
import type { Batch } from '../changes/batch.ts';
import { changesOf, type RowChange } from '../changes/change.ts';
import type { ChangeFeed } from '../feed.ts';
import { type Body, Message } from './message.ts';
import { roomOf } from './topic.ts';

export interface ReplayWish {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly limit: number;
}

export const MAX_REPLAY = 25;
const DELETE_AT_ONCE = 10_000;

const REPLAY = `
select id, event, payload::text as payload, binary_payload from realtime.messages
where topic = $1 and private and extension = 'broadcast' and event is not null
  and inserted_at >= pg_catalog.to_timestamp($2 / 1000.0) at time zone 'utc'
order by inserted_at desc, id desc limit $3`;

interface StoredRow {
  readonly id: string;
  readonly event: string;
  readonly payload: string | null;
  readonly binary_payload: Buffer | null;
}

/** The newest, the oldest of them first. */
export async function replay(pool: Pool, topic: string, { since, limit }: ReplayWish): Promise<Message[]> {
  const { rows } = await pool.query<StoredRow>(REPLAY, [topic, since, Math.min(limit, MAX_REPLAY)]);
  return rows
    .map(({ id, event, payload, binary_payload }) => {
      const body = binary_payload === null ? { json: payload ?? '{}' } : { bytes: binary_payload };
      return new Message(event, body, { id, replayed: true });
    })
    .reverse();
}

export async function removeOldMessages(pool: Pool, keepHours: number): Promise<void> {
  const remove = `delete from realtime.messages where id in (
    select id from realtime.messages
    where inserted_at < (pg_catalog.now() - $1 * interval '1 hour') at time zone 'utc' limit ${DELETE_AT_ONCE})`;
  while (((await pool.query(remove, [keepHours])).rowCount ?? 0) === DELETE_AT_ONCE);
}

/** Hands on what is written from now on. Resolves once it listens. */
export async function followStoredMessages(
  pool: Pool,
  feed: ChangeFeed,
  deliver: (room: string, message: Message) => void,
): Promise<() => void> {
  const { rows } = await pool.query<{ oid: string }>(
    `select 'realtime.messages'::regclass::oid::text as oid`,
  );
  const messages = Number(rows[0]?.oid);
  return feed.listen({
    onBatch(batch: Batch) {
      if (!batch.relations.has(messages)) return;
      for (const change of changesOf(batch, (oid) => oid === messages))
        if (change.kind === 'insert') tell(change, deliver);
    },
    // What was sent meanwhile can be replayed.
    onReset: () => undefined,
  });
}

function tell({ relation, new: row }: RowChange, deliver: (room: string, message: Message) => void): void {
  const value = (name: string) => row?.[relation.columns.findIndex((column) => column.name === name)] ?? null;
  const [topic, event, id, bytes] = [value('topic'), value('event'), value('id'), value('binary_payload')];
  if (topic === null || event === null || value('extension') !== 'broadcast') return;
  const body: Body =
    bytes === null
      ? { json: value('payload') ?? '{}' }
      : { bytes: Buffer.from(bytes.replace(/^\\x/, ''), 'hex') };
  const message = new Message(event, body, id === null ? undefined : { id });
  deliver(roomOf({ name: topic, isPrivate: value('private') === 't' }), message);
}
