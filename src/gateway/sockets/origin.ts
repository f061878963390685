/** Which pages may open a socket. Browsers ask for no permission before they do, so the server has to look. */
import type { IncomingHttpHeaders } from 'node:http';

export interface OriginVerdict {
  readonly isAllowed: boolean;
  /** Its cookies may count: a foreign page sends them without the user knowing. */
  readonly mayUseCookies: boolean;
}

/** `publicUrl`: where clients reach the server, when a proxy changes the host. */
export function judgeOrigin(
  { origin, host }: IncomingHttpHeaders,
  origins: readonly string[],
  publicUrl: string | undefined,
): OriginVerdict {
  // Only browsers tell an origin, and they always do.
  if (origin === undefined) return { isAllowed: true, mayUseCookies: false };
  const isOwn = hostOf(origin) === host || (publicUrl !== undefined && originOf(publicUrl) === origin);
  const isNamed = origins.includes(origin);
  return { isAllowed: isOwn || isNamed || origins.includes('*'), mayUseCookies: isOwn || isNamed };
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
