/** GraphiQL comes whole from this server: the page by HTTP, and at work in a real browser that may reach nothing else. */
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { type Browser, CHROMIUM, lacksChromium, launchBrowser } from '../../support/browser.ts';
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

describe('the page', () => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  test.each(['/graphql', '/v1/graphql', '/graphql/v1'])('is what a browser gets at %s', async (path) => {
    const response = await fetch(`${app.url}${path}`, {
      headers: { ...html, 'accept-encoding': 'identity' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-encoding')).toBeNull();
    expect((await response.text()).trimStart().slice(0, 15).toLowerCase()).toBe('<!doctype html>');
  });

  test('is compressed for who takes that, and not sent again to who has it', async () => {
    const plain = await fetch(`${app.url}/graphql`, { headers: { ...html, 'accept-encoding': 'identity' } });
    const { request } = await import('node:http');
    const { headers, body } = await new Promise<{
      headers: Record<string, string | string[] | undefined>;
      body: Buffer;
    }>((resolve, reject) => {
      const outgoing = request(
        `${app.url}/graphql`,
        { headers: { ...html, 'accept-encoding': 'gzip' } },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming.on('data', (part: Buffer) => parts.push(part));
          incoming.on('end', () => resolve({ headers: incoming.headers, body: Buffer.concat(parts) }));
        },
      );
      outgoing.on('error', reject).end();
    });
    expect(headers['content-encoding']).toBe('gzip');
    expect(Number(headers['content-length'])).toBe(body.length);
    expect(headers.vary).toContain('accept-encoding');
    expect(gunzipSync(body).equals(Buffer.from(await plain.arrayBuffer()))).toBe(true);
    const etag = plain.headers.get('etag');
    expect(etag).toMatch(/^"[\w-]+"$/);
    const again = await fetch(`${app.url}/graphql`, { headers: { ...html, 'if-none-match': etag! } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  test('is not there where it is switched off', async () => {
    const bare = await startApp(database, { GOFORWARD_API_GRAPHQL_GRAPHIQL: 'false' });
    try {
      const response = await fetch(`${bare.url}/graphql`, { headers: html });
      expect(response.headers.get('content-type')).not.toContain('text/html');
    } finally {
      await bare.stop();
    }
  });
});

describe.skipIf(lacksChromium)(`in ${CHROMIUM}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('it runs a query with the anonymous key, and asks nobody but this server', {
    timeout: 60_000,
  }, async () => {
    const { page, foreign, errors } = await browser.open(app.url);
    const query = '{ item(order_by: {id: asc}, limit: 1) { name } }';
    await page.goto(`${app.url}/graphql?query=${encodeURIComponent(query)}`);
    const run = page.getByRole('button', { name: /execute query/i });
    await run.waitFor();
    const answer = page.waitForResponse(
      async (response) =>
        response.request().method() === 'POST' && (await response.text()).includes('item 1'),
    );
    await run.click();
    const response = await answer;
    expect(response.request().headers().apikey).toBe(app.keys.anon);
    expect(await response.json()).toEqual({ data: { item: [{ name: 'item 1' }] } });
    await page
      .getByRole('region', { name: /result/i })
      .getByText('item 1')
      .waitFor();
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  });
});
