/** Codes of the user of the token for when every factor is lost: made, counted and taken. */
import {
  generateRecoveryCodes,
  remainingRecoveryCodes,
  useRecoveryCode,
} from '../../../auth/domain/factors/recovery-codes.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, handedOn, ownerOf } from './door.ts';
import type { AuthTypes } from './types.ts';

export function registerRecoveryCodes(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  builder.queryField('recoveryCodesLeft', (t) =>
    t.int({
      description: 'How many recovery codes the user of the token has not used yet',
      resolve: (_parent, _args, context) => remainingRecoveryCodes(auth(), ownerOf(context)),
    }),
  );
  builder.mutationField('createRecoveryCodes', (t) =>
    t.stringList({
      description: 'Ten codes in the place of all earlier ones, shown this once',
      resolve: (_parent, _args, context) => generateRecoveryCodes(auth(), ownerOf(context)),
    }),
  );
  builder.mutationField('verifyRecoveryCode', (t) =>
    t.field({
      type: types.session,
      description: 'A recovery code in the place of a factor’s code: the same session goes on at `aal2`',
      args: { code: t.arg.string({ required: true }) },
      resolve: async (_parent, { code }, context) =>
        handedOn(context, await useRecoveryCode(auth(), { owner: ownerOf(context), code })),
    }),
  );
}
