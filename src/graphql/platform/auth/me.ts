/** The user of the token: seen, changed, and asked once more who they are. */
import { reauthenticate, updateOwnUser } from '../../../auth/domain/user-update.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, challengeOf, linkArgs, record, requireUser, text } from './door.ts';
import type { AuthTypes } from './types.ts';

export function registerMe(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  builder.queryField('me', (t) =>
    t.field({
      type: types.user,
      nullable: true,
      description: 'The user of the token; null without one',
      resolve: async (_parent, _args, context) => {
        if (context.callerContext.caller.userId === undefined) return null;
        return (await requireUser(auth(), context)).user;
      },
    }),
  );
  builder.mutationField('updateUser', (t) =>
    t.field({
      type: types.user,
      description: 'Changes the user of the token; a new address may have to be confirmed first',
      args: {
        email: t.arg.string(),
        phone: t.arg.string(),
        password: t.arg.string(),
        currentPassword: t.arg.string(),
        nonce: t.arg.string({ description: 'The code of `reauthenticate`' }),
        data: t.arg({ type: 'JSON', description: 'Members to set; null takes one out' }),
        channel: t.arg({ type: types.channel, defaultValue: 'sms' }),
        ...linkArgs(t.arg),
      },
      resolve: async (_parent, args, context) => {
        const { user, sessionId, aal } = await requireUser(auth(), context);
        return updateOwnUser(auth(), {
          user,
          sessionId,
          aal,
          email: text(args.email),
          phone: text(args.phone),
          password: text(args.password),
          currentPassword: text(args.currentPassword),
          nonce: text(args.nonce),
          data: record(args.data, 'data'),
          channel: args.channel ?? 'sms',
          redirectTo: text(args.redirectTo),
          challenge: challengeOf(args),
          client: context.client,
        });
      },
    }),
  );
  builder.mutationField('reauthenticate', (t) =>
    t.boolean({
      description: 'Sends a code that a new password may ask for',
      resolve: async (_parent, _args, context) => {
        const { user } = await requireUser(auth(), context);
        await reauthenticate(auth(), user, context.client);
        return true;
      },
    }),
  );
}
