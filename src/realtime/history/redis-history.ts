/**
 * The history that several processes share: a Redis stream per epoch. An entry's id is the position of the last change in it, and
 * Redis takes ids in rising order alone: what is sent twice, or late by a process that lost the slot, is refused by itself.
 *
 * Keys below `prefix`: `stream` (hash: epoch, lsn and sequence after which everything is there), `changes:<epoch>` (stream).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Batch, changeCount, lastOf, readBatch } from '../changes/batch.ts';
import { comparePositions, type Position } from '../changes/cursor.ts';
import type { History, HistoryLimits, HistoryRange } from './history.ts';

/** An entry's members: batch, time of writing, changes and bytes of the stream up to it. */
interface Entry {
  readonly id: string;
  readonly batch: Buffer;
  readonly writtenAtMs: number;
  readonly changes: number;
  readonly bytes: number;
}

type Top = Pick<Entry, 'id' | 'changes' | 'bytes'>;

const PAGE_ENTRIES = 64;
const TRIM_MS = 1_000;
const WAIT_GRACE_MS = 500;
/** A stream whose epoch has ended may still be read by nobody; it goes by itself. */
const OLD_STREAM_SECONDS = 60;
/** Lately appended batches, for a Redis that comes back without them. */
const RECENT_BYTES = 16 * 1024 * 1024;

export interface RedisHistoryInput {
  /** For commands that are answered at once. */
  readonly redis: Redis;
  /** For waiting: it is busy while it waits. */
  readonly waiting: Redis;
  readonly prefix: string;
  readonly limits: HistoryLimits;
  readonly now?: () => number;
}

