/** Mutations for who has no session yet. Each calls the verb that REST calls, and answers with the same codes. */
import { refreshByTokenOrCookie } from '../../../auth/browser-sessions.ts';
import { exchangeCode } from '../../../auth/domain/flow.ts';
import { sendOtp } from '../../../auth/domain/otp.ts';
import { recover, resend } from '../../../auth/domain/recovery.ts';
import { signInWithPassword } from '../../../auth/domain/sign-in.ts';
import { signUp } from '../../../auth/domain/sign-up.ts';
import { verify } from '../../../auth/domain/verify.ts';
import { invalid } from '../../../auth/errors.ts';
import type { User } from '../../../auth/store/users.ts';
import type { Builder } from '../../builder.ts';
import {
  type AuthAccess,
  challengeOf,
  type HandedSession,
  handed,
  linkArgs,
  record,
  text,
  truth,
} from './door.ts';
import type { AuthTypes } from './types.ts';

export function registerSignIn(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  registerSignUp(builder, auth, types);
  registerCodes(builder, auth, types);
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

function registerSignUp(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
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

function registerCodes(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  const verification = builder
    .objectRef<{ session: HandedSession | null; half: boolean }>('AuthVerification')
    .implement({
      description: 'What a code or link brought',
      fields: (t) => ({
        session: t.field({
          type: types.session,
          nullable: true,
          resolve: (it) => it.session,
        }),
        otherAddressToConfirm: t.boolean({
          nullable: false,
          description: 'The change of address counts once the other one has confirmed, too',
          resolve: (it) => it.half,
        }),
      }),
    });
  builder.mutationField('signInWithOtp', (t) =>
    t.boolean({
      description: 'Sends a link and a code by mail, or a code to the phone. True whoever has that address',
      args: {
        email: t.arg.string(),
        phone: t.arg.string(),
        data: t.arg({ type: 'JSON' }),
        createUser: t.arg.boolean({ defaultValue: true, description: 'Whether who is new becomes a user' }),
        channel: t.arg({ type: types.channel, defaultValue: 'sms' }),
        ...linkArgs(t.arg),
      },
      resolve: async (
        _parent,
        { email, phone, data, createUser, channel, redirectTo, ...pkce },
        { client },
      ) => {
        await sendOtp(auth(), {
          email: text(email),
          phone: text(phone),
          data: record(data, 'data') ?? {},
          createUser: truth(createUser, true),
          channel: channel ?? 'sms',
          redirectTo: text(redirectTo),
          challenge: challengeOf(pkce),
          client,
        });
        return true;
      },
    }),
  );
  builder.mutationField('verifyOtp', (t) =>
    t.field({
      type: verification,
      description: 'Redeems a code with the address it was sent to, or the token of a link',
      args: {
        type: t.arg.string({
          required: true,
          description:
            '`signup`, `invite`, `magiclink`, `recovery`, `email`, `email_change`, `sms`, `phone_change`',
        }),
        email: t.arg.string(),
        phone: t.arg.string(),
        token: t.arg.string({ description: 'The code' }),
        tokenHash: t.arg.string({ description: 'What the link carries' }),
      },
      resolve: async (_parent, { type, email, phone, token, tokenHash }, context) => {
        const verified = await verify(auth(), {
          type: text(type),
          email: text(email),
          phone: text(phone),
          token: text(token),
          tokenHash: text(tokenHash),
          client: context.client,
        });
        const session = 'session' in verified ? handed(context, verified.session) : null;
        return { session, half: 'half' in verified };
      },
    }),
  );
  builder.mutationField('resend', (t) =>
    t.boolean({
      description: 'Sends once more what did not arrive. True whether there was something or not',
      args: {
        type: t.arg.string({
          required: true,
          description: '`signup`, `email_change`, `sms`, `phone_change`',
        }),
        email: t.arg.string(),
        phone: t.arg.string(),
        ...linkArgs(t.arg),
      },
      resolve: async (_parent, { type, email, phone, redirectTo, ...pkce }, { client }) => {
        if (email && phone) throw invalid('Only an email address or phone number should be provided.');
        await resend(auth(), {
          type,
          email: text(email),
          phone: text(phone),
          redirectTo: text(redirectTo),
          challenge: challengeOf(pkce),
          client,
        });
        return true;
      },
    }),
  );
}
