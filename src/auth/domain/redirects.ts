/** Where a user may be sent after a link: the site itself, or what the configuration lists. Everything else is the site. */
import type { AuthConfig } from '../../config/auth.ts';

type Places = Pick<AuthConfig, 'siteUrl' | 'redirectUrls'>;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const PATTERNS = new Map<string, RegExp>();

export function chooseRedirect(places: Places, asked: string | undefined): string {
  return asked !== undefined && isAllowed(places, asked) ? asked : places.siteUrl;
}

export function isAllowed({ siteUrl, redirectUrls }: Places, asked: string): boolean {
  // What a browser would read differently than we do is not read at all.
  if (/[\p{Cc}\s\\]/u.test(asked) || !/^[a-z][a-z0-9+.-]*:\/\//i.test(asked)) return false;
  let url: URL;
  try {
    url = new URL(asked);
  } catch {
    return false;
  }
  if (url.username !== '' || url.password !== '') return false;
  if (/^(javascript|data|vbscript|file|blob):$/.test(url.protocol)) return false;
  const site = new URL(siteUrl);
  if (url.protocol === site.protocol && url.hostname === site.hostname) {
    if (url.port === site.port || LOOPBACK.has(url.hostname)) return true;
  }
  // Compared as it will be followed: dots are resolved, the host is in its ASCII form.
  const plain = `${url.protocol}//${url.host}${url.pathname}${url.search}`;
  return redirectUrls.some(
    (pattern) => matcherOf(pattern).test(plain) || matcherOf(pattern).test(trimSlash(plain)),
  );
}

function trimSlash(text: string): string {
  return text.replace(/\/$/, '');
}

/** `*` is anything but `.` and `/`, `**` anything, `?` one character but those. */
function matcherOf(pattern: string): RegExp {
  let known = PATTERNS.get(pattern);
  if (known === undefined) {
    const source = pattern.replace(/\*\*|\*|\?|[^*?]+/g, (part) => {
      if (part === '**') return '.*';
      if (part === '*') return '[^./]*';
      return part === '?' ? '[^./]' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    });
    known = new RegExp(`^${source}$`);
    PATTERNS.set(pattern, known);
  }
  return known;
}
