/** The user of the token: seen, changed, asked once more who they are, signed out. And what everybody may know of the server. */
import { signOut } from '../../../auth/domain/sessions.ts';
import { reauthenticate, updateOwnUser } from '../../../auth/domain/user-update.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, challengeOf, linkArgs, record, requireBearer, requireUser, text } from './door.ts';
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
  registerSessions(builder, auth);
  registerSettings(builder, auth);
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

function registerSessions(builder: Builder, auth: AuthAccess): void {
  builder.prismaObject('Session', {
    name: 'AuthSignIn',
    description: 'One sign-in on one device, until it is signed out',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true }),
      refreshedAt: t.expose('refreshedAt', { type: 'DateTime', nullable: true }),
      notAfter: t.expose('notAfter', { type: 'DateTime', nullable: true }),
      aal: t.exposeString('aal', { nullable: true, description: '`aal2` after a second factor' }),
      userAgent: t.exposeString('userAgent', { nullable: true }),
      ip: t.exposeString('ip', { nullable: true }),
      isCurrent: t.boolean({
        nullable: false,
        description: 'Whether it is that of the token',
        resolve: ({ id }, _args, { callerContext }) => callerContext.caller.claims.session_id === id,
      }),
    }),
  });
  builder.queryField('mySessions', (t) =>
    t.prismaField({
      type: ['Session'],
      nullable: false,
      description: 'Where the user of the token is signed in, newest first',
      resolve: (query, _parent, _args, context) => {
        const { userId } = requireBearer(context);
        return context.prisma.session.findMany({
          ...query,
          where: { userId },
          orderBy: { createdAt: 'desc' },
        });
      },
    }),
  );
  const scope = builder.enumType('AuthSignOutScope', {
    description: 'Which sessions end: all, that of the token, or all others',
    values: ['global', 'local', 'others'] as const,
  });
  builder.mutationField('signOut', (t) =>
    t.boolean({
      args: { scope: t.arg({ type: scope, defaultValue: 'global' }) },
      resolve: async (_parent, { scope: given }, context) => {
        const { userId, sessionId } = requireBearer(context);
        await signOut(auth(), { userId, sessionId, scope: given ?? 'global', client: context.client });
        return true;
      },
    }),
  );
}

function registerSettings(builder: Builder, auth: AuthAccess): void {
  const settings = builder.objectRef<ReturnType<AuthAccess>['config']>('AuthSettings').implement({
    description: 'Which ways to sign up and in there are',
    fields: (t) => ({
      signupEnabled: t.boolean({ nullable: false, resolve: ({ signup }) => signup.enabled }),
      anonymousEnabled: t.boolean({ nullable: false, resolve: ({ anonymous }) => anonymous.enabled }),
      emailEnabled: t.boolean({ nullable: false, resolve: ({ email }) => email.enabled }),
      phoneEnabled: t.boolean({ nullable: false, resolve: ({ phone }) => phone.enabled }),
      emailAutoconfirm: t.boolean({ nullable: false, resolve: ({ email }) => email.autoconfirm }),
      phoneAutoconfirm: t.boolean({ nullable: false, resolve: ({ phone }) => phone.autoconfirm }),
      passkeysEnabled: t.boolean({ nullable: false, resolve: ({ passkeys }) => passkeys.enabled }),
      passwordMinLength: t.int({ nullable: false, resolve: ({ password }) => password.minLength }),
      providers: t.stringList({
        nullable: false,
        resolve: ({ providers }) =>
          Object.keys(providers).filter((name) => providers[name]?.enabled === true),
      }),
    }),
  });
  builder.queryField('authSettings', (t) =>
    t.field({ type: settings, nullable: false, resolve: () => auth().config }),
  );
}
