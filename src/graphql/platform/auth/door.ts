/** What the GraphQL door of auth shares: who asks, and arguments as the domain takes them. Nothing is decided here. */

import { handOver } from '../../../auth/browser-sessions.ts';
import { type Bearer, bearerOf, withUser } from '../../../auth/domain/bearer.ts';
import type { AuthContext } from '../../../auth/domain/context.ts';
import type { Owner } from '../../../auth/domain/factors/owner.ts';
import { type Challenge, readChallenge } from '../../../auth/domain/flow.ts';
import type { IssuedSession } from '../../../auth/domain/sessions.ts';
import { authError, invalid } from '../../../auth/errors.ts';
import type { User } from '../../../auth/store/users.ts';
import type { Builder } from '../../builder.ts';
import type { GraphqlContext } from '../../context.ts';

/** The module as it runs. Where the schema is only printed there is none. */
export type AuthAccess = () => AuthContext;

export function requireBearer({ callerContext: { caller } }: GraphqlContext): Bearer {
  if (caller.kind === 'anonymous' && caller.userId === undefined) throw authError('no_authorization');
  return bearerOf(caller);
}

/** Whose factors are meant: the user of the token, in the session of the token. */
export function ownerOf(context: GraphqlContext): Owner {
  const { userId, sessionId } = requireBearer(context);
  return { userId, sessionId, client: context.client };
}

export async function requireUser(
  auth: AuthContext,
  context: GraphqlContext,
): Promise<Bearer & { user: User }> {
  return withUser(auth, requireBearer(context));
}

/** A session as an answer has it: without tokens where those go by cookie alone. */
export type HandedSession = Omit<IssuedSession, 'accessToken' | 'refreshToken'> & {
  readonly accessToken: string | undefined;
  readonly refreshToken: string | undefined;
};

/** `byCookie`: what let the caller have it came in a cookie. */
export function handed<S extends IssuedSession>(
  { cookies }: GraphqlContext,
  session: S,
  byCookie = false,
): Omit<S, keyof IssuedSession> & HandedSession {
  if (handOver(cookies, session, byCookie)) return session;
  return { ...session, accessToken: undefined, refreshToken: undefined };
}

/** The same session goes on: where it was said by cookie, it stays there. */
export function handedOn<S extends IssuedSession>(context: GraphqlContext, session: S) {
  return handed(context, session, context.cookies?.spoke === true);
}

/** An argument that may be absent, null or empty, which all say the same. */
export function text(given: string | null | undefined): string | undefined {
  return given ? given : undefined;
}

/** Variables of type Boolean may hold what PostgreSQL reads as one. */
export function truth(given: unknown, fallback: boolean): boolean;
export function truth(given: unknown): boolean | undefined;
export function truth(given: unknown, fallback?: boolean): boolean | undefined {
  if (given === null || given === undefined) return fallback;
  return given === true || /^(t|true|yes|on)$/i.test(String(given));
}

export function record(given: unknown, name: string): Record<string, unknown> | undefined {
  if (given === null || given === undefined) return undefined;
  if (typeof given !== 'object' || Array.isArray(given)) throw invalid(`${name}: must be an object`);
  return given as Record<string, unknown>;
}

interface ChallengeArgs {
  readonly codeChallenge?: string | null | undefined;
  readonly codeChallengeMethod?: string | null | undefined;
}

export function challengeOf({ codeChallenge, codeChallengeMethod }: ChallengeArgs): Challenge | undefined {
  return readChallenge(codeChallenge, codeChallengeMethod);
}

export type ArgBuilder = Parameters<Parameters<Builder['mutationField']>[1]>[0]['arg'];

/** Arguments of everything that sends a link: where it leads, and PKCE. */
export function linkArgs(arg: ArgBuilder) {
  return {
    redirectTo: arg.string({ description: 'Where the link leads; one of the allowed addresses' }),
    codeChallenge: arg.string({
      description: 'PKCE: the flow ends with a code for who knows what is behind it',
    }),
    codeChallengeMethod: arg.string({ description: '`s256` or `plain`' }),
  };
}
