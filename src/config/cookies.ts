/** The settings of sessions that browsers keep in cookies: `auth.cookies.*`. */
import { z } from 'zod';
import { about, flag } from './fields.ts';

const origin = z.string().refine(isOrigin, 'must be an origin, as https://app.example.org');

function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

export const cookiesSchema = z.strictObject({
  enabled: flag(false, 'Whether browsers may keep a session in cookies that no script can read.'),
  origins: z
    .array(origin)
    .default([])
    .meta(about('Origins beside that of the server whose pages may use these cookies; never `*`.')),
});

export function refuseCookies(
  { enabled, origins }: z.output<typeof cookiesSchema>,
  publicUrl: string | undefined,
  production: boolean,
): [path: string, reason: string][] {
  if (!production || !enabled) return [];
  const problems: [string, string][] = [];
  if (publicUrl?.startsWith('https:') !== true)
    problems.push(['auth.cookies.enabled', 'needs an https address in server.publicUrl in production']);
  if (origins.some((it) => it.startsWith('http:')))
    problems.push([
      'auth.cookies.origins',
      'must all be https: production trusts no page that came over plain HTTP',
    ]);
  return problems;
}
