/** The address that a followed link leads to: sessions and failures go into the fragment, which no server sees. */
import { AppError } from '../../errors.ts';
import type { IssuedSession } from '../domain/sessions.ts';

export function sessionAddress(
  target: string,
  session: IssuedSession,
  type: string | undefined,
  more: Readonly<Record<string, string>> = {},
): string {
  return withFragment(target, {
    ...more,
    access_token: session.accessToken,
    expires_at: String(session.expiresAt),
    expires_in: String(session.expiresIn),
    refresh_token: session.refreshToken,
    sb: '',
    token_type: 'bearer',
    ...(type === undefined ? {} : { type }),
  });
}

export function withCode(target: string, code: string): string {
  const url = new URL(target);
  url.searchParams.set('code', code);
  return url.href;
}

export function halfAddress(target: string, message: string): string {
  return withFragment(target, { message, sb: '' });
}

/** Undefined for what is no expected failure. */
export function errorAddress(thrown: unknown, target: string, inQuery: boolean): string | undefined {
  if (!(thrown instanceof AppError) || thrown.status >= 500) return undefined;
  const facts = { error: 'access_denied', error_code: thrown.code, error_description: thrown.message };
  const url = new URL(target);
  if (inQuery) for (const [name, it] of Object.entries(facts)) url.searchParams.set(name, it);
  return withFragment(url.href, { ...facts, sb: '' });
}

function withFragment(target: string, facts: Record<string, string>): string {
  const url = new URL(target);
  url.hash = new URLSearchParams(facts).toString();
  return url.href;
}
