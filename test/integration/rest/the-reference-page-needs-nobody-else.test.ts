/** The page at `/rest/v1/` at work in a real browser: what it shows depends on the key, and it asks nobody but this server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { type Browser, CHROMIUM, lacksChromium, launchBrowser } from '../../support/browser.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createShop } from '../../support/shop.ts';

describe.skipIf(lacksChromium)(`in ${CHROMIUM}`, () => {
  let database: TestDatabase;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    database = await createTestDatabase();
    await createShop(database);
    app = await startApp(database);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await database?.drop();
  });

  test('a visitor sees what is open, and with the service key everything', { timeout: 60_000 }, async () => {
    const { page, foreign, errors } = await browser.open(app.url);
    await page.goto(`${app.url}/rest/v1/`);
    await page.locator('#operations-tag-item, [data-tag="item"]').first().waitFor();
    expect(await page.locator('[data-tag="basket"]').count()).toBe(0);
    await page.fill('input[name=key]', app.keys.service);
    await page.click('#who button');
    await page.locator('[data-tag="basket"]').first().waitFor();
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  });
});
