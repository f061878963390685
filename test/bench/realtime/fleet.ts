/** Thousands of clients, in processes of their own: what is measured there must not wait for what is done here. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Answered, FleetRequest, Heard, OpenRequest } from './fleet-protocol.ts';

const WORKER = fileURLToPath(new URL('./fleet-worker.ts', import.meta.url));
const WORKERS = 2;
const POLL_MS = 20;

export interface Fleet {
  /** Sockets for so many users; the time that took, in milliseconds. */
  open(request: Omit<OpenRequest, 'do' | 'from'>): Promise<number>;
  mark(): Promise<void>;
  /** Waits until so many messages have come since the mark, or the time is over; how many came. */
  heard(count: number, timeoutMs: number): Promise<number>;
  report(): Promise<Heard>;
  drop(): Promise<void>;
  stop(): Promise<void>;
}

export function startFleet(): Fleet {
  const workers = Array.from({ length: WORKERS }, startWorker);
  const all = <T>(request: FleetRequest): Promise<T[]> =>
    Promise.all(workers.map(({ ask }) => ask<T>(request)));
  return {
    async open(request) {
      const started = performance.now();
      const share = Math.ceil(request.count / WORKERS);
      await Promise.all(
        workers.map(({ ask }, index) =>
          ask({
            ...request,
            do: 'open',
            from: index * share,
            count: Math.min(share, request.count - index * share),
          }),
        ),
      );
      return performance.now() - started;
    },
    mark: async () => void (await all({ do: 'mark' })),
    async heard(count, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const total = sum(await all<number>({ do: 'count' }));
        if (total >= count || performance.now() > deadline) return total;
        await sleep(POLL_MS);
      }
    },
    async report() {
      const parts = await all<Heard>({ do: 'report' });
      return {
        messages: sum(parts.map(({ messages }) => messages)),
        failures: parts.flatMap(({ failures }) => failures),
        firstAt: Math.min(...parts.map(({ firstAt }) => firstAt).filter((at) => !Number.isNaN(at))),
        lastAt: Math.max(...parts.map(({ lastAt }) => lastAt).filter((at) => !Number.isNaN(at))),
        latencies: Float64Array.from(parts.flatMap(({ latencies }) => [...latencies])),
        newest: Float64Array.from(parts.flatMap(({ newest }) => [...newest])),
      };
    },
    drop: async () => void (await all({ do: 'drop' })),
    stop: async () => void (await Promise.all(workers.map(({ stop }) => stop()))),
  };
}

function startWorker() {
  const child = fork(WORKER, { serialization: 'advanced' });
  const waiting = new Map<number, (answer: Answered) => void>();
  let number = 0;
  child.on('message', (answer: Answered) => {
    waiting.get(answer.number)?.(answer);
    waiting.delete(answer.number);
  });
  child.on('exit', () => {
    for (const settle of waiting.values())
      settle({ number: 0, error: 'the process of the clients has ended' });
  });
  return {
    ask: <T>(request: FleetRequest): Promise<T> =>
      new Promise((resolve, reject) => {
        number += 1;
        waiting.set(number, ({ value, error }) =>
          error === undefined ? resolve(value as T) : reject(new Error(error)),
        );
        child.send({ ...request, number });
      }),
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/** The value below which so many of a hundred are. */
export function percentile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? Number.NaN;
}
