/** What both doors do with sessions of browsers: hand them over, take them further, end them. */
import { AppError } from '../errors.ts';
import type { SessionCookieJar } from '../exchange.ts';
import type { Bearer } from './domain/bearer.ts';
import type { AuthContext, Client } from './domain/context.ts';
import { type IssuedSession, refresh, signOut } from './domain/sessions.ts';
import { untrusted } from './session-cookies.ts';
import type { SessionScope } from './store/sessions.ts';

type Jar = SessionCookieJar | undefined;

/**
 * Into cookies, where the page may have them. Whether the answer shows the tokens, too: what came by cookie is never told,
 * or a script that got into the page could carry the session away.
 */
export function handOver(jar: Jar, session: IssuedSession, byCookie = false): boolean {
  jar?.keep(session);
  return !(byCookie || jar?.alone === true);
}

/** What marks the browser that begins to link an identity; undefined where browsers are not told apart. Throws AppError. */
export function flowMarker(jar: Jar): SessionCookieJar['markFlow'] | undefined {
  if (jar?.trusted === false) throw untrusted();
  return jar?.markFlow;
}

/** By the token that was sent, else by the one of the cookie; one that does not hold any more is taken back. */
export async function refreshByTokenOrCookie(
  auth: AuthContext,
  jar: Jar,
  given: string | undefined,
  client: Client,
): Promise<{ session: IssuedSession; byCookie: boolean }> {
  const kept = given === undefined ? jar?.refreshToken : undefined;
  try {
    return { session: await refresh(auth, given ?? kept ?? '', client), byCookie: kept !== undefined };
  } catch (error) {
    if (kept !== undefined && isVerdict(error)) jar?.clear();
    throw error;
  }
}

/** Who has nothing left but a refresh token in a cookie signs out by that. */
export async function signOutByTokenOrCookie(
  auth: AuthContext,
  jar: Jar,
  input: { bearer: () => Bearer; scope: SessionScope; client: Client },
): Promise<void> {
  const { bearer, scope, client } = input;
  if (scope !== 'others') jar?.clear();
  try {
    const { userId, sessionId } = bearer();
    await signOut(auth, { userId, sessionId, scope, client });
  } catch (error) {
    if (jar?.refreshToken === undefined || !isVerdict(error)) throw error;
    await signOutByRefreshToken(auth, jar.refreshToken, scope, client);
  }
}

async function signOutByRefreshToken(
  auth: AuthContext,
  token: string,
  scope: SessionScope,
  client: Client,
): Promise<void> {
  try {
    const { sessionId, user } = await refresh(auth, token, client);
    await signOut(auth, { userId: user.id, sessionId, scope, client });
  } catch (error) {
    // A session that is gone needs no end.
    if (!isVerdict(error)) throw error;
  }
}

/** About the token, and not about how the server is doing. */
function isVerdict(error: unknown): boolean {
  return error instanceof AppError && error.status < 500 && error.status !== 429;
}
