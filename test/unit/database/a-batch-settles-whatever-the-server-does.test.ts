/** A server that breaks the protocol in the middle of a batch: the caller must hear of it, whatever was still to come. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { sendBatch } from '../../../src/database/batch.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const error = (severity: string, code: string) =>
  message('E', Buffer.from(`S${severity}\0V${severity}\0C${code}\0Mas it is\0\0`));

/** A connection to a server that lets anybody in and then answers the first batch like this. */
async function connectTo(answer: (socket: Socket) => void): Promise<pg.PoolClient> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.concat([AUTHENTICATED, READY]));
      socket.once('data', () => answer(socket));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'anybody', database: 'any', max: 1 });
  pool.on('error', () => undefined);
  const client = await pool.connect();
  client.on('error', () => undefined);
  closers.push(async () => {
    client.release(true);
    await pool.end();
    server.close();
  });
  return client;
}

const batch = [{ text: 'select 1', name: undefined, values: [] }];

test('an error, and then the connection goes before the batch has ended', async () => {
  const client = await connectTo((socket) => socket.end(error('ERROR', '22012')));
  await expect(sendBatch(client, batch)).rejects.toMatchObject({ code: '22012' });
});

test('a fatal error', async () => {
  const client = await connectTo((socket) => socket.end(error('FATAL', '57P01')));
  await expect(sendBatch(client, batch)).rejects.toMatchObject({ code: '57P01', severity: 'FATAL' });
});

test('the connection goes without a word', async () => {
  const client = await connectTo((socket) => socket.destroy());
  await expect(sendBatch(client, batch)).rejects.toThrow(/terminated|ECONNRESET/);
});

test('failed batches leave no listeners behind', async () => {
  const client = await connectTo((socket) => {
    const answer = () => socket.write(Buffer.concat([error('ERROR', '22012'), READY]));
    answer();
    socket.on('data', answer);
  });
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
  const count = () => connection.listenerCount('readyForQuery') + connection.listenerCount('end');
  await expect(sendBatch(client, batch)).rejects.toMatchObject({ code: '22012' });
  const before = count();
  for (let time = 0; time < 20; time += 1)
    await expect(sendBatch(client, batch)).rejects.toMatchObject({ code: '22012' });
  expect(count()).toBe(before);
});
