/**
 * The history of a process by itself: an append-only log in the data folder, in segments that are deleted as a whole. A record is
 * its length, a checksum, the time of writing and a batch; what a kill left half-written at the end is cut off at the next start.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { writeDurably } from '../../lib/durable-file.ts';
import { type Batch, changeCount, lastOf, readBatch } from '../changes/batch.ts';
import { BEGINNING, comparePositions, type Position } from '../changes/cursor.ts';
import type { History, HistoryLimits, HistoryRange } from './history.ts';

interface Segment {
  readonly file: string;
  /** Everything in it is after this position. */
  readonly from: Position;
  to: Position;
  changes: number;
  bytes: number;
  /** When its newest record was written. */
  writtenAtMs: number;
}

const HEADER_BYTES = 16;
const SEGMENT_BYTES = 8 * 1024 * 1024;
const META_FILE = 'stream.json';
const SEGMENT_NAME = /^\d{8}\.changes$/;

export async function openFileHistory(
  directory: string,
  limits: HistoryLimits,
  now: () => number = Date.now,
): Promise<History> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let epoch: string | undefined;
  let segments: Segment[] = [];
  let handle: FileHandle | undefined;
  let nextNumber = 1;
  let working: Promise<unknown> = Promise.resolve();

  const meta = await readMeta(join(directory, META_FILE));
  const files = (await readdir(directory)).filter((name) => SEGMENT_NAME.test(name)).sort();
  if (meta) {
    epoch = meta.epoch;
    let from: Position = meta.at;
    for (const name of files) {
      const segment = await scanSegment(join(directory, name), from);
      segments.push(segment);
      from = segment.to;
    }
  }
  nextNumber = Number.parseInt(files.at(-1) ?? '0', 10) + 1;
  let begun: Position = meta?.at ?? BEGINNING;

  const last = (): Position => segments.at(-1)?.to ?? begun;

  async function add(batches: readonly Batch[]): Promise<void> {
    const fresh = batches.filter((batch) => comparePositions(lastOf(batch), last()) > 0);
    if (fresh.length === 0) return forgetOld();
    let segment = segments.at(-1);
    if (!segment || !handle || segment.bytes >= SEGMENT_BYTES) segment = await startSegment();
    const writtenAtMs = now();
    const records = fresh.flatMap(({ bytes }) => [headerOf(bytes, writtenAtMs), bytes]);
    await handle?.appendFile(Buffer.concat(records));
    await handle?.datasync();
    for (const batch of fresh) {
      segment.to = lastOf(batch);
      segment.changes += changeCount(batch);
      segment.bytes += HEADER_BYTES + batch.bytes.length;
    }
    segment.writtenAtMs = writtenAtMs;
    await forgetOld();
  }

  async function startSegment(): Promise<Segment> {
    await handle?.close();
    const file = join(directory, `${String(nextNumber).padStart(8, '0')}.changes`);
    nextNumber += 1;
    handle = await open(file, 'a', 0o600);
    const segment = { file, from: last(), to: last(), changes: 0, bytes: 0, writtenAtMs: now() };
    segments.push(segment);
    return segment;
  }

  /** A segment goes when what is left without it is still all that was promised, or when there is no room. */
  async function forgetOld(): Promise<void> {
    while (segments.length > 1) {
      const [oldest, ...rest] = segments;
      const changes = rest.reduce((sum, one) => sum + one.changes, 0);
      const bytes = rest.reduce((sum, one) => sum + one.bytes, oldest?.bytes ?? 0);
      const isOld = (oldest?.writtenAtMs ?? 0) < now() - limits.maxAgeMs;
      if (!oldest || (!isOld && changes < limits.maxChanges && bytes <= limits.maxBytes)) return;
      segments = rest;
      await rm(oldest.file, { force: true });
    }
  }

  async function begin(newEpoch: string, at: Position): Promise<void> {
    await handle?.close();
    handle = undefined;
    for (const { file } of segments) await rm(file, { force: true });
    segments = [];
    epoch = newEpoch;
    begun = at;
    writeDurably(
      join(directory, META_FILE),
      `${JSON.stringify({ epoch, lsn: String(at.lsn), sequence: at.sequence })}\n`,
      0o600,
    );
  }

  /** One writer at a time, in order; a failure does not hold up the next. */
  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = working.then(work);
    working = done.catch(() => undefined);
    return done;
  }

  return {
    async range(): Promise<HistoryRange | undefined> {
      if (epoch === undefined) return undefined;
      return { epoch, from: segments[0]?.from ?? begun, to: last() };
    },
    begin: (newEpoch, at) => inOrder(() => begin(newEpoch, at)),
    append: (batches) => inOrder(() => add(batches)),
    // Nobody else adds to it, and nothing of it is at hand beside the files.
    note: () => undefined,
    resume: async (resumed, end) => {
      if (epoch !== resumed) await inOrder(() => begin(resumed, end));
    },
    async *read(after) {
      for (const { file, to, bytes } of [...segments]) {
        if (comparePositions(to, after) <= 0) continue;
        for await (const batch of recordsOf(file, bytes))
          if (comparePositions(lastOf(batch), after) > 0) yield batch;
      }
    },
    async waitFor(after, timeoutMs) {
      // Nobody else writes into it.
      if (comparePositions(last(), after) <= 0) await sleep(timeoutMs);
      return comparePositions(last(), after) > 0;
    },
    async close() {
      await working;
      await handle?.close();
      handle = undefined;
    },
  };
}

function headerOf(bytes: Buffer, writtenAtMs: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32BE(bytes.length, 0);
  header.writeUInt32BE(crc32(bytes), 4);
  header.writeDoubleBE(writtenAtMs, 8);
  return header;
}

/** A segment that was deleted meanwhile has no records. */
async function* recordsOf(file: string, limit: number): AsyncIterable<Batch> {
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  for (const { batch } of intactRecords(content.subarray(0, limit))) yield batch;
}

function* intactRecords(content: Buffer): Iterable<{ batch: Batch; writtenAtMs: number; end: number }> {
  for (let at = 0; at + HEADER_BYTES <= content.length; ) {
    const end = at + HEADER_BYTES + content.readUInt32BE(at);
    if (end > content.length) return;
    const bytes = content.subarray(at + HEADER_BYTES, end);
    if (crc32(bytes) !== content.readUInt32BE(at + 4)) return;
    yield { batch: readBatch(bytes), writtenAtMs: content.readDoubleBE(at + 8), end };
    at = end;
  }
}

async function scanSegment(file: string, from: Position): Promise<Segment> {
  const content = await readFile(file);
  const segment: Segment = { file, from, to: from, changes: 0, bytes: 0, writtenAtMs: 0 };
  for (const { batch, writtenAtMs, end } of intactRecords(content)) {
    segment.to = lastOf(batch);
    segment.changes += changeCount(batch);
    segment.bytes = end;
    segment.writtenAtMs = writtenAtMs;
  }
  if (segment.bytes < content.length) await truncate(file, segment.bytes);
  return segment;
}

async function readMeta(file: string): Promise<{ epoch: string; at: Position } | undefined> {
  try {
    const { epoch, lsn, sequence } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    return { epoch: String(epoch), at: { lsn: BigInt(String(lsn)), sequence: Number(sequence) } };
  } catch (error) {
    // A file that is not there or cannot be read is no history: the next stream begins anew.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
