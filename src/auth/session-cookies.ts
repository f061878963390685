/** Sessions of browsers in cookies that no script can read: what a request brings, and what its answer sets. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AuthConfig } from '../config/auth.ts';
import { AppError } from '../errors.ts';
import type { SessionCookieJar } from '../exchange.ts';
import { cookieLine, takeCookies } from './cookie-text.ts';
import type { RequestHeaders } from './credentials.ts';
import { provenanceOf, SESSION_HEADER } from './trusted-page.ts';

export interface OpenedCookies {
  readonly jar: SessionCookieJar;
  /** The request without cookies that are nobody else's to see. */
  readonly headers: RequestHeaders;
  /** The access token, for a request that may use it. `safe`: it changes nothing, wherever it comes from. */
  speak(safe: boolean): string | undefined;
  /** The same credentials as headers, for whoever judges them again later. */
  credentials<H extends RequestHeaders>(headers: H): H;
  /** An access token that does not hold is taken back, or nothing could be asked until it has expired. */
  dropAccess(): void;
  /** Lines of `Set-Cookie`. */
  lines(): string[];
}

export interface SessionCookies {
  open(headers: RequestHeaders): OpenedCookies;
}

export interface SessionCookiesInput {
  readonly config: Pick<AuthConfig, 'cookies' | 'sessions'>;
  /** As clients reach the server; known once it listens. */
  readonly publicUrl: () => string;
  readonly secret: string;
}

/** As long as browsers keep anything. */
const LONGEST_SECONDS = 400 * 86_400;
const FLOW_SECONDS = 600;

interface Names {
  readonly access: string;
  readonly refresh: string;
  readonly flow: string;
  readonly all: ReadonlySet<string>;
  readonly secure: boolean;
  readonly origins: ReadonlySet<string>;
}

export function createSessionCookies({ config, publicUrl, secret }: SessionCookiesInput): SessionCookies {
  const { timeboxSeconds, inactivitySeconds } = config.sessions;
  const refreshSeconds = Math.min(timeboxSeconds || LONGEST_SECONDS, inactivitySeconds || LONGEST_SECONDS);
  let known: Names | undefined;

  /** `__Host-` keeps other hosts of the domain from setting them; browsers want https for it. */
  function names(): Names {
    if (known !== undefined) return known;
    const url = new URL(publicUrl());
    const secure = url.protocol === 'https:';
    const named = (name: string) => `${secure ? '__Host-' : ''}goforward-${name}`;
    const [access, refresh, flow] = [named('access'), named('refresh'), named('flow')];
    const origins = new Set([url.origin, ...config.cookies.origins]);
    known = { access, refresh, flow, all: new Set([access, refresh, flow]), secure, origins };
    return known;
  }

  function open(given: RequestHeaders): OpenedCookies {
    const { access, refresh, flow, all, secure, origins } = names();
    const provenance = provenanceOf(given, origins);
    const trusted = provenance === 'trusted';
    const alone = given[SESSION_HEADER] === 'cookie';
    const { taken, headers } = withoutOurs(given, all);
    const answer = new Map<string, string>();
    const set = (name: string, value: string, maxAgeSeconds: number) =>
      answer.set(name, cookieLine({ name, value, maxAgeSeconds, secure }));
    const drop = (name: string) => set(name, '', 0);
    let spoke = false;
    const jar: SessionCookieJar = {
      trusted,
      alone,
      get spoke() {
        return spoke;
      },
      refreshToken: trusted && given.authorization === undefined ? taken.get(refresh) : undefined,
      keep(session) {
        if (!trusted && alone) throw untrusted();
        if (!trusted) return;
        set(access, session.accessToken, session.expiresIn);
        set(refresh, session.refreshToken, refreshSeconds);
      },
      clear() {
        if (!trusted) return;
        drop(access);
        drop(refresh);
      },
      markFlow(state) {
        if (!trusted) throw untrusted();
        set(flow, flowMark(secret, state), FLOW_SECONDS);
      },
      beganFlow: (state) => isEqual(taken.get(flow), flowMark(secret, state)),
    };
    return {
      jar,
      headers,
      speak(safe) {
        const token = taken.get(access);
        if (token === undefined || token === '') return undefined;
        if (!trusted && !safe) throw untrusted();
        spoke = true;
        return token;
      },
      credentials(headers) {
        const others = headers.authorization ?? headers['x-hasura-admin-secret'];
        if (!spoke || others !== undefined) return headers;
        return { ...headers, authorization: `Bearer ${taken.get(access)}` };
      },
      dropAccess: () => void drop(access),
      lines: () => [...answer.values()],
    };
  }

  return { open };
}

/** For a connection whose answer has gone out already: nothing can be kept any more, so no refresh token is spent. */
export function withoutAnswer(jar: SessionCookieJar): SessionCookieJar {
  return {
    trusted: false,
    alone: jar.alone,
    get spoke() {
      return jar.spoke;
    },
    refreshToken: undefined,
    keep: () => undefined,
    clear: () => undefined,
    markFlow() {
      throw untrusted();
    },
    beganFlow: () => false,
  };
}

function withoutOurs(headers: RequestHeaders, names: ReadonlySet<string>) {
  const { cookie } = headers;
  if (typeof cookie !== 'string') return { taken: new Map<string, string>(), headers };
  const { taken, rest } = takeCookies(cookie, names);
  const { cookie: _cookie, ...others } = headers;
  return { taken, headers: rest === '' ? others : { ...others, cookie: rest } };
}

/** Who knows a state, as everybody does who has seen the address, cannot make its mark. */
function flowMark(secret: string, state: string): string {
  return createHmac('sha256', secret).update(`goforward flow began here: ${state}`).digest('base64url');
}

function isEqual(given: string | undefined, wanted: string): boolean {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

export function untrusted(): AppError {
  return new AppError('untrusted-origin', 'This page may not use the cookies of a session', {
    hint: `List its origin in auth.cookies.origins; a client that is no browser sends ${SESSION_HEADER}.`,
  });
}
