import { describe, expect, it } from 'vitest';
import { chooseRedirect, isAllowed } from '../../../src/auth/domain/redirects.ts';

const places = {
  siteUrl: 'https://shop.example.org/start',
  redirectUrls: [
    'https://app.example.org/**',
    'https://*.preview.example.org',
    'myapp://callback',
    'http://localhost:3000/*',
  ],
};

describe('allowed', () => {
  it.each([
    'https://shop.example.org',
    'https://shop.example.org/any/where?x=1#y',
    'https://app.example.org/a/b?c=d',
    'https://one.preview.example.org',
    'https://one.preview.example.org/',
    'myapp://callback',
    'http://localhost:3000/done',
  ])('%s', (url) => {
    expect(isAllowed(places, url)).toBe(true);
    expect(chooseRedirect(places, url)).toBe(url);
  });

  it('any port of this very machine, when the site is on it', () => {
    expect(isAllowed({ siteUrl: 'http://localhost:3000', redirectUrls: [] }, 'http://localhost:5173/x')).toBe(
      true,
    );
    expect(isAllowed({ siteUrl: 'https://a.example', redirectUrls: [] }, 'https://a.example:8443/')).toBe(
      false,
    );
  });
});

describe('not allowed, so it is the site', () => {
  it.each([
    '//evil.example.com',
    '\\\\evil.example.com',
    '/\\evil.example.com',
    'https:evil.example.com',
    'https:/evil.example.com',
    'https:///evil.example.com',
    'https://evil.example.com',
    'http://shop.example.org/',
    'https://shop.example.org.evil.example.com/',
    'https://shop.example.org@evil.example.com/',
    'https://user:pass@shop.example.org/',
    'https://shop.example.org:8443/',
    'https://shop.example.org\\@evil.example.com/',
    'https://shop.example.org%00.evil.example.com/',
    'https://shop。example。org.evil.example.com/',
    'https://evil.example.com/#https://shop.example.org/',
    'https://evil.example.com/?https://app.example.org/',
    'https://app.example.org.evil.example.com/x',
    'https://evil.example.com/.preview.example.org',
    'https://a.b.preview.example.org',
    'https://app.example.org/ok\r\nSet-Cookie: a=b',
    ' https://shop.example.org/',
    'https://shop.example.org/\t',
    'javascript://shop.example.org/%0aalert(1)',
    'data://shop.example.org/',
    'javascript:alert(1)',
    'myapp://callback.evil',
    'http://localhost:3000/a/b',
    '',
    'no url',
  ])('%j', (url) => {
    expect(isAllowed(places, url)).toBe(false);
    expect(chooseRedirect(places, url)).toBe(places.siteUrl);
  });
});
