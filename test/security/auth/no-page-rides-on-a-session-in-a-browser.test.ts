/** Sessions in cookies in a real browser: a trusted page works with one that it cannot read, and pages of others cannot ride on it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { type Browser, CHROMIUM, lacksChromium, launchBrowser } from '../../support/browser.ts';

const EMAIL = 'ada@example.org';

/** An empty page on a port of its own. */
async function servePage(): Promise<{ server: Server; port: number }> {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>page</title>'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

interface Init {
  readonly method?: string;
  readonly mode?: 'no-cors';
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Ask {
  readonly url: string;
  readonly init: Init;
}

/** What the page learns when it asks. */
const ask = (page: Page, url: string, init: Init): Promise<string> =>
  page.evaluate(
    ({ url, init }: Ask) =>
      fetch(url, { credentials: 'include', ...init }).then(
        (response) => response.text(),
        (error: Error) => `could not: ${error.name}`,
      ),
    { url, init },
  );

describe.skipIf(lacksChromium)(`in ${CHROMIUM}`, () => {
  let server: AuthServer;
  let browser: Browser;
  let trusted: Awaited<ReturnType<typeof servePage>>;
  let evil: Awaited<ReturnType<typeof servePage>>;
  let page: Page;

  beforeAll(async () => {
    [trusted, evil] = await Promise.all([servePage(), servePage()]);
    server = await startAuth({
      GOFORWARD_AUTH_COOKIES_ENABLED: 'true',
      GOFORWARD_AUTH_COOKIES_ORIGINS: `http://127.0.0.1:${trusted.port}`,
    });
    await server.database.sql(`create table note (id serial primary key, owner uuid default auth.uid(), text text);
      alter table note enable row level security;
      create policy own on note using (owner = auth.uid());
      grant all on note to authenticated; grant select on note to anon; grant usage on sequence note_id_seq to authenticated`);
    await server.app.post('/meta/v1/reload', {}, server.app.keys.service);
    await server.admin.createUser({ email: EMAIL, password: PASSWORD, email_confirm: true });
    browser = await launchBrowser();
    ({ page } = await browser.open('http://'));
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    trusted?.server.close();
    evil?.server.close();
  });

  const notes = () => server.database.sql('select text from note order by id');
  const api = (path: string) => `${server.app.url}${path}`;
  const json = { 'content-type': 'application/json' };
  const document = (query: string) => ({ method: 'POST', headers: json, body: JSON.stringify({ query }) });

  it('a listed page signs in, reads and writes its own rows, and sees no token', {
    timeout: 60_000,
  }, async () => {
    await page.goto(`http://127.0.0.1:${trusted.port}/`);
    const signedIn = await ask(page, api('/auth/v1/token?grant_type=password'), {
      method: 'POST',
      headers: { ...json, 'x-goforward-session': 'cookie' },
      body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
    });
    expect(JSON.parse(signedIn)).toMatchObject({ user: { email: EMAIL } });
    expect(signedIn).not.toMatch(/_token"/);
    const kept = await page.context().cookies();
    expect(kept.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toEqual([
      ['goforward-access', true, 'Lax'],
      ['goforward-refresh', true, 'Lax'],
    ]);
    expect(await page.evaluate('document.cookie')).toBe('');
    const wrote = await ask(
      page,
      api('/graphql'),
      document('mutation { insert_note_one(object: {text: "mine"}) { text } }'),
    );
    expect(JSON.parse(wrote)).toEqual({ data: { insert_note_one: { text: 'mine' } } });
    expect(await ask(page, api('/rest/v1/note?select=text'), {})).toBe('[{"text":"mine"}]');
    expect(JSON.parse(await ask(page, api('/graphql?query={note{text}}'), {}))).toEqual({
      data: { note: [{ text: 'mine' }] },
    });
    await page.goto(api('/live'));
    expect(JSON.parse(await ask(page, '/graphql', document('{ me { email } }')))).toEqual({
      data: { me: { email: EMAIL } },
    });
    expect(await ask(page, '/rest/v1/note?select=text', {})).toBe('[{"text":"mine"}]');
  });

  // Another port is the same site to a browser, which sends the cookie along; another name is another site.
  it.each(['127.0.0.1', 'localhost'])(
    'a page of %s on another port neither does nor learns anything',
    { timeout: 60_000 },
    async (host) => {
      const origin = `http://${host}:${evil.port}/`;
      await page.goto(origin);
      const mutation = JSON.stringify({
        query: 'mutation { insert_note_one(object: {text: "ridden"}) { id } }',
      });
      const simple = { 'content-type': 'text/plain' };
      const attempts: [string, Init][] = [
        ['/graphql', document('{ note { text } }')],
        ['/graphql', { method: 'POST', headers: simple, body: mutation }],
        ['/v1/graphql', { method: 'POST', mode: 'no-cors', headers: simple, body: mutation }],
        ['/graphql?query={note{text}}', {}],
        ['/rest/v1/note', { method: 'POST', mode: 'no-cors', headers: simple, body: '{"text": "ridden"}' }],
        ['/rest/v1/note?select=text', {}],
        ['/rest/v1/note?id=gt.0', { method: 'DELETE' }],
        ['/auth/v1/user', {}],
        ['/auth/v1/logout', { method: 'POST', mode: 'no-cors' }],
        ['/auth/v1/token?grant_type=refresh_token', { method: 'POST', mode: 'no-cors' }],
        ['/auth/v1/user', { headers: { 'x-goforward-session': 'cookie' } }],
      ];
      for (const [path, init] of attempts)
        expect([path, await ask(page, api(path), init)]).toEqual([
          path,
          expect.stringMatching(/^(|could not: TypeError)$/),
        ]);
      const forms: [string, string, string?][] = [
        ['/rest/v1/note', 'text', 'application/x-www-form-urlencoded'],
        [
          '/v1/graphql',
          '{"query": "mutation { insert_note_one(object: {text: \\"ridden\\"}) { id } }", "x": "',
        ],
        ['/auth/v1/logout', 'x'],
      ];
      for (const [path, name, enctype = 'text/plain'] of forms) {
        await page.goto(origin);
        await page.evaluate(
          ({ url, name, enctype }) => {
            const form = globalThis.document.createElement('form');
            Object.assign(form, { method: 'post', enctype, action: url });
            const input = globalThis.document.createElement('input');
            Object.assign(input, { name, value: '"}' });
            form.append(input);
            globalThis.document.body.append(form);
            form.submit();
          },
          { url: api(path), name, enctype },
        );
        await page.waitForURL(api(path));
        // The cookie of another site does not even arrive, and then there is nobody who could.
        expect(await page.content()).toMatch(
          /untrusted-origin|no_authorization|validation-failed|permission denied/,
        );
      }
      await page.goto(origin);
      const link = api(`/graphql?query=${encodeURIComponent('mutation { signOut }')}`);
      await page.evaluate((url) => globalThis.location.assign(url), link);
      await page.waitForURL(link);
      expect(await notes()).toEqual([{ text: 'mine' }]);
    },
  );

  it('afterwards the session is as it was, and ends where its page says so', {
    timeout: 60_000,
  }, async () => {
    await page.goto(`http://127.0.0.1:${trusted.port}/`);
    expect(await ask(page, api('/rest/v1/note?select=text'), {})).toBe('[{"text":"mine"}]');
    const refreshed = await ask(
      page,
      api('/graphql'),
      document('mutation { refreshSession { accessToken expiresIn } }'),
    );
    expect(JSON.parse(refreshed)).toEqual({
      data: { refreshSession: { accessToken: null, expiresIn: 3600 } },
    });
    expect(await ask(page, api('/auth/v1/logout'), { method: 'POST' })).toBe('');
    expect(await page.context().cookies()).toEqual([]);
    expect(await ask(page, api('/rest/v1/note?select=text'), {})).toBe('[]');
  });
});
