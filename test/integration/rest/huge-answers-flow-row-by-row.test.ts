/** A million rows as JSON and CSV over HTTP: whole, in flat memory, and given up at once when nobody reads on. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, TEST_JWT_SECRET, type TestDatabase } from '../../support/database.ts';
import { largestMemory } from '../../support/process-memory.ts';
import { type ServerProcess, startServer, temporaryFolder } from '../../support/server-process.ts';

const ROWS = 1_000_000;
const MIB = 2 ** 20;
const MAX_GROWTH = 100 * MIB;

let database: TestDatabase;
let server: ServerProcess;
const folder = temporaryFolder();

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create view measurement as
      select n as id, 'sensor ' || n % 100 as sensor, n * 0.5 as value, null::text as remark from generate_series(1, ${ROWS}) n;
    create view failing as select n as id, 100000 / (100000 - n) as part from generate_series(1, ${ROWS}) n;
    grant select on measurement, failing to anon;`);
  server = await startServer(['start', '--port', '0', '--data-dir', folder.path], {
    env: {
      DATABASE_URL: database.adminUrl,
      GOFORWARD_AUTH_JWT_SECRET: TEST_JWT_SECRET,
      GOFORWARD_API_MAX_ROWS: String(2 * ROWS),
    },
  });
  // The first thousands of rows bring the heap to its usual size.
  const response = await open('measurement?id=lt.100000');
  await readPieces(response, () => undefined);
});
afterAll(async () => {
  server?.child.kill('SIGTERM');
  await server?.ended;
  folder.remove();
  await database?.drop();
});

async function open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const request = get(`${server.url}/rest/v1/${path}`, { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

/** By how much the server's memory grew at most while the pieces came. */
async function readPieces(response: IncomingMessage, look: (piece: string) => void): Promise<number> {
  const before = serverMemory();
  let most = before;
  let pieces = 0;
  response.setEncoding('utf8');
  for await (const piece of response) {
    look(piece as string);
    pieces += 1;
    if (pieces % 50 === 0) most = Math.max(most, serverMemory());
  }
  return Math.max(most, serverMemory()) - before;
}

const serverMemory = () => largestMemory(server.child.pid ?? 0);

const running = async () =>
  (
    await database.sql<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid() and application_name = 'goforward api'`,
    )
  )[0]?.count;

async function untilNothingRuns(withinMs: number): Promise<number> {
  const startedAt = performance.now();
  while ((await running()) !== 0 && performance.now() - startedAt < 10 * withinMs) await sleep(20);
  return performance.now() - startedAt;
}

describe('a million rows', () => {
  test('as JSON', async () => {
    const response = await open('measurement?select=id,sensor,remark&order=id', { prefer: 'count=exact' });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-range']).toBe(`0-${ROWS - 1}/${ROWS}`);
    expect(response.headers['transfer-encoding']).toBe('chunked');
    let rows = 0;
    let text = '';
    const grown = await readPieces(response, (piece) => {
      rows += piece.split('{').length - 1;
      text = (text + piece).slice(-100);
    });
    expect(rows).toBe(ROWS);
    expect(text.endsWith(`{"id":${ROWS},"sensor":"sensor 0","remark":null}]`)).toBe(true);
    expect(grown).toBeLessThan(MAX_GROWTH);
  });

  test('as CSV', async () => {
    const response = await open('measurement?order=id', { accept: 'text/csv' });
    let lines = 0;
    let begin = '';
    const grown = await readPieces(response, (piece) => {
      if (begin.length < 100) begin += piece.slice(0, 100);
      lines += piece.split('\n').length - 1;
    });
    expect(begin.split('\n').slice(0, 3)).toEqual([
      'id,sensor,value,remark',
      '1,"sensor 1",0.5,',
      '2,"sensor 2",1.0,',
    ]);
    expect(lines).toBe(ROWS);
    expect(grown).toBeLessThan(MAX_GROWTH);
  });

  test('of which few are asked for are answered as a whole', async () => {
    const response = await open('measurement?id=lt.3&select=id');
    expect(response.headers['content-range']).toBe('0-1/*');
    expect(response.headers['content-length']).toBeDefined();
    response.resume();
  });
});

test('a client that hangs up stops it within a second', async () => {
  const response = await open('measurement?order=id');
  await once(response, 'readable');
  expect(await running()).toBeGreaterThan(0);
  response.destroy();
  expect(await untilNothingRuns(1000)).toBeLessThan(1000);
});

test('a client that hangs up while nothing has come yet stops it too', async () => {
  const request = get(`${server.url}/rest/v1/measurement?order=sensor.desc,value,remark,id`);
  request.on('error', () => undefined);
  while ((await running()) === 0) await sleep(5);
  request.destroy();
  expect(await untilNothingRuns(1000)).toBeLessThan(1000);
});

test('an error after the beginning cuts the connection, and the next request is served', async () => {
  const response = await open('failing?select=id,part');
  expect(response.statusCode).toBe(200);
  await expect(readPieces(response, () => undefined)).rejects.toThrow(/aborted/);
  expect(await untilNothingRuns(1000)).toBeLessThan(1000);
  const next = await open('measurement?id=eq.1&select=id');
  expect(next.statusCode).toBe(200);
  next.resume();
});

test('an error before the beginning is told', async () => {
  const response = await open('failing?select=part&id=eq.100000');
  expect(response.statusCode).toBe(400);
  response.resume();
});
