/**
 * The unit in which changes travel: parts of transactions in commit order, as PostgreSQL sent them. One piece of memory, which is
 * at once what the history keeps and what is read from, so that changes nobody asks for are never decoded.
 *
 * Form: parts one after the other. A part: its header (lsn, committedAt, xid, number of the first change, count of changes, length
 * of its body), then messages, each with its length before it. The description of a relation comes before its first change.
 */
import { BEGINNING, comparePositions, type Position } from './cursor.ts';
import { readTruncate, relationOidOf, TAG } from './pgoutput.ts';

/** Of one transaction. What is in it was committed when it was sent, also where the transaction has further parts. */
export interface Part {
  readonly lsn: bigint;
  /** Microseconds since 2000-01-01 UTC. */
  readonly committedAt: bigint;
  /** The lower 32 bits of the transaction's id. */
  readonly xid: number;
  /** The sequence of its first change. */
  readonly first: number;
  readonly count: number;
  readonly body: Buffer;
}

export interface Batch {
  readonly bytes: Buffer;
  readonly parts: readonly Part[];
  /** Relations that changed. */
  readonly relations: ReadonlySet<number>;
  /** Changes up to here are not meant, though they are in it. */
  readonly after: Position;
}

const HEADER_BYTES = 32;
const LENGTH_BYTES = 4;
/** A long transaction is cut here: at the same places each time it is decoded, as only its changes count. */
const PART_BYTES = 256 * 1024;
const INITIAL_BYTES = 16 * 1024;

export function firstOf({ parts }: Batch): Position {
  const part = parts[0];
  return { lsn: part?.lsn ?? 0n, sequence: part?.first ?? 0 };
}

export function lastOf({ parts }: Batch): Position {
  const part = parts.at(-1);
  return { lsn: part?.lsn ?? 0n, sequence: part ? part.first + part.count - 1 : 0 };
}

export function changeCount({ parts }: Batch): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}

/** Reads what `BatchWriter` wrote. */
export function readBatch(bytes: Buffer): Batch {
  const parts: Part[] = [];
  const relations = new Set<number>();
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 28);
    const body = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    parts.push({
      lsn: bytes.readBigUInt64BE(at),
      committedAt: bytes.readBigInt64BE(at + 8),
      xid: bytes.readUInt32BE(at + 16),
      first: bytes.readUInt32BE(at + 20),
      count: bytes.readUInt32BE(at + 24),
      body,
    });
    for (const message of messagesOf(body)) noteRelations(message, relations);
    at += HEADER_BYTES + length;
  }
  return { bytes, parts, relations, after: BEGINNING };
}

export function* messagesOf(body: Buffer): Iterable<Buffer> {
  for (let at = 0; at < body.length; ) {
    const length = body.readUInt32BE(at);
    yield body.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length);
    at += LENGTH_BYTES + length;
  }
}

function noteRelations(message: Buffer, relations: Set<number>): void {
  if (message[0] === TAG.truncate) for (const oid of readTruncate(message).relationOids) relations.add(oid);
  else if (message[0] !== TAG.relation) relations.add(relationOidOf(message));
}

/** The batch without what was dealt with before, up to a position; undefined where nothing is left. */
export function remainder(batch: Batch, after: Position): Batch | undefined {
  if (comparePositions(firstOf(batch), after) > 0) return batch;
  return comparePositions(lastOf(batch), after) > 0 ? { ...batch, after } : undefined;
}

interface Transaction {
  readonly lsn: bigint;
  readonly committedAt: bigint;
  readonly xid: number;
}

/** Puts a batch together out of messages; used again for the next one after `take`. */
export class BatchWriter {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;
  #parts: { transaction: Transaction; at: number; first: number; count: number; bytes: number }[] = [];
  #relations = new Set<number>();
  /** The description under which a relation's changes stand in this batch. */
  #described = new Map<number, Buffer>();
  #transaction: Transaction | undefined;
  #sequence = 0;
  #open = false;

  /** In bytes. */
  get size(): number {
    return this.#length;
  }

  begin(transaction: Transaction): void {
    this.#transaction = transaction;
    this.#sequence = 0;
    this.#open = false;
  }

  /** `descriptions` are those of the relations that it changes. */
  change(message: Buffer, descriptions: readonly (readonly [oid: number, description: Buffer])[]): void {
    const part = this.#partFor();
    for (const [oid, description] of descriptions) {
      this.#relations.add(oid);
      if (this.#described.get(oid) === description) continue;
      this.#described.set(oid, description);
      this.#append(description);
    }
    this.#append(message);
    part.count += 1;
    part.bytes += message.length;
    this.#sequence += 1;
    if (part.bytes >= PART_BYTES) this.#open = false;
  }

  commit(): void {
    this.#open = false;
  }

  /**
   * What was written since the last time; undefined where nothing was, or a part is not complete. A transaction may go on in the
   * next batch, a part never does: it would be cut elsewhere the next time.
   */
  take(): Batch | undefined {
    if (this.#open || this.#parts.length === 0) return undefined;
    const bytes = Buffer.from(this.#bytes.subarray(0, this.#length));
    const ends = [...this.#parts.slice(1).map(({ at }) => at), this.#length];
    const parts = this.#parts.map(({ transaction, at, first, count }, index): Part => {
      const { lsn, committedAt, xid } = transaction;
      const body = bytes.subarray(at + HEADER_BYTES, ends[index]);
      bytes.writeBigUInt64BE(lsn, at);
      bytes.writeBigInt64BE(committedAt, at + 8);
      bytes.writeUInt32BE(xid, at + 16);
      bytes.writeUInt32BE(first, at + 20);
      bytes.writeUInt32BE(count, at + 24);
      bytes.writeUInt32BE(body.length, at + 28);
      return { lsn, committedAt, xid, first, count, body };
    });
    const batch = { bytes, parts, relations: this.#relations, after: BEGINNING };
    this.#length = 0;
    this.#parts = [];
    this.#relations = new Set();
    this.#described = new Map();
    return batch;
  }

  #partFor() {
    const last = this.#parts.at(-1);
    if (this.#open && last) return last;
    if (!this.#transaction) throw new Error('a change outside of a transaction');
    const part = {
      transaction: this.#transaction,
      at: this.#length,
      first: this.#sequence,
      count: 0,
      bytes: 0,
    };
    this.#parts.push(part);
    this.#reserve(HEADER_BYTES);
    this.#length += HEADER_BYTES;
    this.#open = true;
    return part;
  }

  #append(message: Buffer): void {
    this.#reserve(LENGTH_BYTES + message.length);
    this.#bytes.writeUInt32BE(message.length, this.#length);
    message.copy(this.#bytes, this.#length + LENGTH_BYTES);
    this.#length += LENGTH_BYTES + message.length;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
