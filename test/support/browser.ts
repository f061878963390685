/** A real Chromium, where the machine has one; where tests must be complete its absence is a failure. */
import { accessSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

export const CHROMIUM = '/usr/bin/chromium';

export const lacksChromium = (() => {
  try {
    accessSync(CHROMIUM);
    return false;
  } catch {
    return process.env.CI !== 'true';
  }
})();

export interface Browser {
  /** A page that may reach `origin` alone; what it asked of others, and what went wrong in it. */
  open(origin: string): Promise<{ page: Page; foreign: string[]; errors: string[] }>;
  close(): Promise<void>;
}

export async function launchBrowser(): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'goforward-browser-'));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM,
    headless: true,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
  return {
    async open(origin) {
      const page = await context.newPage();
      const foreign: string[] = [];
      const errors: string[] = [];
      await page.route('**/*', (route) => {
        const url = route.request().url();
        if (url.startsWith(origin) || /^(blob|data):/.test(url)) return route.continue();
        foreign.push(url);
        return route.abort();
      });
      page.on('pageerror', (error) => errors.push(error.message));
      return { page, foreign, errors };
    },
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
