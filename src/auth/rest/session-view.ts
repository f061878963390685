/** A session as the wire has it. */
import { handOver } from '../browser-sessions.ts';
import type { IssuedSession } from '../domain/sessions.ts';
import { viewUser } from '../domain/user-view.ts';
import { type Answer, type Call, json } from './call.ts';

/** `byCookie`: what let the caller have it came in a cookie. */
export function answerSession(
  call: Call,
  session: IssuedSession,
  { more = {}, byCookie = false }: { more?: Readonly<Record<string, unknown>>; byCookie?: boolean } = {},
): Answer {
  const shown = handOver(call.exchange.cookies, session, byCookie);
  return json({
    ...(shown ? { access_token: session.accessToken } : {}),
    token_type: 'bearer',
    expires_in: session.expiresIn,
    expires_at: session.expiresAt,
    ...(shown ? { refresh_token: session.refreshToken } : {}),
    user: viewUser(session.user),
    ...more,
  });
}

/** The same session goes on: where it was said by cookie, it stays there. */
export function answerSameSession(call: Call, session: IssuedSession): Answer {
  return answerSession(call, session, { byCookie: call.exchange.cookies?.spoke === true });
}
