/** Signs in with a token that an app got from the provider by itself. One nonce, one sign-in. */
import { createHash } from 'node:crypto';
import { authError, invalid } from '../../errors.ts';
import { isTaken } from '../../store/database.ts';
import { insertFlow, setFlowCode } from '../../store/flow-state.ts';
import { admit } from '../admit.ts';
import { audit } from '../audit.ts';
import type { AuthContext, Client } from '../context.ts';
import { type IssuedSession, issueSession } from '../sessions.ts';
import { linkProfile, userOfProfile } from './accounts.ts';
import { GOOGLE } from './providers.ts';

export interface IdTokenSignIn {
  readonly provider: string | undefined;
  readonly idToken: string;
  readonly nonce: string | undefined;
  readonly accessToken: string | undefined;
  /** Who wants the identity linked to themselves. */
  readonly linkTo: string | undefined;
  readonly client: Client;
}

const METHOD = 'oauth';

export async function signInWithIdToken(auth: AuthContext, input: IdTokenSignIn): Promise<IssuedSession> {
  const { provider, idToken, nonce, accessToken, linkTo, client } = input;
  await admit(auth, client, linkTo);
  if (provider === undefined || idToken === '') throw invalid('provider or client_id and issuer required');
  const verify = auth.providers.get(provider)?.verifyIdToken;
  if (verify === undefined)
    throw authError(
      'provider_disabled',
      `Provider (issuer "${provider === 'google' ? GOOGLE : provider}") is not enabled`,
    );
  const profile = await verify({ idToken, nonce, accessToken });
  return auth.database.transaction(async (connection) => {
    const arrival = { provider, profile, client };
    const user =
      linkTo === undefined
        ? await userOfProfile(auth, connection, arrival)
        : await linkProfile(auth, connection, linkTo, arrival);
    if (nonce !== undefined) {
      // The key of flows by their code keeps a second token with the same nonce out, in all processes.
      const id = await insertFlow(connection, {
        userId: user.id,
        providerType: provider,
        authenticationMethod: 'id_token',
      });
      const key = createHash('sha256').update(`${provider}\0${nonce}`).digest('hex');
      await setFlowCode(connection, { id, userId: user.id, authCodeHash: `nonce:${key}` }).catch(
        (error: unknown) => {
          if (isTaken(error)) throw authError('validation_failed', 'Bad ID token: the nonce was used before');
          throw error;
        },
      );
    }
    audit(auth, { action: 'login', user, client, traits: { method: METHOD, provider } });
    return issueSession(auth, user, { method: METHOD, client, connection });
  });
}
