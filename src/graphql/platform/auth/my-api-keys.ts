/** Keys that the user of the token makes to act for them. */

import { readId } from '../../../auth/domain/ids.ts';
import { createMyApiKey, listMyApiKeys, revokeMyApiKey } from '../../../auth/domain/my-api-keys.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, requireBearer, requireUser } from './door.ts';
import type { KeyTypes } from './key-types.ts';

export function registerMyApiKeys(builder: Builder, auth: AuthAccess, types: KeyTypes): void {
  builder.queryField('myApiKeys', (t) =>
    t.field({
      type: [types.apiKey],
      nullable: false,
      description: 'The keys that act for the user of the token, newest first',
      resolve: (_parent, _args, context) => listMyApiKeys(auth(), requireBearer(context).userId),
    }),
  );
  builder.mutationField('createMyApiKey', (t) =>
    t.field({
      type: types.made,
      description:
        'A key that acts as the user of the token: with their rights at most, and not for what changes the account',
      args: {
        name: t.arg.string({ required: true }),
        scopes: t.arg({ type: [types.scopeInput], description: 'All that the user may, where absent' }),
        expiresAt: t.arg({ type: 'DateTime', description: 'After `auth.apiKeys.defaultDays` where absent' }),
      },
      resolve: async (_parent, { name, scopes, expiresAt }, context) => {
        const { user, aal } = await requireUser(auth(), context);
        const { client } = context;
        return createMyApiKey(auth(), { user, aal, name, scopes, expiresAt: expiresAt ?? undefined, client });
      },
    }),
  );
  builder.mutationField('revokeMyApiKey', (t) =>
    t.field({
      type: types.apiKey,
      description: 'Counts everywhere within two seconds',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_parent, { id }, context) => {
        const { userId } = requireBearer(context);
        return revokeMyApiKey(auth(), { userId, id: readId(id, 'id'), client: context.client });
      },
    }),
  );
}
