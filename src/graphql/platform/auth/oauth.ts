/** Signing in at a provider, and identities of it that users link to themselves. */
import { flowMarker } from '../../../auth/browser-sessions.ts';
import { authorize } from '../../../auth/domain/oauth/authorize.ts';
import { signInWithIdToken } from '../../../auth/domain/oauth/id-token.ts';
import { unlinkIdentity } from '../../../auth/domain/unlink-identity.ts';
import { assertMayLink } from '../../../auth/domain/ways-in.ts';
import type { Builder } from '../../builder.ts';
import type { GraphqlContext } from '../../context.ts';
import {
  type ArgBuilder,
  type AuthAccess,
  challengeOf,
  handed,
  handedOn,
  linkArgs,
  record,
  requireUser,
  text,
} from './door.ts';
import type { AuthTypes } from './types.ts';

function providerArgs(arg: ArgBuilder) {
  return {
    provider: arg.string({ required: true, description: 'Its name in the configuration' }),
    scopes: arg.string({ description: 'Asked for beside what is configured' }),
    queryParams: arg({ type: 'JSON', description: 'Passed on to the provider: `prompt`, `login_hint`, …' }),
    ...linkArgs(arg),
  };
}

function idTokenArgs(arg: ArgBuilder) {
  return {
    provider: arg.string({ required: true, description: 'Its name in the configuration' }),
    idToken: arg.string({ required: true }),
    nonce: arg.string({ description: 'As it was before it was hashed into the token' }),
    accessToken: arg.string({ description: 'For providers whose ID token vouches for it' }),
  };
}

type Values<Args> = { readonly [K in keyof Args]?: unknown };

function authorizeInput(args: Values<ReturnType<typeof providerArgs>>, { client }: GraphqlContext) {
  const given = (it: unknown) => text(it as string | null | undefined);
  const { codeChallenge, codeChallengeMethod } = args;
  return {
    provider: given(args.provider),
    redirectTo: given(args.redirectTo),
    scopes: given(args.scopes),
    challenge: challengeOf({
      codeChallenge: given(codeChallenge),
      codeChallengeMethod: given(codeChallengeMethod),
    }),
    extra: record(args.queryParams, 'queryParams') ?? {},
    client,
  };
}

function idTokenInput(args: Values<ReturnType<typeof idTokenArgs>>, { client }: GraphqlContext) {
  const given = (it: unknown) => text(it as string | null | undefined);
  return {
    provider: given(args.provider),
    idToken: given(args.idToken) ?? '',
    nonce: given(args.nonce),
    accessToken: given(args.accessToken),
    client,
  };
}

export function registerOAuth(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  builder.mutationField('signInWithOAuth', (t) =>
    t.string({
      description: 'The address at the provider that the browser is sent to',
      args: providerArgs(t.arg),
      resolve: (_parent, args, context) => authorize(auth(), authorizeInput(args, context)),
    }),
  );
  builder.mutationField('signInWithIdToken', (t) =>
    t.field({
      type: types.session,
      description: 'Signs in with a token that an app got from the provider by itself',
      args: idTokenArgs(t.arg),
      resolve: async (_parent, args, context) => {
        const input = { ...idTokenInput(args, context), linkTo: undefined };
        return handed(context, await signInWithIdToken(auth(), input));
      },
    }),
  );
  registerLinking(builder, auth, types);
}

function registerLinking(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  const requireLinker = async (context: GraphqlContext) => {
    const bearer = await requireUser(auth(), context);
    assertMayLink(auth(), bearer);
    return bearer.user.id;
  };
  builder.mutationField('linkIdentity', (t) =>
    t.string({
      description:
        'The address at the provider: whoever follows it links who they are there to the user of the token',
      args: providerArgs(t.arg),
      resolve: async (_parent, args, context) => {
        const linkTo = await requireLinker(context);
        const remember = flowMarker(context.cookies);
        return authorize(auth(), { ...authorizeInput(args, context), linkTo, remember });
      },
    }),
  );
  builder.mutationField('linkIdentityWithIdToken', (t) =>
    t.field({
      type: types.session,
      description: 'Links the identity of a token that an app got from the provider by itself',
      args: idTokenArgs(t.arg),
      resolve: async (_parent, args, context) => {
        const linkTo = await requireLinker(context);
        const input = { ...idTokenInput(args, context), linkTo };
        return handedOn(context, await signInWithIdToken(auth(), input));
      },
    }),
  );
  builder.mutationField('unlinkIdentity', (t) =>
    t.boolean({
      description: 'Takes an identity off; the last one stays',
      args: { id: t.arg.id({ required: true }) },
      resolve: async (_parent, { id }, context) => {
        const { userId, aal } = await requireUser(auth(), context);
        await unlinkIdentity(auth(), { userId, identityId: String(id), aal, client: context.client });
        return true;
      },
    }),
  );
}
