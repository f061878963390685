/** New users by e-mail, by phone, and without a name. Whether an address is taken is nobody's business but its owner's. */

import type { Prisma } from '../../generated/prisma/client.ts';
import { authError, invalid } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import { isTaken } from '../store/database.ts';
import {
  findUserByEmail,
  findUserByPhone,
  insertIdentity,
  insertUser,
  replaceIdentity,
  type User,
  type UserPatch,
  updateUser,
} from '../store/users.ts';
import { normalizeEmail, normalizePhone } from './addresses.ts';
import { admit } from './admit.ts';
import { audiencePatch } from './audience.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { asStored, decoyUser, pendingUser } from './decoy.ts';
import { type Challenge, startFlow } from './flow.ts';
import { checkFrequency } from './frequency.ts';
import { identityData } from './identities.ts';
import { prepareLink } from './links.ts';
import { prepareCode } from './phone-codes.ts';
import { type IssuedSession, issueSession } from './sessions.ts';
import type { Channel } from './sms/messages.ts';

export interface SignUpInput {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly password?: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly channel: Channel;
  readonly redirectTo: string | undefined;
  /** Read where it counts: what is wrong with it is told after what is wrong with the password. */
  readonly challenge: () => Challenge | undefined;
  readonly client: Client;
}

/** A session where the address counts as confirmed, else the user to be. */
export type SignUpResult = { session: IssuedSession } | { user: User };

export async function signUp(auth: AuthContext, input: SignUpInput): Promise<SignUpResult> {
  const { config } = auth;
  if (!config.signup.enabled) throw authError('signup_disabled');
  const { email, phone, password } = input;
  await admit(auth, input.client, email ?? phone);
  if (!email && !phone) return { session: await signUpAnonymously(auth, input) };
  if (email && phone) throw invalid('Only an email address or phone number should be provided on signup.');
  if (!password) throw invalid('Signup requires a valid password');
  auth.passwords.check(password);
  const challenge = input.challenge();
  const person = email ? emailPerson(auth, email) : phonePerson(auth, phone ?? '');
  if (!person.autoconfirm) {
    person.assertAvailable();
    await checkFrequency(auth, 'signup', person.address);
  }
  await auth.hooks.beforeUserCreated?.({ [person.kind]: person.address, data: input.data });
  const encryptedPassword = await auth.passwords.hash(password);
  return person.autoconfirm
    ? { session: await createConfirmed(auth, person, encryptedPassword, input) }
    : { user: await createPending(auth, person, encryptedPassword, challenge, input) };
}

interface Person {
  readonly kind: 'email' | 'phone';
  readonly address: string;
  readonly autoconfirm: boolean;
  assertAvailable(): void;
  find(connection: Connection): Promise<User | undefined>;
}

function emailPerson(auth: AuthContext, given: string): Person {
  if (!auth.config.email.enabled) throw authError('email_provider_disabled');
  const address = normalizeEmail(given);
  return {
    kind: 'email',
    address,
    autoconfirm: auth.config.email.autoconfirm,
    assertAvailable: () => auth.mailer.assertAvailable(),
    find: (connection) => findUserByEmail(connection, address),
  };
}

function phonePerson(auth: AuthContext, given: string): Person {
  if (!auth.config.phone.enabled) throw authError('phone_provider_disabled');
  const address = normalizePhone(given);
  return {
    kind: 'phone',
    address,
    autoconfirm: auth.config.phone.autoconfirm,
    assertAvailable: () => auth.config.testOtps[address] ?? auth.messages.assertAvailable(),
    find: (connection) => findUserByPhone(connection, address),
  };
}

async function createConfirmed(
  auth: AuthContext,
  person: Person,
  encryptedPassword: string,
  { data, client }: SignUpInput,
): Promise<IssuedSession> {
  return auth.database.transaction(async (connection) => {
    // Where nobody has to show anything, whoever is there already stays: an invited user may have been given rights.
    if ((await person.find(connection)) !== undefined) throw authError('user_already_exists');
    const patch = audiencePatch(auth, client);
    const user = await createUser(connection, person, { encryptedPassword, data, confirmed: true, patch });
    const session = await issueSession(auth, user, { method: 'password', client, connection });
    audit(auth, { action: 'user_signedup', user, client, traits: { provider: person.kind } });
    return session;
  });
}

