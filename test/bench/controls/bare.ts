/**
 * The ceiling: a plain HTTP server that sends one hand-written statement per question, prepared and named, through the same driver
 * with as many connections. It knows no role, checks no token and reads no GraphQL: the path names the question.
 */
import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { WORKLOADS } from '../workloads.ts';

const { BENCH_DATABASE_URL, BENCH_PORT, BENCH_POOL } = process.env;
const pool = new pg.Pool({
  connectionString: BENCH_DATABASE_URL,
  max: Number(BENCH_POOL),
  idleTimeoutMillis: 0,
});
const questions = new Map(WORKLOADS.map((workload) => [`/${workload.name}`, workload]));

const server = createServer(async (request, response) => {
  const workload = questions.get(request.url ?? '');
  if (workload === undefined) return void response.writeHead(404).end();
  try {
    const { variables } = JSON.parse(await readBody(request)) as { variables?: { id: number } };
    const values = workload.keys === undefined ? [] : [variables?.id];
    const { rows } = await pool.query<[string]>({
      name: workload.name,
      text: workload.sql,
      values,
      rowMode: 'array',
    });
    const body = `{"data":${rows[0]?.[0]}}`;
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(Number(BENCH_PORT), '127.0.0.1');

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
