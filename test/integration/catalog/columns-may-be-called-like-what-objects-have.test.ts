import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'goforward-columns-'));
let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table thing (id int primary key, constructor text, "toString" text, "valueOf" text, "hasOwnProperty" text);
    insert into thing values (1, 'a', 'b', 'c', 'd');
    grant all on thing to service_role;`);
  const metadataFile = join(folder, 'metadata.json');
  writeFileSync(metadataFile, JSON.stringify({ tables: [{ schema: 'public', name: 'thing' }] }));
  api = await openDataApi(database, { metadataFile });
});
afterAll(async () => {
  await api.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

test('they are read, found, ordered by and written as any other', async () => {
  expect(api.warnings()).toEqual([]);
  const fields = 'constructor toString valueOf hasOwnProperty';
  const row = { constructor: 'a', toString: 'b', valueOf: 'c', hasOwnProperty: 'd' };
  const read = `{ thing(where: {constructor: {_eq: "a"}, valueOf: {_eq: "c"}}, order_by: {toString: asc}) { ${fields} } }`;
  expect(await api.ask(read, 'service_role')).toEqual({ data: { thing: [row] } });
  const write = `mutation { update_thing(where: {}, _set: {constructor: "x", hasOwnProperty: "y"}) { returning { ${fields} } } }`;
  expect(await api.ask(write, 'service_role')).toEqual({
    data: { update_thing: { returning: [{ ...row, constructor: 'x', hasOwnProperty: 'y' }] } },
  });
});
