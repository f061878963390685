/** A raw WebSocket of the protocol of Supabase's clients: says exactly what a test wants, and keeps what came. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Heard {
  readonly joinRef: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: Record<string, unknown>;
}

export interface PhoenixSocket {
  readonly raw: WebSocket;
  readonly heard: readonly Heard[];
  readonly binary: readonly Buffer[];
  readonly closed: Promise<{ code: number; reason: string }>;
  push(joinRef: string | null, ref: string | null, topic: string, event: string, payload?: unknown): void;
  /** The first that fits, of those that came or will come. */
  until(fits: (heard: Heard) => boolean): Promise<Heard>;
  /** What was replied to the reference. */
  reply(ref: string): Promise<{ status: string; response: Record<string, unknown> }>;
  join(
    topic: string,
    config?: unknown,
    ref?: string,
  ): Promise<{ status: string; response: Record<string, unknown> }>;
}

/** Rejects with status and body where the handshake is refused. */
export async function openPhoenix(
  url: string,
  search: string,
  headers: Record<string, string> = {},
): Promise<PhoenixSocket> {
  const isFirst = search.includes('vsn=1.0.0');
  const raw = new WebSocket(`${url.replace(/^http/, 'ws')}/realtime/v1/websocket${search}`, { headers });
  const heard: Heard[] = [];
  const binary: Buffer[] = [];
  const waiting = new Set<() => void>();
  raw.on('message', (data: Buffer, isBinary) => {
    if (isBinary) binary.push(data);
    else heard.push(read(data.toString(), isFirst));
    for (const look of waiting) look();
  });
  const closed = once(raw, 'close').then(([code, reason]) => ({
    code: Number(code),
    reason: String(reason),
  }));
  await new Promise<void>((resolve, reject) => {
    raw.once('open', resolve);
    raw.once('error', reject);
    raw.once('unexpected-response', async (_request, response) => {
      let body = '';
      for await (const piece of response) body += String(piece);
      reject(new Error(`${response.statusCode} ${body}`));
    });
  });
  raw.on('error', () => undefined);
  const until = (fits: (one: Heard) => boolean) =>
    new Promise<Heard>((resolve) => {
      const look = () => {
        const found = heard.find(fits);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const reply = async (ref: string) => {
    const { payload } = await until((one) => one.event === 'phx_reply' && one.ref === ref);
    return payload as { status: string; response: Record<string, unknown> };
  };
  const push: PhoenixSocket['push'] = (joinRef, ref, topic, event, payload = {}) =>
    raw.send(
      JSON.stringify(
        isFirst ? { topic, event, payload, ref, join_ref: joinRef } : [joinRef, ref, topic, event, payload],
      ),
    );
  return {
    ...{ raw, heard, binary, closed, push, until, reply },
    join(topic, config = {}, ref = '1') {
      push(ref, ref, topic, 'phx_join', { config });
      return reply(ref);
    },
  };
}

function read(text: string, isFirst: boolean): Heard {
  const message = JSON.parse(text) as never;
  if (isFirst) {
    const { topic, event, payload, ref, join_ref } = message as Record<string, never>;
    return { joinRef: join_ref ?? null, ref: ref ?? null, topic: topic!, event: event!, payload: payload! };
  }
  const [joinRef, ref, topic, event, payload] = message as [
    string,
    string,
    string,
    string,
    Record<string, unknown>,
  ];
  return { joinRef, ref, topic, event, payload };
}

/** A broadcast as bytes. `encoding`: 0 for bytes, 1 for JSON. */
export function binaryBroadcast(
  joinRef: string,
  ref: string,
  topic: string,
  event: string,
  payload: Buffer,
  encoding = 0,
): Buffer {
  const fields = [joinRef, ref, topic, event, ''].map((field) => Buffer.from(field));
  return Buffer.concat([
    Buffer.from([3, ...fields.map(({ length }) => length), encoding]),
    ...fields,
    payload,
  ]);
}
