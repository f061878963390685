/** Optimistic locking under real concurrency: of writers who saw the same row one wins, and the others are told. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table counter (id int primary key, value int not null, touched int not null default 0);
    create table part (id int primary key, counter_id int references counter);
    grant select, insert, update, delete on all tables in schema public to anon;
  `);
});
afterAll(() => database?.drop());

async function withApi(isolation: string, run: (api: DataApi) => Promise<void>): Promise<void> {
  const api = await openDataApi(database, { env: { GOFORWARD_DATABASE_ISOLATION_LEVEL: isolation } });
  try {
    await database.sql(
      'truncate counter cascade; insert into counter values (1, 0); insert into part values (1)',
    );
    await run(api);
  } finally {
    await api.close();
  }
}

const READ = '{ counter_by_pk(id: 1) { value } }';
const WRITE = `mutation ($seen: Int!, $next: Int!) {
  update_counter_by_pk(pk_columns: {id: 1}, _set: {value: $next}, if_match: {value: $seen}) { value } }`;

async function readValue(api: DataApi): Promise<number> {
  return ((await api.ask(READ)).data!.counter_by_pk as { value: number }).value;
}

test.each(['read committed', 'repeatable read', 'serializable'])(
  'no increment is lost and every loser is told (%s)',
  (isolation) =>
    withApi(isolation, async (api) => {
      let wins = 0;
      let losses = 0;
      for (let round = 0; round < 10; round++) {
        const seen = await readValue(api);
        const answers = await Promise.all(
          Array.from({ length: 4 }, () => api.ask(WRITE, 'anon', { seen, next: seen + 1 })),
        );
        for (const { data, errors } of answers) {
          if (errors) {
            expect(errors[0]!.extensions.code).toMatch(/^(conflict|serialization-failure)$/);
            losses += 1;
          } else {
            expect(data).toEqual({ update_counter_by_pk: { value: seen + 1 } });
            wins += 1;
          }
        }
      }
      expect(wins + losses).toBe(40);
      expect(await readValue(api)).toBe(wins);
      expect(wins).toBe(10);
    }),
);

test('a delete by somebody else in between is told as a row that is not there', () =>
  withApi('read committed', async (api) => {
    await database.sql('delete from counter where id = 1');
    expect(await api.ask(WRITE, 'anon', { seen: 0, next: 1 })).toEqual({
      data: { update_counter_by_pk: null },
    });
  }));

test('with writes to related rows alone the row is held until they are done', () =>
  withApi('read committed', async (api) => {
    const related = (
      seen: number,
    ) => `mutation { update_counter_by_pk(pk_columns: {id: 1}, if_match: {value: ${seen}},
      _related: {parts: {connect: [{id: 1}]}}) { parts { id } } }`;
    const refused = await api.ask(related(5));
    expect(refused.errors?.[0]?.extensions.code).toBe('conflict');
    expect(await database.sql('select counter_id from part')).toEqual([{ counter_id: null }]);
    expect(await api.ask(related(0))).toEqual({ data: { update_counter_by_pk: { parts: [{ id: 1 }] } } });
  }));
