/** What a user has beside a password, for who helps those locked out: for service callers alone. */
import { requireUserById } from '../../../auth/domain/admin-users.ts';
import { deleteFactorOf } from '../../../auth/domain/factors/unenroll.ts';
import { passkeysOfUser, removePasskeyOf } from '../../../auth/domain/passkeys/passkeys.ts';
import type { Builder } from '../../builder.ts';
import type { AuthAccess } from './door.ts';
import type { AuthTypes } from './types.ts';

export function registerUserProofs(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  builder.queryField('userFactors', (t) =>
    t.field({
      type: [types.factor],
      nullable: false,
      description: 'The second factors of a user',
      args: { userId: t.arg.id({ required: true }) },
      resolve: async (_parent, { userId }) => (await requireUserById(auth(), String(userId))).factors,
    }),
  );
  builder.queryField('userPasskeys', (t) =>
    t.field({
      type: [types.passkey],
      nullable: false,
      description: 'The passkeys of a user, also where passkeys are off',
      args: { userId: t.arg.id({ required: true }) },
      resolve: (_parent, { userId }) => passkeysOfUser(auth(), String(userId)),
    }),
  );
  builder.mutationField('removeUserFactor', (t) =>
    t.field({
      type: types.factor,
      description: 'Takes a factor off a user; what it elevated is back at `aal1`',
      args: { userId: t.arg.id({ required: true }), factorId: t.arg.id({ required: true }) },
      resolve: (_parent, { userId, factorId }, { client }) =>
        deleteFactorOf(auth(), { userId: String(userId), factorId: String(factorId), client }),
    }),
  );
  builder.mutationField('removeUserPasskey', (t) =>
    t.boolean({
      description: 'Takes a passkey off a user',
      args: { userId: t.arg.id({ required: true }), passkeyId: t.arg.id({ required: true }) },
      resolve: async (_parent, { userId, passkeyId }, { client }) => {
        await removePasskeyOf(auth(), { userId: String(userId), id: String(passkeyId), client });
        return true;
      },
    }),
  );
}
