/** The audits of graphql-http, the reference implementation of GraphQL over HTTP, against the running server. */
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createShop } from '../../support/shop.ts';

let database: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  await createShop(database);
  app = await startApp(database);
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

const AUDITS = serverAudits({ url: () => `${app.url}/graphql` });

test('there are 61 of them', () => {
  const count = (level: string) => AUDITS.filter(({ name }) => name.startsWith(level)).length;
  expect([count('MUST'), count('SHOULD'), count('MAY')]).toEqual([13, 23, 25]);
});

// A MAY is a liberty of the server: one that is not taken is noted in the report, and fails nothing.
test.for(AUDITS)('$name', async ({ name, fn }, { annotate }) => {
  const result = await fn();
  const reason = 'reason' in result ? result.reason : '';
  if (!name.startsWith('MAY')) expect(result.status, reason).toBe('ok');
  else if (result.status !== 'ok') await annotate(`not taken: ${name} (${reason})`);
  expect(result.status, reason).not.toBe('error');
});
