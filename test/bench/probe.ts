/** One client that asks the same thing again and again, and remembers how long the slowest answer took. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Probe {
  /** Ends it: the slowest answer in milliseconds, how many there were, how many were not 200. */
  stop(): Promise<{ slowestMs: number; answers: number; failures: number }>;
}

export interface ProbeRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** POSTed; without it the request is a GET. */
  readonly body?: string;
  readonly pauseMs: number;
}

/** Plain node:http: fetch has pauses of its own that would be counted against the server. */
export function startProbe(probe: ProbeRequest): Probe {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let isStopped = false;
  let slowestMs = 0;
  let answers = 0;
  let failures = 0;
  const running = (async () => {
    while (!isStopped) {
      const started = performance.now();
      if ((await once(agent, probe)) !== 200) failures += 1;
      slowestMs = Math.max(slowestMs, performance.now() - started);
      answers += 1;
      await sleep(probe.pauseMs);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await running;
      agent.destroy();
      return { slowestMs, answers, failures };
    },
  };
}

function once(agent: Agent, { url, headers, body }: ProbeRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { agent, method: body === undefined ? 'GET' : 'POST', headers: { ...headers } },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
