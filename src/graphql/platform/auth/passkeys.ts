/** Signing in without a password, and the passkeys of the user of the token. */
import {
  type Asked,
  assertPasskeys,
  beginRegistration,
  finishRegistration,
  type Holder,
  namePasskey,
  passkeysOf,
  removePasskey,
} from '../../../auth/domain/passkeys/passkeys.ts';
import { beginPasskeySignIn, signInWithPasskey } from '../../../auth/domain/passkeys/sign-in.ts';
import type { Builder } from '../../builder.ts';
import type { GraphqlContext } from '../../context.ts';
import { type ArgBuilder, type AuthAccess, handed, record, requireUser } from './door.ts';
import type { AuthTypes } from './types.ts';

function answerArgs(arg: ArgBuilder) {
  return {
    challengeId: arg.id({ required: true, description: 'Which question is answered' }),
    credential: arg({
      type: 'JSON',
      required: true,
      description: 'What the browser got of the authenticator',
    }),
  };
}

const answerOf = ({ challengeId, credential }: { challengeId: string | number; credential?: unknown }) => ({
  challengeId: String(challengeId),
  response: record(credential, 'credential') ?? {},
});

export function registerPasskeys(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  const asked = builder.objectRef<Asked>('AuthPasskeyQuestion').implement({
    description: 'A question to an authenticator. It counts once, whatever the answer',
    fields: (t) => ({
      challengeId: t.exposeID('challengeId', { nullable: false }),
      options: t.field({
        type: 'JSON',
        nullable: false,
        description: '`publicKey` of `navigator.credentials`',
        resolve: ({ options }) => options,
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: false }),
    }),
  });
  builder.mutationField('beginPasskeySignIn', (t) =>
    t.field({
      type: asked,
      description: 'What the browser asks whichever passkey there is',
      resolve: (_parent, _args, { client }) => beginPasskeySignIn(auth(), client),
    }),
  );
  builder.mutationField('signInWithPasskey', (t) =>
    t.field({
      type: types.session,
      args: answerArgs(t.arg),
      resolve: async (_parent, args, context) => {
        const input = { ...answerOf(args), client: context.client };
        return handed(context, await signInWithPasskey(auth(), input));
      },
    }),
  );
  const holderOf = async (context: GraphqlContext): Promise<Holder> => {
    const { user, aal } = await requireUser(auth(), context);
    assertPasskeys(auth());
    return { user, aal, client: context.client };
  };
  builder.mutationField('beginPasskeyRegistration', (t) =>
    t.field({
      type: asked,
      description: 'What the browser asks for a new passkey of the user of the token',
      resolve: async (_parent, _args, context) => beginRegistration(auth(), await holderOf(context)),
    }),
  );
  builder.mutationField('finishPasskeyRegistration', (t) =>
    t.field({
      type: types.passkey,
      args: answerArgs(t.arg),
      resolve: async (_parent, args, context) =>
        finishRegistration(auth(), await holderOf(context), answerOf(args)),
    }),
  );
  registerOwn(builder, auth, types, holderOf);
}

function registerOwn(
  builder: Builder,
  auth: AuthAccess,
  types: AuthTypes,
  holderOf: (context: GraphqlContext) => Promise<Holder>,
): void {
  builder.queryField('myPasskeys', (t) =>
    t.field({
      type: [types.passkey],
      nullable: false,
      description: 'The passkeys of the user of the token',
      resolve: async (_parent, _args, context) => passkeysOf(auth(), await holderOf(context)),
    }),
  );
  builder.mutationField('renamePasskey', (t) =>
    t.field({
      type: types.passkey,
      args: { id: t.arg.id({ required: true }), friendlyName: t.arg.string({ required: true }) },
      resolve: async (_parent, { id, friendlyName }, context) =>
        namePasskey(auth(), await holderOf(context), { id: String(id), name: friendlyName }),
    }),
  );
  builder.mutationField('removePasskey', (t) =>
    t.boolean({
      args: { id: t.arg.id({ required: true }) },
      resolve: async (_parent, { id }, context) => {
        await removePasskey(auth(), await holderOf(context), String(id));
        return true;
      },
    }),
  );
}
