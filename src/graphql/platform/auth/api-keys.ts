/** API keys: for service callers alone. */
import { createApiKey, type MadeApiKey, revokeApiKey, rotateApiKey } from '../../../auth/domain/api-keys.ts';
import { readId } from '../../../auth/domain/ids.ts';
import type { Builder } from '../../builder.ts';
import type { AuthAccess } from './door.ts';

export function registerApiKeys(builder: Builder, auth: AuthAccess): void {
  const apiKey = builder.prismaObject('ApiKey', {
    name: 'AuthApiKey',
    description: 'A key that a client sends as `apikey`. The key itself is not kept, only its hash',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      name: t.exposeString('name', { nullable: false }),
      kind: t.exposeString('kind', { nullable: false, description: '`publishable` or `secret`' }),
      role: t.exposeString('role', {
        nullable: false,
        description: 'The database role of requests with this key',
      }),
      keyHint: t.exposeString('keyHint', { nullable: false, description: 'The last characters of the key' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true }),
      revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
      lastUsedAt: t.expose('lastUsedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'To the minute',
      }),
    }),
  });
  builder.queryField('apiKeys', (t) =>
    t.prismaField({
      type: ['ApiKey'],
      nullable: false,
      description: 'The API keys, newest first',
      resolve: (query, _parent, _args, { prisma }) =>
        prisma.apiKey.findMany({ ...query, orderBy: { createdAt: 'desc' } }),
    }),
  );
  const made = builder.objectRef<MadeApiKey>('AuthNewApiKey').implement({
    description: 'A key that was just made',
    fields: (t) => ({
      key: t.exposeString('key', { nullable: false, description: 'Shown this once' }),
      apiKey: t.field({ type: apiKey, nullable: false, resolve: ({ row }) => row }),
    }),
  });
  builder.mutationField('createApiKey', (t) =>
    t.field({
      type: made,
      args: {
        name: t.arg.string({ required: true }),
        role: t.arg.string({ required: true, description: 'The database role of requests with the key' }),
        expiresAt: t.arg({ type: 'DateTime' }),
      },
      resolve: (_parent, { name, role, expiresAt }, { client }) =>
        createApiKey(auth(), { name, role, expiresAt: expiresAt ?? undefined }, client),
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
