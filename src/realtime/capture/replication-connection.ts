/**
 * One connection that streams a logical slot: a thin layer over node-postgres, which speaks the startup, TLS and SCRAM. Messages of
 * the walsender (documentation of PostgreSQL, "Streaming Replication Protocol") come to `handlers`; what is read is under the
 * control of `pause` and `resume`, what may be forgotten by PostgreSQL under that of `acknowledge`.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface ReplicationHandlers {
  /** A message of the plugin. It is only good until this returns: its memory is used again. */
  onMessage(message: Buffer): void;
  /** PostgreSQL has sent all it has up to here. */
  onKeepAlive(walEnd: bigint): void;
}

export interface ReplicationConnection {
  /** Rejects when the stream ends, whatever the reason; never resolves. */
  readonly ended: Promise<never>;
  pause(): void;
  resume(): void;
  /** Everything up to here has been kept by us. Told at once, and again with every sign of life. */
  acknowledge(lsn: bigint): void;
  close(): Promise<void>;
}

export interface StreamRequest {
  readonly connectionString: string;
  readonly slot: string;
  readonly publications: readonly string[];
  readonly connectTimeoutMs: number;
}

interface CopyConnection {
  readonly stream: Socket;
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void;
  once(event: 'replicationStart' | 'end', listener: () => void): void;
  once(event: 'errorMessage', listener: (error: Error) => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
}

const WAL_DATA = 0x77;
const KEEP_ALIVE = 0x6b;
const WAL_HEADER_BYTES = 25;
const STATUS_BYTES = 34;
const STATUS_TAG = 0x72;
const CLOSE_TIMEOUT_MS = 1_000;
/** The message of that name: `X`, and its length. */
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
/** Also while we take nothing from the socket PostgreSQL must hear of us, or it hangs up. */
const SIGN_OF_LIFE_MS = 1_000;
/** After this long without a word from us PostgreSQL gives the slot to somebody else. */
const SENDER_TIMEOUT_MS = 5_000;

/** Throws PostgreSQL's error: 55006 where somebody else streams the slot, 42704 where there is none, 55000 where it is lost. */
export async function streamSlot(
  { connectionString, slot, publications, connectTimeoutMs }: StreamRequest,
  handlers: ReplicationHandlers,
): Promise<ReplicationConnection> {
  const client = new pg.Client({
    connectionString,
    application_name: 'goforward replication',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    options: `-c wal_sender_timeout=${SENDER_TIMEOUT_MS}`,
    ...({ replication: 'database' } as object),
  });
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  ended.catch(() => undefined);
  client.on('error', (error) => fail(error));
  client.on('end', () => fail(new Error('the replication connection has ended')));
  await client.connect();
  const { connection } = client as unknown as { connection: CopyConnection };

  let acknowledged = 0n;
  const tell = () => {
    if (connection.stream.writable) connection.sendCopyFromChunk(statusOf(acknowledged));
  };
  connection.on('copyData', ({ chunk }) => {
    if (chunk[0] === WAL_DATA) handlers.onMessage(chunk.subarray(WAL_HEADER_BYTES));
    else if (chunk[0] === KEEP_ALIVE) {
      handlers.onKeepAlive(chunk.readBigUInt64BE(1));
      if (chunk[17] === 1) tell();
    }
  });
  const started = new Promise<void>((resolve) => connection.once('replicationStart', resolve));
  const names = publications.map((name) => `"${name}"`).join(',');
  // The grammar of this protocol knows its words in capitals alone.
  const command = `START_REPLICATION SLOT "${slot}" LOGICAL 0/0 (proto_version '1', publication_names '${names}')`;
  const streaming = client.query(command).then(
    () => fail(new Error('PostgreSQL has ended the replication')),
    (error) => {
      fail(error);
      throw error;
    },
  );
  streaming.catch(() => undefined);
  try {
    await Promise.race([started, streaming, ended]);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  const signs = setInterval(tell, SIGN_OF_LIFE_MS);
  signs.unref();
  ended.catch(() => clearInterval(signs));
  return {
    ended,
    pause: () => connection.stream.pause(),
    resume: () => connection.stream.resume(),
    acknowledge(lsn) {
      if (lsn <= acknowledged) return;
      acknowledged = lsn;
      tell();
    },
    async close() {
      clearInterval(signs);
      const closed = new Promise<void>((resolve) => connection.once('end', resolve));
      if (!connection.stream.destroyed) {
        connection.stream.resume();
        // PostgreSQL gives the slot free at once where it is told; node-postgres would just hang up.
        connection.stream.end(TERMINATE);
        await Promise.race([closed, sleep(CLOSE_TIMEOUT_MS)]);
      }
      client.end().catch(() => undefined);
      connection.stream.destroy();
    },
  };
}

/** Written, flushed and applied are one to us. */
function statusOf(lsn: bigint): Buffer {
  const status = Buffer.alloc(STATUS_BYTES);
  status[0] = STATUS_TAG;
  status.writeBigUInt64BE(lsn, 1);
  status.writeBigUInt64BE(lsn, 9);
  status.writeBigUInt64BE(lsn, 17);
  status.writeBigInt64BE(BigInt(Date.now() - POSTGRES_EPOCH_MS) * 1000n, 25);
  return status;
}
