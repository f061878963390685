import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPrisma, type Prisma } from '../../../src/database/prisma.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let pool: Pool;
let prisma: Prisma;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.platformUrl, max: 2 });
  prisma = createPrisma(pool);
  await prisma.warm();
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('writes and reads each of the platform tables', async () => {
  const { client } = prisma;
  const keyHash = Uint8Array.from(randomBytes(32));
  const key = await client.apiKey.create({
    data: { name: 'web', kind: 'publishable', role: 'anon', keyHash, keyHint: 'abcd' },
  });
  expect(await client.apiKey.findUnique({ where: { keyHash } })).toEqual(key);

  const event = await client.auditEvent.create({
    data: { actorRole: 'service_role', action: 'key.create', detail: { id: key.id } },
  });
  expect(await client.auditEvent.findUnique({ where: { id: event.id } })).toMatchObject({
    detail: { id: key.id },
  });

  await client.setting.create({ data: { key: 'colour', value: ['red'] } });
  await client.setting.update({ where: { key: 'colour' }, data: { value: ['blue'] } });
  expect(await client.setting.findUnique({ where: { key: 'colour' } })).toMatchObject({ value: ['blue'] });
});

it('refuses a kind of key that does not exist', async () => {
  const data = {
    name: 'web',
    kind: 'other',
    role: 'anon',
    keyHash: Uint8Array.from(randomBytes(32)),
    keyHint: 'abcd',
  };
  await expect(prisma.client.apiKey.create({ data })).rejects.toThrow(/api_key_kind_check/);
});

it('leaves the pool open when it is disposed', async () => {
  await prisma.dispose();
  const { rows } = await pool.query('select 1 as one');
  expect(rows).toEqual([{ one: 1 }]);
});
