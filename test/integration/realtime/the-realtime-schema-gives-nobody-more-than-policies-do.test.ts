/** Schema `realtime` by itself: who may what, what its functions do, and that old rows go. */
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeOldMessages, replay } from '../../../src/realtime/channels/stored-messages.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.platformUrl, max: 1 });
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

async function as(role: string, statement: string): Promise<unknown[]> {
  return database.sql(`begin; set local role ${role}; ${statement}; commit`).catch(async (error: unknown) => {
    await database.sql('rollback');
    throw error;
  });
}

test.each(['anon', 'authenticated'])('without a policy %s reads and writes nothing', async (role) => {
  await database.sql(`select realtime.send('{}', 'e', 'room')`);
  expect(await database.sql(`begin; set local role ${role}; select * from realtime.messages`)).toEqual([]);
  await database.sql('rollback');
  await expect(
    as(role, `insert into realtime.messages (topic, extension) values ('room', 'broadcast')`),
  ).rejects.toMatchObject({ code: '42501' });
  for (const statement of [
    'update realtime.messages set topic = $$x$$',
    'delete from realtime.messages',
    'truncate realtime.messages',
  ])
    await expect(as(role, statement)).rejects.toMatchObject({ code: '42501' });
});

test('every function has a fixed search path, runs as its caller, and is not for everybody', async () => {
  const functions = await database.sql<{
    name: string;
    definer: boolean;
    path: string[];
    everybody: boolean;
  }>(`
    select p.proname as name, p.prosecdef as definer, p.proconfig as path,
      exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee = 0) as everybody
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'realtime' order by 1`);
  expect(functions.map(({ name }) => name)).toEqual(['broadcast_changes', 'send', 'send_binary', 'topic']);
  for (const { definer, path, everybody } of functions)
    expect({ definer, path, everybody }).toEqual({
      definer: false,
      path: ['search_path=""'],
      everybody: false,
    });
});

test('a send keeps the id that the payload has, and leaves the topic of the transaction as it was', async () => {
  const [row] = await database.sql(`begin; select set_config('realtime.topic', 'before', true);
    select realtime.send('{"id": "mine"}', 'e', 'kept'); select realtime.topic() as topic`);
  expect(row).toEqual({ topic: 'before' });
  await database.sql('commit');
  const [sent] = await database.sql(`select payload, private from realtime.messages where topic = 'kept'`);
  expect(sent).toEqual({ payload: { id: 'mine' }, private: true });
});

test('the newest are replayed, the oldest of them first, and never of another channel or a public one', async () => {
  await database.sql(`insert into realtime.messages (topic, extension, event, payload, private, inserted_at)
    select topic, 'broadcast', 'e', to_jsonb(n), private, (now() at time zone 'utc') - make_interval(secs => 100 - n)
    from generate_series(1, 40) n, (values ('replay', true), ('other', true), ('replay', false)) t (topic, private)`);
  const told = await replay(pool, 'replay', { since: 0, limit: 100 });
  expect(told.map(({ body }) => 'json' in body && Number(body.json))).toEqual(
    Array.from({ length: 25 }, (_, index) => index + 16),
  );
  const since = Date.now() - 62_500;
  expect((await replay(pool, 'replay', { since, limit: 25 })).length).toBeLessThanOrEqual(4);
});

test('what is older than is kept goes, and nothing else', async () => {
  await database.sql(`delete from realtime.messages; insert into realtime.messages (topic, extension, inserted_at)
    values ('old', 'broadcast', (now() at time zone 'utc') - interval '73 hours'), ('young', 'broadcast', (now() at time zone 'utc') - interval '71 hours')`);
  await removeOldMessages(pool, 72);
  expect(await database.sql('select topic from realtime.messages')).toEqual([{ topic: 'young' }]);
});
