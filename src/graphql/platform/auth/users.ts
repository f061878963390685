/** Users as administrators see, make, change and remove them: for service callers alone. */
import { type GeneratedLink, generateLink, invite } from '../../../auth/domain/admin-links.ts';
import { revokeSessions } from '../../../auth/domain/admin-sessions.ts';
import {
  type AdminUserInput,
  createUserAsAdmin,
  deleteUserAsAdmin,
  requireUserById,
  updateUserAsAdmin,
} from '../../../auth/domain/admin-users.ts';
import { readId } from '../../../auth/domain/ids.ts';
import type { Builder } from '../../builder.ts';
import { type ArgBuilder, type AuthAccess, record, text, truth } from './door.ts';
import type { AuthTypes } from './types.ts';

function userArgs(arg: ArgBuilder) {
  return {
    email: arg.string(),
    phone: arg.string(),
    password: arg.string(),
    passwordHash: arg.string({ description: 'Of another product, instead of a password' }),
    emailConfirm: arg.boolean({ description: 'The address counts as confirmed' }),
    phoneConfirm: arg.boolean({ description: 'The number counts as confirmed' }),
    userMetadata: arg({ type: 'JSON' }),
    appMetadata: arg({ type: 'JSON' }),
    role: arg.string({ description: 'The database role of their requests' }),
    audience: arg.string(),
    banDuration: arg.string({ description: '`24h30m`, or `none`' }),
  };
}

type UserArgs = { readonly [K in keyof ReturnType<typeof userArgs>]?: unknown };

function asInput(args: UserArgs): AdminUserInput {
  const given = (it: unknown) => text(it as string | null | undefined);
  return {
    email: given(args.email),
    phone: given(args.phone),
    password: given(args.password),
    passwordHash: given(args.passwordHash),
    emailConfirm: truth(args.emailConfirm),
    phoneConfirm: truth(args.phoneConfirm),
    userMetadata: record(args.userMetadata, 'userMetadata'),
    appMetadata: record(args.appMetadata, 'appMetadata'),
    role: given(args.role),
    aud: given(args.audience),
    banDuration: given(args.banDuration),
  };
}

export function registerUsers(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  builder.queryField('authUser', (t) =>
    t.field({
      type: types.user,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_parent, { id }) => requireUserById(auth(), String(id)),
    }),
  );
  builder.mutationField('createUser', (t) =>
    t.field({
      type: types.user,
      args: { id: t.arg.id({ description: 'A UUID; made where there is none' }), ...userArgs(t.arg) },
      resolve: (_parent, { id, ...args }, { client }) => {
        const chosen = id === null || id === undefined ? undefined : readId(id, 'id');
        return createUserAsAdmin(auth(), { ...asInput(args), id: chosen }, client);
      },
    }),
  );
  builder.mutationField('updateUserById', (t) =>
    t.field({
      type: types.user,
      args: { id: t.arg.id({ required: true }), ...userArgs(t.arg) },
      resolve: (_parent, { id, ...args }, { client }) =>
        updateUserAsAdmin(auth(), readId(id, 'id'), asInput(args), client),
    }),
  );
  builder.mutationField('deleteUser', (t) =>
    t.boolean({
      args: {
        id: t.arg.id({ required: true }),
        soft: t.arg.boolean({
          defaultValue: false,
          description: 'The row stays for those who point at it, with nothing left of the person',
        }),
      },
      resolve: async (_parent, { id, soft }, { client }) => {
        await deleteUserAsAdmin(auth(), readId(id, 'id'), { soft: truth(soft, false), client });
        return true;
      },
    }),
  );
  builder.mutationField('banUser', (t) =>
    t.field({
      type: types.user,
      description: 'Ends the sessions of a user, and lets them start none for so long',
      args: {
        id: t.arg.id({ required: true }),
        duration: t.arg.string({ required: true, description: '`24h30m`; `none` ends a ban' }),
      },
      resolve: (_parent, { id, duration }, { client }) =>
        updateUserAsAdmin(auth(), readId(id, 'id'), { banDuration: duration }, client),
    }),
  );
  builder.mutationField('revokeSessions', (t) =>
    t.int({
      description: 'Signs a user out everywhere; how many sessions there were',
      args: { userId: t.arg.id({ required: true }) },
      resolve: (_parent, { userId }, { client }) => revokeSessions(auth(), readId(userId, 'userId'), client),
    }),
  );
  registerLinks(builder, auth, types);
}

function registerLinks(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  builder.mutationField('inviteUser', (t) =>
    t.field({
      type: types.user,
      description: 'Makes a user who gets a link by mail',
      args: {
        email: t.arg.string({ required: true }),
        data: t.arg({ type: 'JSON' }),
        redirectTo: t.arg.string(),
      },
      resolve: (_parent, { email, data, redirectTo }, { client }) =>
        invite(auth(), { email, data: record(data, 'data') ?? {}, redirectTo: text(redirectTo), client }),
    }),
  );
  const link = builder.objectRef<GeneratedLink>('AuthLink').implement({
    description: 'A link to send by other means. Whoever has it is signed in',
    fields: (t) => ({
      url: t.string({ nullable: false, resolve: (it) => it.link.url }),
      code: t.string({ nullable: false, resolve: (it) => it.link.code }),
      tokenHash: t.string({ nullable: false, resolve: (it) => it.link.token }),
      redirectTo: t.string({ nullable: false, resolve: (it) => it.link.redirectTo }),
      verificationType: t.exposeString('verificationType', { nullable: false }),
      user: t.field({ type: types.user, nullable: false, resolve: (it) => it.user }),
    }),
  });
  builder.mutationField('generateLink', (t) =>
    t.field({
      type: link,
      args: {
        type: t.arg.string({
          required: true,
          description:
            '`signup`, `invite`, `magiclink`, `recovery`, `email_change_current`, `email_change_new`',
        }),
        email: t.arg.string({ required: true }),
        password: t.arg.string(),
        newEmail: t.arg.string(),
        data: t.arg({ type: 'JSON' }),
        redirectTo: t.arg.string(),
      },
      resolve: (_parent, { type, email, password, newEmail, data, redirectTo }, { client }) =>
        generateLink(auth(), {
          type,
          email,
          password: text(password),
          newEmail: text(newEmail),
          data: record(data, 'data') ?? {},
          redirectTo: text(redirectTo),
          client,
        }),
    }),
  );
}
