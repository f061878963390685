/** API keys as GraphQL shows them, and the scopes that they are made with: the same for administrators and for users. */

import type { MadeApiKey } from '../../../auth/domain/api-keys.ts';
import { keptScopes } from '../../../auth/domain/key-scopes.ts';
import { SCOPE_VERBS, type ScopeEntry } from '../../../caller-scope.ts';
import type { Builder } from '../../builder.ts';

export type KeyTypes = ReturnType<typeof registerKeyTypes>;

export function registerKeyTypes(builder: Builder) {
  const verb = builder.enumType('AuthKeyVerb', {
    description: 'What may be done with rows',
    values: SCOPE_VERBS,
  });
  const tables = '`schema.table`, or `schema.*` for all that there are and will be';
  const functions = '`schema.function`, or `schema.*`; what a function does is not looked into';
  const scope = builder.objectRef<ScopeEntry>('AuthKeyScope').implement({
    description: 'Part of what a key may do of what its role may',
    fields: (t) => ({
      tables: t.stringList({ nullable: false, resolve: (it) => [...(it.tables ?? [])] }),
      verbs: t.field({ type: [verb], nullable: false, resolve: (it) => [...(it.verbs ?? [])] }),
      functions: t.stringList({ nullable: false, resolve: (it) => [...(it.functions ?? [])] }),
    }),
  });
  const scopeInput = builder.inputType('AuthKeyScopeInput', {
    description:
      'Verbs on tables, and functions. Relations, conditions and orders of a request count as `select`',
    fields: (t) => ({
      tables: t.stringList({ description: tables }),
      verbs: t.field({ type: [verb] }),
      functions: t.stringList({ description: functions }),
    }),
  });
  const apiKey = builder.prismaObject('ApiKey', {
    name: 'AuthApiKey',
    description: 'A key that a client sends as `apikey`. The key itself is not kept, only its hash',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      name: t.exposeString('name', { nullable: false }),
      kind: t.exposeString('kind', {
        nullable: false,
        description: '`publishable`, `secret`, or `user` for one that acts for a user',
      }),
      role: t.exposeString('role', {
        nullable: false,
        description:
          'The database role of requests with this key; of a key that acts for a user, at its making',
      }),
      scopes: t.field({
        type: [scope],
        nullable: true,
        description: 'What the key may do of what its role may; null is all of it',
        resolve: ({ scopes }) => {
          const kept = keptScopes(scopes);
          return kept === undefined ? null : [...kept];
        },
      }),
      userId: t.exposeID('userId', { nullable: true, description: 'The user whom the key acts for' }),
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
  const made = builder.objectRef<MadeApiKey>('AuthNewApiKey').implement({
    description: 'A key that was just made',
    fields: (t) => ({
      key: t.exposeString('key', { nullable: false, description: 'Shown this once' }),
      apiKey: t.field({ type: apiKey, nullable: false, resolve: ({ row }) => row }),
    }),
  });
  return { apiKey, made, scopeInput };
}
