/** A WebSocket that says exactly what a test wants, and keeps everything that came. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface SocketClient {
  readonly messages: readonly Message[];
  /** Messages as they came. */
  readonly texts: readonly string[];
  readonly raw: WebSocket;
  say(message: unknown): void;
  /** The first message that fits, of those that came or will come. */
  heard(fits: (message: Message) => boolean): Promise<Message>;
  /** As many messages of the type for the operation as asked for: their payloads. */
  payloads(id: string, count: number): Promise<unknown[]>;
  readonly closed: Promise<{ code: number; reason: string }>;
  close(): Promise<void>;
}

export interface SocketOptions {
  readonly protocol?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export const TRANSPORT_WS = 'graphql-transport-ws';

/** `url`: that of the server, with http. Rejects with the HTTP status where the handshake is refused. */
export async function openSocket(
  url: string,
  path: string,
  { protocol = TRANSPORT_WS, headers = {} }: SocketOptions = {},
): Promise<SocketClient> {
  const ws = new WebSocket(
    `${url.replace(/^http/, 'ws')}${path}`,
    protocol === '' ? [] : protocol.split(','),
    { headers: { ...headers } },
  );
  const texts: string[] = [];
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  ws.on('message', (data) => {
    texts.push(String(data));
    messages.push(JSON.parse(String(data)) as Message);
    for (const look of waiting) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
    ws.once('unexpected-response', (_request, response) => reject(new Error(`HTTP ${response.statusCode}`)));
  });
  ws.on('error', () => undefined);

  function until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      void closed.then(({ code, reason }) => reject(new Error(`closed: ${code} ${reason}`)));
      check();
    });
  }

  return {
    messages,
    texts,
    raw: ws,
    say: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    heard: (fits) => until(() => messages.find(fits)),
    payloads: (id, count) =>
      until(() => {
        const all = messages.filter((one) => one.id === id && (one.type === 'next' || one.type === 'data'));
        return all.length >= count ? all.map(({ payload }) => payload) : undefined;
      }),
    closed,
    async close() {
      if (ws.readyState === WebSocket.CLOSED) return;
      ws.close();
      await once(ws, 'close');
    },
  };
}

/** The same, signed in: `init` is the payload of connection_init. */
export async function openSignedIn(
  url: string,
  path: string,
  init?: unknown,
  options: SocketOptions = {},
): Promise<SocketClient> {
  const client = await openSocket(url, path, options);
  client.say({ type: 'connection_init', ...(init === undefined ? {} : { payload: init }) });
  await client.heard(({ type }) => type === 'connection_ack');
  return client;
}

export function subscribe(client: SocketClient, id: string, query: string, variables = {}): void {
  client.say({ id, type: 'subscribe', payload: { query, variables } });
}
