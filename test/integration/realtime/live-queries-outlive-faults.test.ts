/** What happens around live queries: connections die, statements are slow, the schema changes, tokens are renewed. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type LiveApi, openLiveApi, requesterOf } from '../../support/live-queries.ts';
import { createShop } from '../../support/shop.ts';

let database: TestDatabase;
let live: LiveApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await createShop(database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  live = await openLiveApi(database);
});
afterEach(() => live.close());

const rename = (id: number) => database.sql("update item set name = name || '!' where id = $1", [id]);

test('connections that die in the middle of a run cost nothing but time', async () => {
  await database.sql(`create function waiting() returns setof item stable language sql as $$ select item.* from item, pg_sleep(0.3) where id = 1 $$;
    grant execute on function waiting to anon`);
  await live.reload();
  const heard = live.subscribe('subscription { waiting { name } }');
  await heard.text(0);
  await rename(1);
  live.liveQueries.wake('all');
  const killed = () =>
    database.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%waiting%' and state = 'active' and pid <> pg_backend_pid()",
    );
  await expect.poll(killed).not.toEqual([]);
  expect(await heard.text(1)).not.toBe(heard.texts[0]);
  expect(heard.errors).toEqual([]);
  await database.sql('drop function waiting');
});

test('a database that takes no connections for a while is waited for', async () => {
  const heard = live.subscribe('subscription { item_by_pk(id: 2) { name } }');
  await heard.text(0);
  await database.sql(`alter database ${database.name} connection limit 0`);
  await database.sql(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'goforward api'",
  );
  await rename(2);
  live.liveQueries.wake('all');
  const early = live.subscribe('subscription { item_by_pk(id: 3) { name } }');
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect([heard.texts.length, heard.errors, early.texts.length, early.errors]).toEqual([1, [], 0, []]);
  await database.sql(`alter database ${database.name} connection limit -1`);
  expect(await heard.text(1)).toContain('!');
  expect(await early.text(0)).toContain('item 3');
});

test('one that is always too slow ends with that', async () => {
  const impatient = await openLiveApi(database, { env: { GOFORWARD_DATABASE_STATEMENT_TIMEOUT_MS: '20' } });
  await database.sql(`create function endless() returns setof item stable language sql as $$ select item.* from item, pg_sleep(1) $$;
    grant execute on function endless to anon`);
  await impatient.reload();
  const quick = impatient.subscribe('subscription { item_by_pk(id: 3) { id } }');
  const slow = impatient.subscribe('subscription { endless { id } }');
  await quick.text(0);
  expect((await slow.failure()).extensions.code).toBe('query-cancelled');
  expect(quick.errors).toEqual([]);
  await impatient.close();
  await database.sql('drop function endless');
});

test('a change of the schema is followed, or ends those that do not fit it any more', async () => {
  await database.sql(
    "create table note (id int primary key, text text, extra text); insert into note values (1, 'a', 'b'); grant select on note to anon",
  );
  await live.reload();
  const kept = live.subscribe('subscription { note { text } }');
  const lost = live.subscribe('subscription { note { extra } }');
  await Promise.all([kept.text(0), lost.text(0)]);
  await database.sql('alter table note drop column extra');
  await live.reload();
  expect((await lost.failure()).extensions.code).toBe('validation-failed');
  await database.sql("update note set text = 'c'");
  live.liveQueries.wake('all');
  expect(await kept.text(1)).toContain('"c"');
  await database.sql('alter table note enable row level security');
  await live.reload();
  expect(await kept.text(2)).toBe('{"data":{"note":[]}}');
  await database.sql('revoke select on note from anon');
  await live.reload();
  // Refused by the new schema, or by PostgreSQL where a run was quicker.
  expect((await kept.failure()).extensions.code).toMatch(/^(validation-failed|permission-error)$/);
  expect(live.liveQueries.size).toBe(0);
  await database.sql('drop table note');
});

test('a run that meets a schema of which nobody has heard yet is repeated, not ended', async () => {
  await database.sql(
    "create table page (id int primary key, title text); insert into page values (1, 'x'); grant select on page to anon",
  );
  await live.reload();
  const heard = live.subscribe('subscription { page { id } }');
  await heard.text(0);
  await database.sql('alter table page rename column id to number');
  live.liveQueries.wake('all');
  await expect.poll(() => live.liveQueries.waiting).toBe(1);
  expect(heard.errors).toEqual([]);
  await database.sql('alter table page rename column number to id');
  await database.sql('insert into page values (2, null)');
  live.liveQueries.wake('all');
  expect(await heard.text(1)).toContain('2');
  await database.sql('drop table page');
});

test('renewed claims are those of the next answer, and nothing is sent twice', async () => {
  const claims = (exp: number) => ({ role: 'authenticated', claims: { sub: 'ada', exp } });
  const heard = live.subscribe('subscription { basket { id } }', claims(1));
  await heard.text(0);
  heard.operation.renew(requesterOf(claims(2)));
  await live.quiet();
  expect([heard.texts, live.liveQueries.size]).toEqual([['{"data":{"basket":[{"id":1}]}}'], 1]);
  await database.sql("insert into basket values (5, 'ada', null)");
  live.liveQueries.wake('all');
  expect(await heard.text(1)).toBe('{"data":{"basket":[{"id":1},{"id":5}]}}');
  heard.operation.renew(requesterOf({ role: 'anon' }));
  expect((await heard.failure()).extensions.code).toBe('validation-failed');
  expect(live.liveQueries.size).toBe(0);
  await database.sql('delete from basket where id = 5');
});

test('nothing is kept of those who left', async () => {
  for (let round = 0; round < 50; round += 1) {
    const heard = live.subscribe('subscription { item_by_pk(id: 1) { id } }', { claims: { sub: round } });
    if (round % 2 === 0) await heard.text(0);
    heard.operation.stop();
  }
  await live.quiet();
  expect([live.liveQueries.size, live.liveQueries.waiting]).toEqual([0, 0]);
  live.statements();
  live.liveQueries.wake('all');
  await live.quiet();
  expect(live.statements()).toBe(0);
});
