/** Which pages of other origins may call, and which of them with cookies: those by name alone, never `*`. */
import type { IncomingHttpHeaders } from 'node:http';

export type ResponseHeaders = Record<string, string | string[]>;

export interface Cors {
  /** Adds what a browser needs to hand the answer to the page. */
  allow(request: IncomingHttpHeaders, response: ResponseHeaders): void;
  /** The whole answer to a preflight, or undefined when the request is none. */
  preflight(method: string, request: IncomingHttpHeaders): ResponseHeaders | undefined;
}

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const EXPOSED =
  'x-request-id, x-total-count, x-supabase-api-version, x-sb-error-code, link, content-range, content-location, content-profile, etag, location, preference-applied, proxy-status, range-unit, retry-after';
export function addVary(response: ResponseHeaders, name: string): void {
  const names = response.vary === undefined ? [] : String(response.vary).split(', ');
  if (!names.includes(name)) response.vary = [...names, name].join(', ');
}

const MAX_AGE_SECONDS = '7200';

/** `cookieOrigins`: whose pages may use the cookies of a session. */
export function createCors(origins: readonly string[], cookieOrigins: readonly string[] = []): Cors {
  const all = origins.includes('*');
  const allowed = new Set(origins);
  const withCookies = new Set(cookieOrigins);
  const differs = !all || withCookies.size > 0;

  function allowOrigin(origin: string | undefined, response: ResponseHeaders): boolean {
    if (differs) addVary(response, 'origin');
    if (origin !== undefined && withCookies.has(origin)) {
      response['access-control-allow-origin'] = origin;
      response['access-control-allow-credentials'] = 'true';
      return true;
    }
    if (origin === undefined || !(all || allowed.has(origin))) return false;
    response['access-control-allow-origin'] = all ? '*' : origin;
    return true;
  }

  return {
    allow(request, response) {
      if (allowOrigin(request.origin, response)) response['access-control-expose-headers'] = EXPOSED;
    },
    preflight(method, request) {
      if (method !== 'OPTIONS' || request['access-control-request-method'] === undefined) return undefined;
      const response: ResponseHeaders = {};
      if (!allowOrigin(request.origin, response)) return response;
      response['access-control-allow-methods'] = METHODS;
      response['access-control-max-age'] = MAX_AGE_SECONDS;
      const wanted = request['access-control-request-headers'];
      if (wanted !== undefined) response['access-control-allow-headers'] = wanted;
      return response;
    },
  };
}
