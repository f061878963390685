/** For whom tokens are: a request may name one of the configured audiences (`x-jwt-aud`), and users belong to the one they signed up for. */
import { authError, invalid } from '../errors.ts';
import type { User, UserPatch } from '../store/users.ts';
import type { AuthContext, Client } from './context.ts';

/** Of a user who is made by this request. */
export function audiencePatch({ config }: Pick<AuthContext, 'config'>, { audience }: Client): UserPatch {
  if (audience === undefined || audience === '') return {};
  if (![config.jwt.audience, ...config.jwt.otherAudiences].includes(audience))
    throw invalid('x-jwt-aud does not name an audience of this server');
  return { aud: audience };
}

/** In another audience there is no such user. */
export function assertAudience(auth: Pick<AuthContext, 'config'>, client: Client, user: User): void {
  const { aud = undefined } = audiencePatch(auth, client);
  if (aud !== undefined && aud !== (user.aud ?? auth.config.jwt.audience))
    throw authError('invalid_credentials');
}