export function createRedisHistory(input: RedisHistoryInput): History {
  const { redis, waiting, prefix, limits, now = Date.now } = input;
  const meta = `${prefix}:stream`;
  const streamOf = (epoch: string) => `${prefix}:changes:${epoch}`;
  /** Of the stream that this process adds to. */
  let epoch: string | undefined;
  let recent: Batch[] = [];
  let recentBytes = 0;
  /** Everything before the oldest of `recent` that was appended. */
  let recentFrom: Position | undefined;
  let trimmedAtMs = 0;
  /** Of streams that this process writes. */
  const tops = new Map<string, Top | undefined>();

  async function readMeta(): Promise<{ epoch: string; from: Position } | undefined> {
    const found = await redis.hgetall(meta);
    if (!found.epoch) return undefined;
    return { epoch: found.epoch, from: { lsn: BigInt(found.lsn ?? 0), sequence: Number(found.sequence) } };
  }

  /** One member of an entry is a whole batch: what is known is not asked again, until an addition fails. */
  async function newest(stream: string): Promise<Top | undefined> {
    if (tops.has(stream)) return tops.get(stream);
    const [entry] = entriesOf(await redis.callBuffer('xrevrange', stream, '+', '-', 'count', 1));
    return entry;
  }

  async function range(): Promise<HistoryRange | undefined> {
    const known = await readMeta();
    if (!known) return undefined;
    tops.clear();
    const last = await newest(streamOf(known.epoch));
    return { ...known, to: last ? positionOf(last.id) : known.from };
  }

  async function begin(newEpoch: string, at: Position): Promise<void> {
    const old = (await readMeta())?.epoch;
    recent = [];
    recentBytes = 0;
    recentFrom = at;
    await redis
      .multi()
      .hset(meta, { epoch: newEpoch, lsn: String(at.lsn), sequence: String(at.sequence) })
      .expire(streamOf(old ?? newEpoch), OLD_STREAM_SECONDS)
      .exec();
    epoch = newEpoch;
  }

  async function append(batches: readonly Batch[]): Promise<void> {
    const known = epoch;
    if (known === undefined) throw new Error('no stream was begun');
    const from = await restored(known);
    try {
      await add(
        known,
        batches.filter((batch) => comparePositions(lastOf(batch), from) > 0),
      );
    } catch (error) {
      tops.clear();
      throw error;
    }
    for (const batch of batches) remember(batch);
    await trim(known);
  }

  /** What was added before is refused, and the rest is told from it. */
  async function add(known: string, batches: readonly Batch[]): Promise<void> {
    if (batches.length === 0) return;
    const stream = streamOf(known);
    let top = await newest(stream);
    const pipeline = redis.pipeline();
    for (const batch of batches) {
      if (top && comparePositions(positionOf(top.id), lastOf(batch)) >= 0) continue;
      top = {
        id: idOf(lastOf(batch)),
        changes: (top?.changes ?? 0) + changeCount(batch),
        bytes: (top?.bytes ?? 0) + batch.bytes.length,
      };
      const members = [
        'b',
        batch.bytes,
        't',
        String(now()),
        'n',
        String(top.changes),
        'y',
        String(top.bytes),
      ];
      pipeline.xadd(stream, top.id, ...members);
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    tops.set(stream, top);
  }

  /** Where the stream begins. A Redis that was started anew, and kept nothing, gets back what is still at hand. */
  async function restored(known: string): Promise<Position> {
    const found = await readMeta();
    if (found?.epoch === known) return found.from;
    // Whoever lost the slot and does not know it yet must not bring the old stream back.
    if (found) throw new Error('another stream has begun');
    const from = recentFrom;
    if (from === undefined) throw new Error('the history was lost');
    await redis.hset(meta, { epoch: known, lsn: String(from.lsn), sequence: String(from.sequence) });
    tops.clear();
    await add(known, recent);
    return from;
  }

  function remember(batch: Batch): void {
    const newest = recent.at(-1);
    if (newest && comparePositions(lastOf(batch), lastOf(newest)) <= 0) return;
    recent.push(batch);
    recentBytes += batch.bytes.length;
    while (recentBytes > RECENT_BYTES && recent.length > 1) {
      const oldest = recent.shift();
      if (!oldest) return;
      recentBytes -= oldest.bytes.length;
      recentFrom = lastOf(oldest);
    }
  }

  async function trim(known: string): Promise<void> {
    if (now() - trimmedAtMs < TRIM_MS) return;
    trimmedAtMs = now();
    const stream = streamOf(known);
    const last = await newest(stream);
    for (let gone = true; gone && last; ) {
      const entries = entriesOf(await redis.callBuffer('xrange', stream, '-', '+', 'count', PAGE_ENTRIES));
      const isOver = ({ writtenAtMs, changes, bytes }: Entry) =>
        writtenAtMs < now() - limits.maxAgeMs ||
        last.changes - changes >= limits.maxChanges ||
        last.bytes - bytes >= limits.maxBytes;
      const kept = entries.findIndex((entry) => !isOver(entry));
      const over = kept < 0 ? entries : entries.slice(0, kept);
      const newestOver = over.at(-1);
      gone = kept < 0 && entries.length === PAGE_ENTRIES;
      if (!newestOver) return;
      const from = positionOf(newestOver.id);
      await redis
        .multi()
        .hset(meta, { lsn: String(from.lsn), sequence: String(from.sequence) })
        .xdel(stream, ...over.map(({ id }) => id))
        .exec();
    }
  }

  return {
    range,
    begin,
    append,
    async resume(resumed, end) {
      epoch = resumed;
      recentFrom ??= end;
      await restored(resumed);
    },
    note(batch, after) {
      recentFrom ??= after;
      remember(batch);
    },
    async *read(after) {
      const known = (await readMeta())?.epoch;
      if (known === undefined) return;
      for (let from = idOf(after); ; ) {
        const entries = entriesOf(
          await redis.callBuffer('xrange', streamOf(known), `(${from}`, '+', 'count', PAGE_ENTRIES),
        );
        for (const { batch } of entries) yield readBatch(batch);
        const last = entries.at(-1);
        if (!last || entries.length < PAGE_ENTRIES) return;
        from = last.id;
      }
    },
    async waitFor(after, timeoutMs) {
      const known = (await readMeta())?.epoch;
      if (known === undefined) return false;
      const block = Math.max(1, Math.round(timeoutMs));
      const asked = waiting.callBuffer(
        ...(['xread', 'count', '1', 'block', String(block), 'streams'] as const),
        streamOf(known),
        idOf(after),
      );
      asked.catch(() => undefined);
      // A Redis that is frozen answers nothing.
      const found = await Promise.race([asked, sleep(block + WAIT_GRACE_MS, null)]);
      // Another stream may have begun meanwhile.
      return found !== null || (await readMeta())?.epoch !== known;
    },
    async close() {
      waiting.disconnect();
      redis.disconnect();
    },
  };
}

function idOf({ lsn, sequence }: Position): string {
  return `${lsn}-${sequence + 1}`;
}

function positionOf(id: string): Position {
  const [lsn = '0', sequence = '0'] = id.split('-');
  return { lsn: BigInt(lsn), sequence: Number(sequence) - 1 };
}

function entriesOf(reply: unknown): Entry[] {
  return (reply as [Buffer, Buffer[]][]).map(([id, members]) => {
    const found = new Map<string, Buffer>();
    for (let index = 0; index + 1 < members.length; index += 2)
      found.set(String(members[index]), members[index + 1] as Buffer);
    return {
      id: String(id),
      batch: found.get('b') ?? Buffer.alloc(0),
      writtenAtMs: Number(found.get('t')),
      changes: Number(found.get('n')),
      bytes: Number(found.get('y')),
    };
  });
}
