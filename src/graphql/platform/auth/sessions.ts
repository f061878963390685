/** Where the user of the token is signed in, and signing out. */
import { signOutByTokenOrCookie } from '../../../auth/browser-sessions.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, requireBearer } from './door.ts';

export function registerSessions(builder: Builder, auth: AuthAccess): void {
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
        await signOutByTokenOrCookie(auth(), context.cookies, {
          bearer: () => requireBearer(context),
          scope: given ?? 'global',
          client: context.client,
        });
        return true;
      },
    }),
  );
}
