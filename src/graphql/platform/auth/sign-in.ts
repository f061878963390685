/** Mutations for who has no session yet. Each calls the verb that REST calls, and answers with the same codes. */
import { exchangeCode } from '../../../auth/domain/flow.ts';
import { sendOtp } from '../../../auth/domain/otp.ts';
import { recover, resend } from '../../../auth/domain/recovery.ts';
import { type IssuedSession, refresh } from '../../../auth/domain/sessions.ts';
import { signInWithPassword } from '../../../auth/domain/sign-in.ts';
import { type SignUpResult, signUp } from '../../../auth/domain/sign-up.ts';
import { type Verified, verify } from '../../../auth/domain/verify.ts';
import { invalid } from '../../../auth/errors.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, challengeOf, linkArgs, record, text, truth } from './door.ts';
import type { AuthTypes } from './types.ts';

export function registerSignIn(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  registerSignUp(builder, auth, types);
  registerCodes(builder, auth, types);
  builder.mutationField('signIn', (t) =>
    t.field({
      type: types.session,
      description: 'Signs in by password; either email or phone is given',
      args: { email: t.arg.string(), phone: t.arg.string(), password: t.arg.string({ required: true }) },
      resolve: (_parent, { email, phone, password }, { client }) =>
        signInWithPassword(auth(), { email: text(email), phone: text(phone), password, client }),
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
      resolve: (_parent, { authCode, codeVerifier }, { client }) =>
        exchangeCode(auth(), { authCode, codeVerifier, client }),
    }),
  );
  builder.mutationField('refreshSession', (t) =>
    t.field({
      type: types.session,
      description: 'The next access token of a session, for its newest refresh token',
      args: { refreshToken: t.arg.string({ required: true }) },
      resolve: (_parent, { refreshToken }, { client }) => refresh(auth(), refreshToken, client),
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
  const result = builder.objectRef<SignUpResult>('AuthSignUp').implement({
    description: 'A new user, with a session unless the address has to be confirmed first',
    fields: (t) => ({
      user: t.field({
        type: types.user,
        nullable: false,
        resolve: (it) => ('session' in it ? it.session.user : it.user),
      }),
      session: t.field({
        type: types.session,
        nullable: true,
        resolve: (it) => ('session' in it ? it.session : null),
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
      resolve: (_parent, { email, phone, password, data, channel, redirectTo, ...pkce }, { client }) => {
        if (!email && !phone) throw invalid('signUp requires an email or a phone number');
        return signUp(auth(), {
          email: text(email),
          phone: text(phone),
          password,
          data: record(data, 'data') ?? {},
          channel: channel ?? 'sms',
          redirectTo: text(redirectTo),
          challenge: () => challengeOf(pkce),
          client,
        });
      },
    }),
  );
  builder.mutationField('signInAnonymously', (t) =>
    t.field({
      type: types.session,
      description: 'A user without name or password, who may get both later',
      args: { data: t.arg({ type: 'JSON' }) },
      resolve: async (_parent, { data }, { client }): Promise<IssuedSession> => {
        const made = await signUp(auth(), {
          data: record(data, 'data') ?? {},
          channel: 'sms',
          redirectTo: undefined,
          challenge: () => undefined,
          client,
        });
        if (!('session' in made)) throw new Error('an anonymous user got no session');
        return made.session;
      },
    }),
  );
}

function registerCodes(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  const verification = builder.objectRef<Verified>('AuthVerification').implement({
    description: 'What a code or link brought',
    fields: (t) => ({
      session: t.field({
        type: types.session,
        nullable: true,
        resolve: (it) => ('session' in it ? it.session : null),
      }),
      otherAddressToConfirm: t.boolean({
        nullable: false,
        description: 'The change of address counts once the other one has confirmed, too',
        resolve: (it) => 'half' in it,
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
      resolve: (_parent, { type, email, phone, token, tokenHash }, { client }) =>
        verify(auth(), {
          type: text(type),
          email: text(email),
          phone: text(phone),
          token: text(token),
          tokenHash: text(tokenHash),
          client,
        }),
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
