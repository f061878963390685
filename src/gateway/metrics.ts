/** Counts of requests and sockets, the process itself, and the text in which Prometheus reads all of it. */
import type { FastifyInstance } from 'fastify';
import { counter, gauge, type Metric, type MetricSource, type Sample } from '../metric.ts';

/** In seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Clients may close by codes of their own, of which there are a thousand. */
const CLOSE_CODES = new Set([1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1013]);
const OWN_CODES_FROM = 4400;
const OWN_CODES_BELOW = 4510;

interface Durations {
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets: number[];
  sum: number;
  count: number;
}

export interface GatewayMetrics {
  /** Every request from here on. */
  watch(server: FastifyInstance): void;
  socketClosed(code: number): void;
  read(openSockets: number): Metric[];
}

export function createGatewayMetrics(version: string): GatewayMetrics {
  const requests = new Map<string, { labels: Record<string, string>; value: number }>();
  const durations = new Map<string, Durations>();
  const closed = new Map<string, number>();

  function took(method: string, route: string, status: number, seconds: number): void {
    const key = `${method} ${route}`;
    const counted = requests.get(`${key} ${status}`) ?? {
      labels: { method, route, status: String(status) },
      value: 0,
    };
    counted.value += 1;
    requests.set(`${key} ${status}`, counted);
    const known = durations.get(key) ?? {
      labels: { method, route },
      buckets: BUCKETS.map(() => 0),
      sum: 0,
      count: 0,
    };
    durations.set(key, known);
    const bucket = BUCKETS.findIndex((limit) => seconds <= limit);
    if (bucket >= 0) known.buckets[bucket] = (known.buckets[bucket] ?? 0) + 1;
    known.sum += seconds;
    known.count += 1;
  }

  return {
    watch(server) {
      server.addHook('onResponse', (request, reply, done) => {
        const { method = '' } = request.raw;
        // Paths are made by clients, routes by us.
        const route = request.routeOptions.url ?? 'none';
        took(METHODS.has(method) ? method : 'other', route, reply.raw.statusCode, reply.elapsedTime / 1000);
        done();
      });
    },
    socketClosed(code) {
      const isKnown = CLOSE_CODES.has(code) || (code >= OWN_CODES_FROM && code < OWN_CODES_BELOW);
      const label = isKnown ? String(code) : 'other';
      closed.set(label, (closed.get(label) ?? 0) + 1);
    },
    read: (openSockets) => [
      gauge('goforward_build_info', 'The version that runs.', [{ value: 1, labels: { version } }]),
      counter('goforward_http_requests_total', 'Requests that were answered.', [...requests.values()]),
      {
        name: 'goforward_http_request_duration_seconds',
        help: 'From the head of a request to the end of its answer.',
        type: 'histogram',
        samples: [...durations.values()].flatMap(bucketsOf),
      },
      gauge('goforward_sockets_open', 'WebSockets that are open.', openSockets),
      counter(
        'goforward_sockets_closed_total',
        'WebSockets that were closed, by the code; 1013: the client read too slowly.',
        [...closed].map(([code, value]) => ({ labels: { code }, value })),
      ),
      ...ofProcess(),
    ],
  };
}

function bucketsOf({ labels, buckets, sum, count }: Durations): Sample[] {
  let below = 0;
  const samples = buckets.map((value, index): Sample => {
    below += value;
    return { suffix: '_bucket', labels: { ...labels, le: String(BUCKETS[index]) }, value: below };
  });
  return [
    ...samples,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ];
}

function ofProcess(): Metric[] {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    counter('process_cpu_seconds_total', 'User and system time of the process.', (user + system) / 1e6),
    gauge('process_resident_memory_bytes', 'Resident memory of the process.', rss),
    gauge('process_start_time_seconds', 'When the process began, since 1970.', performance.timeOrigin / 1000),
    gauge('nodejs_heap_size_used_bytes', 'Memory of JavaScript that is in use.', heapUsed),
  ];
}

/** Of all sources; one that fails leaves the others standing. */
export async function metricsText(sources: readonly MetricSource[]): Promise<string> {
  const found = await Promise.allSettled(sources.map(async (source) => source()));
  return found.flatMap((one) => (one.status === 'fulfilled' ? one.value.map(textOf) : [])).join('');
}

function textOf({ name, help, type, samples }: Metric): string {
  if (samples.length === 0) return '';
  const lines = samples.map(({ suffix = '', labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${suffix}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
