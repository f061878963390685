/** Signing in by a provider that an extension registered. */
import { signInWithProvider } from '../../../auth/domain/custom-provider.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, text } from './door.ts';
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
      resolve: (_parent, { provider, credentials }, { client }) =>
        signInWithProvider(auth(), { provider: text(provider), credentials, client }),
    }),
  );
}
