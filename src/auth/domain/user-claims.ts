/** What tokens and keys of a user say of them. */
import type { User } from '../store/users.ts';
import type { AuthContext } from './context.ts';

export function userClaims({ config, externalUrl }: Pick<AuthContext, 'config' | 'externalUrl'>, user: User) {
  return {
    iss: config.jwt.issuer ?? externalUrl(),
    sub: user.id,
    aud: user.aud ?? config.jwt.audience,
    email: user.email ?? '',
    phone: user.phone ?? '',
    app_metadata: user.rawAppMetaData ?? {},
    user_metadata: user.rawUserMetaData ?? {},
    role: user.role ?? 'authenticated',
    is_anonymous: user.isAnonymous,
  };
}
