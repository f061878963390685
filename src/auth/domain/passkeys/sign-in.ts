/** Signs in by passkey. Nobody says who they are: the authenticator knows, and nothing tells whether a user has one. */
import { authError } from '../../errors.ts';
import { findPasskey, insertCeremony, usePasskey } from '../../store/passkeys.ts';
import { findUser } from '../../store/users.ts';
import { admit } from '../admit.ts';
import { audit } from '../audit.ts';
import type { AuthContext, Client } from '../context.ts';
import { type IssuedSession, issueSession } from '../sessions.ts';
import { CEREMONY_SECONDS, requestOptions, verifyRequest } from '../webauthn.ts';
import { type Answer, type Asked, assertPasskeys, knownOf, takeChallenge } from './passkeys.ts';

const METHOD = 'passkey';

export async function beginPasskeySignIn(auth: AuthContext, client: Client): Promise<Asked> {
  assertPasskeys(auth);
  await admit(auth, client);
  const options = await requestOptions(auth, []);
  const { id, expiresAt } = await insertCeremony(auth.database, {
    type: 'authentication',
    userId: undefined,
    challenge: options.challenge,
    lifetimeSeconds: CEREMONY_SECONDS,
  });
  return { challengeId: id, options, expiresAt };
}

export async function signInWithPasskey(
  auth: AuthContext,
  { challengeId, response, client }: Answer & { client: Client },
): Promise<IssuedSession> {
  assertPasskeys(auth);
  await admit(auth, client);
  const challenge = await takeChallenge(auth, challengeId, 'authentication', undefined);
  const credentialId = Buffer.from(typeof response.id === 'string' ? response.id : '', 'base64url');
  const passkey = await findPasskey(auth.database, credentialId);
  // A passkey that was taken off looks like a wrong one.
  if (passkey === undefined) throw authError('webauthn_verification_failed');
  const counter = await verifyRequest(auth, challenge, response, knownOf(passkey));
  return auth.database.transaction(async (connection) => {
    if (!(await usePasskey(connection, passkey.id, counter))) throw authError('webauthn_verification_failed');
    const user = await findUser(connection, passkey.userId);
    if (user === undefined || user.deletedAt !== null) throw authError('webauthn_verification_failed');
    const session = await issueSession(auth, user, { method: METHOD, client, connection });
    audit(auth, { action: 'login', user, client, traits: { method: METHOD } });
    return session;
  });
}
