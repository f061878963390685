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

// A MAY is a liberty of the server: what it does not take is shown in the report and fails nothing.
test.each(AUDITS)('$name', async ({ name, fn }) => {
  const result = await fn();
  const reason = 'reason' in result ? result.reason : undefined;
  if (name.startsWith('MAY')) expect.soft(['ok', 'notice', 'warn'], reason).toContain(result.status);
  else expect(result.status, reason).toBe('ok');
});
