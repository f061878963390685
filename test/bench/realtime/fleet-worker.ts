/** One of the processes that hold the sockets of the bench: it opens them, and remembers when what came. */
import { WebSocket } from 'ws';
import { signHs256 } from '../../support/tokens.ts';
import { CLAIMS, JWT_SECRET } from '../token.ts';
import { type Asked, type Heard, now, type OpenRequest, userId } from './fleet-protocol.ts';

const OPENED_AT_A_TIME = 100;
const OPEN_TIMEOUT_MS = 60_000;
const FAR_AWAY = 4_000_000_000;

const sockets: WebSocket[] = [];
let newest: number[] = [];
let messages = 0;
let failures: string[] = [];
let latencies: number[] = [];
let firstAt = Number.NaN;
let lastAt = Number.NaN;
let isDropping = false;

process.on('message', ({ number, ...request }: Asked) => {
  answer(request as Asked).then(
    (value) => process.send?.({ number, value }),
    (error: unknown) => process.send?.({ number, error: String(error) }),
  );
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());

async function answer(request: Asked): Promise<unknown> {
  switch (request.do) {
    case 'open':
      return openAll(request);
    case 'mark':
      [messages, failures, latencies, firstAt, lastAt] = [0, [], [], Number.NaN, Number.NaN];
      return undefined;
    case 'count':
      return messages;
    case 'report':
      return report();
    case 'drop':
      return drop();
  }
}

function report(): Heard {
  return {
    messages,
    failures,
    firstAt,
    lastAt,
    latencies: Float64Array.from(latencies),
    newest: Float64Array.from(newest),
  };
}

async function openAll(request: OpenRequest): Promise<void> {
  isDropping = false;
  let next = 0;
  const turn = async () => {
    while (next < request.count) {
      const index = next++;
      await open(index, request);
    }
  };
  newest = new Array(request.count).fill(0);
  await Promise.all(Array.from({ length: OPENED_AT_A_TIME }, turn));
}

function open(index: number, { url, from, user, query, awaitsAnswer, bare }: OpenRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, bare ? [] : 'graphql-transport-ws', { perMessageDeflate: false });
    const late = setTimeout(
      () => reject(new Error(`socket ${index} was not opened in time`)),
      OPEN_TIMEOUT_MS,
    );
    const ready = () => {
      clearTimeout(late);
      resolve();
    };
    sockets[index] = socket;
    socket.on('open', () => {
      if (bare) return ready();
      const sub = userId(user ?? from + index);
      const token = signHs256({ ...CLAIMS, sub, exp: FAR_AWAY }, JWT_SECRET);
      socket.send(JSON.stringify({ type: 'connection_init', payload: { Authorization: `Bearer ${token}` } }));
    });
    socket.on('message', (data) => {
      const text = String(data);
      if (text === '{"type":"connection_ack"}') {
        if (query === undefined) return ready();
        const payload = { query, variables: { id: from + index } };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
        if (!awaitsAnswer) ready();
      } else if (text.startsWith('{"type":"ping"')) socket.send('{"type":"pong"}');
      else {
        hear(index, text);
        ready();
      }
    });
    socket.on('error', (error) => failures.push(error.message));
    socket.on('close', (code) => {
      if (!isDropping) failures.push(`closed by ${code}`);
      clearTimeout(late);
      reject(new Error(`socket ${index} was closed by ${code}`));
    });
  });
}

function hear(index: number, text: string): void {
  const at = now();
  if (Number.isNaN(firstAt)) firstAt = at;
  lastAt = at;
  messages += 1;
  const written = Number(/"at":"?([0-9.]+)/.exec(text)?.[1] ?? Number.NaN);
  if (Number.isNaN(written)) {
    failures.push(text.slice(0, 200));
    return;
  }
  // What stood there before the mark is no news.
  if (written > 0) latencies.push(at - written);
  newest[index] = Math.max(newest[index] ?? 0, written);
}

async function drop(): Promise<void> {
  isDropping = true;
  for (const socket of sockets.splice(0)) socket.terminate();
}
