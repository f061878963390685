/** The list of users as a Relay connection. Its first name is `authUsers`; `users` is the same where no table has it. */
import { invalid } from '../../../auth/errors.ts';
import { countUsers, sliceUsers } from '../../../auth/store/user-pages.ts';
import type { User } from '../../../auth/store/users.ts';
import type { Builder } from '../../builder.ts';
import { YIELDS } from '../yields.ts';
import { type AuthAccess, text } from './door.ts';
import type { AuthTypes } from './types.ts';

interface Edge {
  readonly cursor: string;
  readonly user: User;
}

interface UserConnection {
  readonly edges: readonly Edge[];
  readonly hasMore: boolean;
  readonly hasBefore: boolean;
  readonly search: string | undefined;
}

const DEFAULT_FIRST = 50;
const MOST = 1000;

export function registerUserConnection(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  const edge = builder.objectRef<Edge>('AuthUserEdge').implement({
    fields: (t) => ({
      cursor: t.exposeString('cursor', { nullable: false }),
      node: t.field({ type: types.user, nullable: false, resolve: ({ user }) => user }),
    }),
  });
  const pageInfo = builder.objectRef<UserConnection>('AuthPageInfo').implement({
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasMore', { nullable: false }),
      hasPreviousPage: t.exposeBoolean('hasBefore', { nullable: false }),
      startCursor: t.string({ nullable: true, resolve: ({ edges }) => edges[0]?.cursor }),
      endCursor: t.string({ nullable: true, resolve: ({ edges }) => edges.at(-1)?.cursor }),
    }),
  });
  const connection = builder.objectRef<UserConnection>('AuthUserConnection').implement({
    fields: (t) => ({
      edges: t.field({ type: [edge], nullable: false, resolve: ({ edges }) => [...edges] }),
      pageInfo: t.field({ type: pageInfo, nullable: false, resolve: (it) => it }),
      totalCount: t.int({
        nullable: false,
        description: 'Of all pages; counted where it is asked for',
        resolve: ({ search }) => countUsers(auth().database, search),
      }),
    }),
  });
  for (const name of ['authUsers', 'users'])
    builder.queryField(name, (t) =>
      t.field({
        type: connection,
        nullable: false,
        description: 'Users, newest first',
        ...(name === 'users' ? { extensions: { [YIELDS]: true } } : {}),
        args: {
          first: t.arg.int({ defaultValue: DEFAULT_FIRST }),
          after: t.arg.string({ description: 'The cursor behind which the page begins' }),
          search: t.arg.string({ description: 'Part of an address, a number or a name' }),
        },
        resolve: async (_parent, args): Promise<UserConnection> => {
          const search = text(args.search);
          const after = text(args.after);
          const first = Number(args.first ?? DEFAULT_FIRST);
          if (!(first >= 0 && first <= MOST)) throw invalid(`first must be from 0 to ${MOST}`);
          const slice = await sliceUsers(auth().database, { first, after, search });
          if (slice === undefined) throw invalid('after is no cursor of this list');
          const { users: edges, hasMore } = slice;
          return { edges, hasMore, hasBefore: after !== undefined, search };
        },
      }),
    );
}
