/** The passkeys of a user: added, listed, named and taken off. */
import { authError, invalid } from '../../errors.ts';
import { isTaken } from '../../store/database.ts';
import {
  type CeremonyType,
  deletePasskey,
  insertCeremony,
  insertPasskey,
  listPasskeys,
  type Passkey,
  renamePasskey,
  takeCeremony,
} from '../../store/passkeys.ts';
import type { User } from '../../store/users.ts';
import { requireUserById } from '../admin-users.ts';
import { audit } from '../audit.ts';
import type { AuthContext, Client } from '../context.ts';
import { readId, UUID } from '../ids.ts';
import { assertProved } from '../ways-in.ts';
import {
  CEREMONY_SECONDS,
  creationOptions,
  type KnownCredential,
  type Options,
  type Response,
  verifyCreation,
} from '../webauthn.ts';

const LONGEST_NAME = 120;

/** Who asks, and how much their session has shown. */
export interface Holder {
  readonly user: User;
  readonly aal: string;
  readonly client: Client;
}

/** What the browser got of the authenticator, and of which question. */
export interface Answer {
  readonly challengeId: string;
  readonly response: Response;
}

export interface Asked {
  readonly challengeId: string;
  readonly options: Options;
  readonly expiresAt: Date;
}

export function assertPasskeys({ config }: AuthContext): void {
  if (!config.passkeys.enabled) throw authError('passkey_disabled');
}

export async function beginRegistration(auth: AuthContext, holder: Holder): Promise<Asked> {
  assertPasskeys(auth);
  const { user } = holder;
  judge(holder);
  const known = (await listPasskeys(auth.database, user.id)).map(knownOf);
  const options = await creationOptions(auth, { user, known, residentKey: 'required' });
  const { id, expiresAt } = await insertCeremony(auth.database, {
    type: 'registration',
    userId: user.id,
    challenge: options.challenge,
    lifetimeSeconds: CEREMONY_SECONDS,
  });
  return { challengeId: id, options, expiresAt };
}

export async function finishRegistration(
  auth: AuthContext,
  holder: Holder,
  { challengeId, response }: Answer,
): Promise<Passkey> {
  assertPasskeys(auth);
  judge(holder);
  const { user, client } = holder;
  const challenge = await takeChallenge(auth, challengeId, 'registration', user.id);
  const made = await verifyCreation(auth, challenge, response);
  const passkey = await insertPasskey(auth.database, {
    ...made,
    userId: user.id,
    credentialId: Buffer.from(made.id, 'base64url'),
    publicKey: Buffer.from(made.publicKey, 'base64url'),
  }).catch((error: unknown) => {
    if (isTaken(error)) throw authError('webauthn_verification_failed', 'The passkey is registered already');
    throw error;
  });
  audit(auth, { action: 'passkey_created', user, client, traits: { passkey_id: passkey.id } });
  return passkey;
}

/** The question as it was asked; it counts once, whatever becomes of the answer. */
export async function takeChallenge(
  auth: AuthContext,
  id: string,
  type: CeremonyType,
  userId: string | undefined,
): Promise<string> {
  const taken = UUID.test(id) ? await takeCeremony(auth.database, { id, type, userId }) : undefined;
  if (taken === undefined) throw authError('webauthn_challenge_not_found');
  if (taken.expired) throw authError('webauthn_challenge_expired');
  return taken.challenge;
}

export function passkeysOf(auth: AuthContext, { user }: Holder): Promise<Passkey[]> {
  assertPasskeys(auth);
  return listPasskeys(auth.database, user.id);
}

export async function namePasskey(
  auth: AuthContext,
  { user, client }: Holder,
  { id, name }: { id: string; name: string },
): Promise<Passkey> {
  assertPasskeys(auth);
  if (name.length > LONGEST_NAME)
    throw invalid(`friendly_name must have ${LONGEST_NAME} characters at the most`);
  const passkey = UUID.test(id)
    ? await renamePasskey(auth.database, { userId: user.id, id, name })
    : undefined;
  if (passkey === undefined) throw authError('webauthn_credential_not_found');
  audit(auth, { action: 'passkey_updated', user, client, traits: { passkey_id: id } });
  return passkey;
}

export async function removePasskey(auth: AuthContext, holder: Holder, id: string): Promise<void> {
  assertPasskeys(auth);
  judge(holder);
  const { user, client } = holder;
  if (!UUID.test(id) || !(await deletePasskey(auth.database, user.id, id)))
    throw authError('webauthn_credential_not_found');
  audit(auth, { action: 'passkey_deleted', user, client, traits: { passkey_id: id } });
}

/** For administrators: also where passkeys are off, as those that were made must not come back by themselves. */
export async function passkeysOfUser(auth: AuthContext, userId: string): Promise<Passkey[]> {
  const { id } = await requireUserById(auth, userId);
  return listPasskeys(auth.database, id);
}

export async function removePasskeyOf(
  auth: AuthContext,
  { client, ...input }: { userId: string; id: string; client: Client },
): Promise<void> {
  const userId = readId(input.userId, 'user_id');
  const id = readId(input.id, 'passkey_id');
  if (!(await deletePasskey(auth.database, userId, id))) throw authError('webauthn_credential_not_found');
  const traits = { passkey_id: id };
  audit(auth, { action: 'passkey_deleted', user: { id: userId }, client, traits, actorRole: 'service_role' });
}

export function knownOf(passkey: Passkey): KnownCredential {
  return {
    id: Buffer.from(passkey.credentialId).toString('base64url'),
    publicKey: Buffer.from(passkey.publicKey).toString('base64url'),
    counter: Number(passkey.signCount),
    transports: passkey.transports as string[],
  };
}

/** A passkey is a way in, so whoever changes one has shown every proof; visitors without a name have nothing to come back to. */
function judge({ user, aal }: Holder): void {
  if (user.isAnonymous) {
    const message = 'Anonymous user not allowed to perform these actions';
    throw authError('no_authorization', message, { status: 403 });
  }
  assertProved(user, aal);
}