/** For an address that has a user already the same steps are taken, and undone. */
async function createPending(
  auth: AuthContext,
  person: Person,
  encryptedPassword: string,
  challenge: Challenge | undefined,
  input: SignUpInput,
): Promise<User> {
  const { data, client } = input;
  const patch = audiencePatch(auth, client);
  const outcome = await auth.database.transaction(async (connection) => {
    const existing = await person.find(connection);
    if (existing !== undefined && !mayBeTaken(existing, person)) {
      const decoy = { ...decoyUser(auth, person.kind, person.address, data), ...patch };
      return { user: await asStored(connection, decoy), send: undefined };
    }
    const user =
      existing === undefined
        ? await createUser(connection, person, { encryptedPassword, data, confirmed: false, patch })
        : await takeOver(connection, existing, person, { encryptedPassword, data, confirmed: false, patch });
    const prepared = await prepareConfirmation(auth, connection, person, user, challenge, input);
    return {
      user: pendingUser(auth, { ...prepared.user, identities: user.identities }),
      send: prepared.send,
    };
  });
  const { user, send } = outcome;
  send?.();
  const action = send === undefined ? 'user_repeated_signup' : 'user_confirmation_requested';
  audit(auth, { action, user, client, traits: { provider: person.kind } });
  return user;
}

async function prepareConfirmation(
  auth: AuthContext,
  connection: Connection,
  person: Person,
  user: User,
  challenge: Challenge | undefined,
  { redirectTo, channel }: SignUpInput,
): Promise<{ user: User; send: () => void }> {
  if (person.kind === 'phone') {
    return prepareCode(auth, connection, {
      user,
      tokenType: 'phone_confirmation_token',
      to: person.address,
      channel,
      kind: 'confirmation',
    });
  }
  const flowStateId = await startFlow(connection, challenge, {
    userId: user.id,
    providerType: 'email',
    authenticationMethod: 'email/signup',
  });
  return prepareLink(auth, connection, {
    user,
    tokenType: 'confirmation_token',
    linkType: 'signup',
    to: person.address,
    redirectTo,
    flowStateId,
  });
}

export interface CreateOptions {
  readonly encryptedPassword: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly confirmed: boolean;
  readonly patch?: UserPatch;
}

/** A user with the one identity that their address is. */
export async function createUser(
  connection: Connection,
  { kind, address }: { kind: 'email' | 'phone'; address: string },
  { encryptedPassword, data, confirmed, patch = {} }: CreateOptions,
): Promise<User> {
  const now = new Date();
  try {
    const user = await insertUser(connection, {
      [kind]: address,
      encryptedPassword,
      rawUserMetaData: metadata(kind, data, confirmed) as Prisma.JsonObject,
      rawAppMetaData: { provider: kind, providers: [kind] },
      ...(confirmed ? { [`${kind}ConfirmedAt`]: now } : {}),
      ...patch,
    });
    const identity = await insertIdentity(connection, {
      userId: user.id,
      provider: kind,
      providerId: user.id,
      identityData: identityData(user.id, kind, address, data, confirmed),
    });
    return { ...user, identities: [identity] };
  } catch (error) {
    // Somebody signed up with the same address at this very moment.
    if (isTaken(error, 'users_email_partial_key') || isTaken(error, 'users_phone_key'))
      throw authError('user_already_exists');
    throw error;
  }
}

/** Nobody has shown that the address is theirs, so what the last one said counts, and an earlier password does not. */
async function takeOver(
  connection: Connection,
  existing: User,
  { kind, address }: Person,
  { encryptedPassword, data, confirmed, patch }: CreateOptions,
): Promise<User> {
  await replaceIdentity(connection, {
    userId: existing.id,
    provider: kind,
    identityData: identityData(existing.id, kind, address, data, confirmed),
  });
  const updated = await updateUser(connection, existing.id, {
    encryptedPassword,
    rawUserMetaData: metadata(kind, data, confirmed) as Prisma.JsonObject,
    ...(confirmed ? { [`${kind}ConfirmedAt`]: new Date() } : {}),
    ...patch,
  });
  if (updated === undefined) throw authError('user_already_exists');
  return updated;
}

async function signUpAnonymously(auth: AuthContext, { data, client }: SignUpInput): Promise<IssuedSession> {
  if (!auth.config.anonymous.enabled) throw authError('anonymous_provider_disabled');
  await auth.hooks.beforeUserCreated?.({ data });
  return auth.database.transaction(async (connection) => {
    const user = await insertUser(connection, {
      isAnonymous: true,
      ...audiencePatch(auth, client),
      rawUserMetaData: data as Prisma.JsonObject,
      rawAppMetaData: {},
    });
    const session = await issueSession(auth, user, { method: 'anonymous', client, connection });
    audit(auth, { action: 'user_signedup', user, client, traits: { provider: 'anonymous' } });
    return session;
  });
}

function metadata(kind: 'email' | 'phone', data: Readonly<Record<string, unknown>>, confirmed: boolean) {
  return confirmed && kind === 'email' ? { ...data, email_verified: true } : { ...data };
}

/** Only what a sign-up began may another one begin anew: an invited user, or one whom an administrator made, has rights. */
function mayBeTaken(user: User, { kind }: Person): boolean {
  const confirmedAt = kind === 'email' ? user.emailConfirmedAt : user.phoneConfirmedAt;
  return confirmedAt === null && user.invitedAt === null && user.confirmationSentAt !== null;
}
