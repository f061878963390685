/** Signing in, staying so, and asking for a new password. Each field calls the verb that REST calls. */
import { refreshByTokenOrCookie } from '../../../auth/browser-sessions.ts';
import { exchangeCode } from '../../../auth/domain/flow.ts';
import { recover } from '../../../auth/domain/recovery.ts';
import { signInWithPassword } from '../../../auth/domain/sign-in.ts';
import { invalid } from '../../../auth/errors.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, challengeOf, handed, linkArgs, text } from './door.ts';
import type { AuthTypes } from './types.ts';

export function registerSignIn(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  builder.mutationField('signIn', (t) =>
    t.field({
      type: types.session,
      description: 'Signs in by password; either email or phone is given',
      args: { email: t.arg.string(), phone: t.arg.string(), password: t.arg.string({ required: true }) },
      resolve: async (_parent, { email, phone, password }, context) => {
        const { client } = context;
        const input = { email: text(email), phone: text(phone), password, client };
        return handed(context, await signInWithPassword(auth(), input));
      },
    }),
  );
  builder.mutationField('exchangeCodeForSession', (t) =>
    t.field({
      type: types.session,
      description: 'Ends a PKCE flow: the code of the link, and what its challenge was made of',
      args: {
        authCode: t.arg.string({ required: true }),
        codeVerifier: t.arg.string({ required: true }),
      },
      resolve: async (_parent, { authCode, codeVerifier }, context) =>
        handed(context, await exchangeCode(auth(), { authCode, codeVerifier, client: context.client })),
    }),
  );
  builder.mutationField('refreshSession', (t) =>
    t.field({
      type: types.session,
      description: 'The next access token of a session, for its newest refresh token',
      args: { refreshToken: t.arg.string({ description: 'Without one, that of the cookie' }) },
      resolve: async (_parent, { refreshToken }, context) => {
        const { cookies, client } = context;
        const given = text(refreshToken);
        const { session, byCookie } = await refreshByTokenOrCookie(auth(), cookies, given, client);
        return handed(context, session, byCookie);
      },
    }),
  );
  builder.mutationField('resetPassword', (t) =>
    t.boolean({
      description: 'Sends a recovery link. True whether there is such a user or not',
      args: { email: t.arg.string({ required: true }), ...linkArgs(t.arg) },
      resolve: async (_parent, { email, redirectTo, ...pkce }, { client }) => {
        if (email === '') throw invalid('Password recovery requires an email');
        const challenge = challengeOf(pkce);
        await recover(auth(), { email, redirectTo: text(redirectTo), challenge, client });
        return true;
      },
    }),
  );
}
