/** Signing in by a provider that an extension registered. */
import { signInWithProvider } from '../../../auth/domain/custom-provider.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, handed, text } from './door.ts';
import type { AuthTypes } from './types.ts';

export function registerCustomSignIn(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  builder.mutationField('signInWithProvider', (t) =>
    t.field({
      type: types.session,
      description: 'Signs in by a provider that an extension of this server registered',
      args: {
        provider: t.arg.string({ required: true }),
        credentials: t.arg({ type: 'JSON', required: true, description: 'What the provider asks for' }),
      },
      resolve: async (_parent, { provider, credentials }, context) => {
        const input = { provider: text(provider), credentials, client: context.client };
        return handed(context, await signInWithProvider(auth(), input));
      },
    }),
  );
}
