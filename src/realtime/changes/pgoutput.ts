/**
 * Reads the messages of PostgreSQL's `pgoutput` plugin, protocol version 1 (documentation of PostgreSQL, "Logical Replication
 * Message Formats"). Values come as the text that PostgreSQL prints.
 */

export interface RelationColumn {
  readonly name: string;
  readonly typeOid: number;
  /** Part of the replica identity. */
  readonly isKey: boolean;
}

export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** How much of the old row is told. */
  readonly identity: 'default' | 'nothing' | 'full' | 'index';
  /** Columns that PostgreSQL publishes, in the order of the table: those that are generated are not among them. */
  readonly columns: readonly RelationColumn[];
}

/** One entry per column of the relation: its text, null, or undefined where the WAL does not tell. */
export type Tuple = readonly (string | null | undefined)[];

export interface RowMessage {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly relationOid: number;
  /** Of `old` only the columns of the replica identity are known. */
  readonly oldIsKey: boolean;
  readonly old: Tuple | undefined;
  readonly new: Tuple | undefined;
}

export interface TruncateMessage {
  readonly kind: 'truncate';
  readonly relationOids: readonly number[];
}

/** The first byte of a message. */
export const TAG = {
  begin: 0x42,
  commit: 0x43,
  relation: 0x52,
  insert: 0x49,
  update: 0x55,
  delete: 0x44,
  truncate: 0x54,
} as const;

const IDENTITIES: Readonly<Record<string, Relation['identity']>> = {
  d: 'default',
  n: 'nothing',
  f: 'full',
  i: 'index',
};
const KEY_FLAG = 1;
const NULL = 0x6e;
const UNCHANGED = 0x75;
const NEW_TUPLE = 0x4e;
const KEY_TUPLE = 0x4b;

export interface BeginMessage {
  /** The end of the commit record. */
  readonly lsn: bigint;
  /** Microseconds since 2000-01-01 UTC. */
  readonly committedAt: bigint;
  /** The lower 32 bits of the transaction's id. */
  readonly xid: number;
}

export function readBegin(message: Buffer): BeginMessage {
  return {
    lsn: message.readBigUInt64BE(1),
    committedAt: message.readBigInt64BE(9),
    xid: message.readUInt32BE(17),
  };
}

/** The position behind the commit: what may be acknowledged. */
export function readCommitEnd(message: Buffer): bigint {
  return message.readBigUInt64BE(10);
}

/** Of a relation, insert, update or delete message. */
export function relationOidOf(message: Buffer): number {
  return message.readUInt32BE(1);
}

export function readRelation(message: Buffer): Relation {
  const reader = new Reader(message, 5);
  const schema = reader.text() || 'pg_catalog';
  const name = reader.text();
  const identity = IDENTITIES[String.fromCharCode(reader.byte())] ?? 'nothing';
  const columns = Array.from({ length: reader.int16() }, () => {
    const isKey = (reader.byte() & KEY_FLAG) !== 0;
    const column = { isKey, name: reader.text(), typeOid: reader.uint32() };
    reader.uint32();
    return column;
  });
  return { oid: relationOidOf(message), schema, name, identity, columns };
}

export function readTruncate(message: Buffer): TruncateMessage {
  const count = message.readUInt32BE(1);
  return {
    kind: 'truncate',
    relationOids: Array.from({ length: count }, (_, index) => message.readUInt32BE(6 + 4 * index)),
  };
}

export function readRow(message: Buffer): RowMessage {
  const relationOid = relationOidOf(message);
  const reader = new Reader(message, 5);
  const tag = message[0];
  if (tag === TAG.insert) {
    reader.byte();
    return { kind: 'insert', relationOid, oldIsKey: false, old: undefined, new: reader.tuple() };
  }
  const first = reader.byte();
  if (tag === TAG.delete)
    return {
      kind: 'delete',
      relationOid,
      oldIsKey: first === KEY_TUPLE,
      old: reader.tuple(),
      new: undefined,
    };
  if (first === NEW_TUPLE)
    return { kind: 'update', relationOid, oldIsKey: false, old: undefined, new: reader.tuple() };
  const old = reader.tuple();
  reader.byte();
  const oldIsKey = first === KEY_TUPLE;
  const now = reader.tuple();
  return { kind: 'update', relationOid, oldIsKey, old, new: oldIsKey ? now : filled(now, old) };
}

/** A long value that did not change is not repeated: the old row has it, where that is told in full. */
function filled(now: Tuple, old: Tuple): Tuple {
  return now.includes(undefined)
    ? now.map((value, index) => (value === undefined ? old[index] : value))
    : now;
}

class Reader {
  readonly #message: Buffer;
  #at: number;

  constructor(message: Buffer, at: number) {
    this.#message = message;
    this.#at = at;
  }

  byte(): number {
    return this.#message.readUInt8(this.#at++);
  }

  int16(): number {
    this.#at += 2;
    return this.#message.readInt16BE(this.#at - 2);
  }

  uint32(): number {
    this.#at += 4;
    return this.#message.readUInt32BE(this.#at - 4);
  }

  /** Ends with a zero byte. */
  text(): string {
    const end = this.#message.indexOf(0, this.#at);
    const text = this.#message.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  tuple(): Tuple {
    const values: (string | null | undefined)[] = [];
    for (let left = this.int16(); left > 0; left -= 1) {
      const kind = this.byte();
      if (kind === NULL) values.push(null);
      else if (kind === UNCHANGED) values.push(undefined);
      else {
        const length = this.uint32();
        values.push(this.#message.toString('utf8', this.#at, this.#at + length));
        this.#at += length;
      }
    }
    return values;
  }
}
