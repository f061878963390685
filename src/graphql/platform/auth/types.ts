/** Users, what they sign in with, and sessions as GraphQL shows them: named members only, so that no secret can slip out. */
import type { Exchanged } from '../../../auth/domain/flow.ts';
import type { Passkey } from '../../../auth/store/passkeys.ts';
import type { Identity, MfaFactor, User } from '../../../auth/store/users.ts';
import type { Builder } from '../../builder.ts';
import type { HandedSession } from './door.ts';

export type AuthTypes = ReturnType<typeof registerAuthTypes>;

export function registerAuthTypes(builder: Builder) {
  const identity = builder.objectRef<Identity>('AuthIdentity').implement({
    description: 'How a user is known to a provider; `email` and `phone` are providers too',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      provider: t.exposeString('provider', { nullable: false }),
      providerId: t.exposeString('providerId', { nullable: false }),
      email: t.exposeString('email', { nullable: true }),
      data: t.field({ type: 'JSON', nullable: true, resolve: ({ identityData }) => identityData }),
      lastSignInAt: t.expose('lastSignInAt', { type: 'DateTime', nullable: true }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true }),
    }),
  });
  const factor = builder.objectRef<MfaFactor>('AuthFactor').implement({
    description: 'What a user shows beside a first proof',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      type: t.exposeString('factorType', { nullable: false, description: '`totp`, `phone` or `webauthn`' }),
      status: t.exposeString('status', { nullable: false, description: '`verified` once it counts' }),
      friendlyName: t.exposeString('friendlyName', { nullable: true }),
      phone: t.exposeString('phone', { nullable: true }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      lastChallengedAt: t.expose('lastChallengedAt', { type: 'DateTime', nullable: true }),
    }),
  });
  const passkey = builder.objectRef<Passkey>('AuthPasskey').implement({
    description: 'What a user signs in with instead of a password',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      friendlyName: t.string({ nullable: true, resolve: ({ friendlyName }) => friendlyName || null }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true }),
    }),
  });
  // Not of a Prisma model: a user to be, who is in no table yet or never, must look like any other.
  const user = builder.objectRef<User>('AuthUser').implement({
    description: 'Somebody who signs in, as far as it is their own or an administrator’s to know',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      email: t.string({ nullable: true, resolve: ({ email }) => email || null }),
      phone: t.string({ nullable: true, resolve: ({ phone }) => phone || null }),
      newEmail: t.string({
        nullable: true,
        description: 'The address that waits for its confirmation',
        resolve: ({ emailChange }) => emailChange || null,
      }),
      newPhone: t.string({
        nullable: true,
        description: 'The number that waits for its confirmation',
        resolve: ({ phoneChange }) => phoneChange || null,
      }),
      role: t.exposeString('role', { nullable: true, description: 'The database role of their requests' }),
      audience: t.exposeString('aud', { nullable: true }),
      isAnonymous: t.exposeBoolean('isAnonymous', { nullable: false }),
      appMetadata: t.field({
        type: 'JSON',
        nullable: false,
        description: 'What administrators say of the user',
        resolve: ({ rawAppMetaData }) => rawAppMetaData ?? {},
      }),
      userMetadata: t.field({
        type: 'JSON',
        nullable: false,
        description: 'What the user says of themself',
        resolve: ({ rawUserMetaData }) => rawUserMetaData ?? {},
      }),
      identities: t.field({
        type: [identity],
        nullable: false,
        resolve: ({ identities }) => [...identities],
      }),
      factors: t.field({ type: [factor], nullable: false, resolve: ({ factors }) => [...factors] }),
      emailConfirmedAt: t.expose('emailConfirmedAt', { type: 'DateTime', nullable: true }),
      phoneConfirmedAt: t.expose('phoneConfirmedAt', { type: 'DateTime', nullable: true }),
      confirmationSentAt: t.expose('confirmationSentAt', { type: 'DateTime', nullable: true }),
      invitedAt: t.expose('invitedAt', { type: 'DateTime', nullable: true }),
      lastSignInAt: t.expose('lastSignInAt', { type: 'DateTime', nullable: true }),
      bannedUntil: t.expose('bannedUntil', { type: 'DateTime', nullable: true }),
      deletedAt: t.expose('deletedAt', { type: 'DateTime', nullable: true }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: true }),
    }),
  });
  const session = builder
    .objectRef<HandedSession & Partial<Pick<Exchanged, 'providerToken' | 'providerRefreshToken'>>>(
      'AuthSession',
    )
    .implement({
      description: 'What a client needs to act as a user. The tokens are shown here and nowhere else',
      fields: (t) => ({
        accessToken: t.exposeString('accessToken', {
          nullable: true,
          description: 'For the header `Authorization: Bearer …`; null where it went by cookie alone',
        }),
        refreshToken: t.exposeString('refreshToken', {
          nullable: true,
          description: 'Good for one refresh; null where it went by cookie alone',
        }),
        expiresIn: t.exposeInt('expiresIn', { nullable: false, description: 'In seconds' }),
        expiresAt: t.exposeInt('expiresAt', { nullable: false, description: 'In seconds since 1970' }),
        providerToken: t.exposeString('providerToken', {
          nullable: true,
          description: 'The access token of the provider, where the flow that was ended went there',
        }),
        providerRefreshToken: t.exposeString('providerRefreshToken', { nullable: true }),
        user: t.field({ type: user, nullable: false, resolve: (it) => it.user }),
      }),
    });
  const channel = builder.enumType('AuthChannel', {
    description: 'How a code goes to a phone',
    values: ['sms', 'whatsapp'] as const,
  });
  return { identity, factor, passkey, user, session, channel };
}
