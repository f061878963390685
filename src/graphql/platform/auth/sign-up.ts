/** Becoming a user: by address and password, or as a visitor. */
import { signUp } from '../../../auth/domain/sign-up.ts';
import { invalid } from '../../../auth/errors.ts';
import type { User } from '../../../auth/store/users.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, challengeOf, type HandedSession, handed, linkArgs, record, text } from './door.ts';
import type { AuthTypes } from './types.ts';

export function registerSignUp(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  const result = builder.objectRef<{ user: User; session: HandedSession | null }>('AuthSignUp').implement({
    description: 'A new user, with a session unless the address has to be confirmed first',
    fields: (t) => ({
      user: t.field({
        type: types.user,
        nullable: false,
        resolve: (it) => it.user,
      }),
      session: t.field({
        type: types.session,
        nullable: true,
        resolve: (it) => it.session,
      }),
    }),
  });
  builder.mutationField('signUp', (t) =>
    t.field({
      type: result,
      description: 'Signs up by email or phone, and a password',
      args: {
        email: t.arg.string(),
        phone: t.arg.string(),
        password: t.arg.string({ required: true }),
        data: t.arg({ type: 'JSON', description: 'What the user says of themself' }),
        channel: t.arg({ type: types.channel, defaultValue: 'sms' }),
        ...linkArgs(t.arg),
      },
      resolve: async (_parent, { email, phone, password, data, channel, redirectTo, ...pkce }, context) => {
        if (!email && !phone) throw invalid('signUp requires an email or a phone number');
        const made = await signUp(auth(), {
          email: text(email),
          phone: text(phone),
          password,
          data: record(data, 'data') ?? {},
          channel: channel ?? 'sms',
          redirectTo: text(redirectTo),
          challenge: () => challengeOf(pkce),
          client: context.client,
        });
        if (!('session' in made)) return { user: made.user, session: null };
        return { user: made.session.user, session: handed(context, made.session) };
      },
    }),
  );
  builder.mutationField('signInAnonymously', (t) =>
    t.field({
      type: types.session,
      description: 'A user without name or password, who may get both later',
      args: { data: t.arg({ type: 'JSON' }) },
      resolve: async (_parent, { data }, context) => {
        const made = await signUp(auth(), {
          data: record(data, 'data') ?? {},
          channel: 'sms',
          redirectTo: undefined,
          challenge: () => undefined,
          client: context.client,
        });
        if (!('session' in made)) throw new Error('an anonymous user got no session');
        return handed(context, made.session);
      },
    }),
  );
}
