/** One closed-loop run against one server: wrk where the machine has it, else autocannon. */
import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import autocannon from 'autocannon';

/** GET without a body, POST with one. */
export interface TargetRequest {
  readonly path: string;
  readonly body: string | undefined;
}

export interface LoadRequest {
  /** Of the server; the path is the request's own. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Drawn from at random (wrk) or in turn (autocannon). */
  readonly requests: readonly TargetRequest[];
  readonly seconds: number;
  readonly connections: number;
  readonly folder: string;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Broken connections, time-outs and answers that are not 2xx. */
  readonly errors: number;
}

export const loadTool: 'wrk' | 'autocannon' =
  spawnSync('wrk', ['--version']).error === undefined ? 'wrk' : 'autocannon';

export const applyLoad = (request: LoadRequest): Promise<LoadResult> =>
  loadTool === 'wrk' ? withWrk(request) : withAutocannon(request);

async function withWrk({
  base,
  headers,
  requests: asked,
  seconds,
  connections,
  folder,
}: LoadRequest): Promise<LoadResult> {
  const script = join(folder, 'load.lua');
  await writeFile(script, luaScript(new URL(base), headers, asked));
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script, base];
  const { stdout, stderr } = await promisify(execFile)('wrk', args);
  const found = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(stdout);
  if (found === null) throw new Error(`wrk printed no result:\n${stdout}${stderr}`);
  const [requests = 0, microseconds = 1, errors = 0, p50 = 0, p99 = 0] = found.slice(1).map(Number);
  return {
    requestsPerSecond: requests / (microseconds / 1e6),
    requests,
    p50Ms: p50 / 1000,
    p99Ms: p99 / 1000,
    errors,
  };
}

/** Requests are formatted once; drawing one is then a table look-up. */
function luaScript(
  { host }: URL,
  headers: Readonly<Record<string, string>>,
  asked: readonly TargetRequest[],
): string {
  const lines = Object.entries({ host, ...headers }).map(
    ([name, value]) => `  [ ${luaText(name)} ] = ${luaText(value)},`,
  );
  return `local headers = {
${lines.join('\n')}
}
local asked = {
${asked.map(({ path, body }) => `  { ${luaText(path)}${body === undefined ? '' : `, ${luaText(body)}`} },`).join('\n')}
}
local requests = {}
function init()
  math.randomseed(42)
  for i, one in ipairs(asked) do requests[i] = wrk.format(one[2] and "POST" or "GET", one[1], headers, one[2]) end
end
function request() return requests[math.random(#requests)] end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
`;
}

/** A long bracket that the text cannot close. */
const luaText = (text: string): string => `[====[${text}]====]`;

async function withAutocannon({
  base,
  headers,
  requests: asked,
  seconds,
  connections,
}: LoadRequest): Promise<LoadResult> {
  const result = await autocannon({
    url: base,
    connections,
    duration: seconds,
    timeout: 30,
    requests: asked.map(({ path, body }) =>
      body === undefined
        ? { method: 'GET', path, headers: { ...headers } }
        : { method: 'POST', path, headers: { ...headers }, body },
    ),
  });
  return {
    requestsPerSecond: result.requests.total / result.duration,
    requests: result.requests.total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    errors: result.errors + result.timeouts + result.non2xx,
  };
}
