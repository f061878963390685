/** API keys: for service callers alone. */
import { createApiKey, revokeApiKey, rotateApiKey } from '../../../auth/domain/api-keys.ts';
import { readId } from '../../../auth/domain/ids.ts';
import type { Builder } from '../../builder.ts';
import type { AuthAccess } from './door.ts';
import type { KeyTypes } from './key-types.ts';

export function registerApiKeys(
  builder: Builder,
  auth: AuthAccess,
  { apiKey, made, scopeInput }: KeyTypes,
): void {
  builder.queryField('apiKeys', (t) =>
    t.prismaField({
      type: ['ApiKey'],
      nullable: false,
      description: 'The API keys, newest first',
      resolve: (query, _parent, _args, { prisma }) =>
        prisma.apiKey.findMany({ ...query, orderBy: { createdAt: 'desc' } }),
    }),
  );
  builder.mutationField('createApiKey', (t) =>
    t.field({
      type: made,
      args: {
        name: t.arg.string({ required: true }),
        role: t.arg.string({ required: true, description: 'The database role of requests with the key' }),
        scopes: t.arg({ type: [scopeInput], description: 'All that the role may, where absent' }),
        expiresAt: t.arg({ type: 'DateTime' }),
      },
      resolve: (_parent, { name, role, scopes, expiresAt }, { client }) =>
        createApiKey(auth(), { name, role, scopes, expiresAt: expiresAt ?? undefined }, client),
    }),
  );
  builder.mutationField('rotateApiKey', (t) =>
    t.field({
      type: made,
      description: 'A new key in the place of an old one',
      args: {
        id: t.arg.id({ required: true }),
        keepOldUntil: t.arg({ type: 'DateTime', description: 'The old one ends then, and not at once' }),
      },
      resolve: (_parent, { id, keepOldUntil }, { client }) =>
        rotateApiKey(auth(), { id: readId(id, 'id'), keepOldUntil: keepOldUntil ?? undefined }, client),
    }),
  );
  builder.mutationField('revokeApiKey', (t) =>
    t.field({
      type: apiKey,
      description: 'Counts everywhere within two seconds',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_parent, { id }, { client }) => revokeApiKey(auth(), readId(id, 'id'), client),
    }),
  );
}
