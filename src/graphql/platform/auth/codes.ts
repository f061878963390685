/** Links and codes: sent, sent once more, and redeemed. */
import { sendOtp } from '../../../auth/domain/otp.ts';
import { resend } from '../../../auth/domain/recovery.ts';
import { verify } from '../../../auth/domain/verify.ts';
import { invalid } from '../../../auth/errors.ts';
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

export function registerCodes(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
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
