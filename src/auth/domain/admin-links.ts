/** Invitations, and links that an administrator makes to send them by other means. */
import { authError, invalid } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import type { TokenType } from '../store/one-time-tokens.ts';
import { findUserByEmail, type User, updateUser } from '../store/users.ts';
import { normalizeEmail } from './addresses.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { type Link, type LinkType, makeLink, prepareLink } from './links.ts';
import { createUser } from './sign-up.ts';
import { mergeMetadata } from './user-update.ts';

export interface Invitation {
  readonly email: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly redirectTo: string | undefined;
  readonly client: Client;
}

const ACTOR = 'service_role';

export async function invite(auth: AuthContext, input: Invitation): Promise<User> {
  const email = normalizeEmail(input.email);
  auth.mailer.assertAvailable();
  const prepared = await auth.database.transaction(async (connection) => {
    const user = await unconfirmedUser(connection, email, { data: input.data, password: null });
    return prepareLink(auth, connection, {
      user,
      tokenType: 'confirmation_token',
      linkType: 'invite',
      to: email,
      redirectTo: input.redirectTo,
    });
  });
  prepared.send();
  audit(auth, { action: 'user_invited', user: prepared.user, actorRole: ACTOR, client: input.client });
  return prepared.user;
}

export interface LinkRequest extends Invitation {
  readonly type: string;
  readonly password?: string | undefined;
  readonly newEmail?: string | undefined;
}

export interface GeneratedLink {
  readonly user: User;
  readonly link: Link;
  readonly verificationType: string;
}

const KINDS: Readonly<Record<string, { linkType: LinkType; tokenType: TokenType }>> = {
  signup: { linkType: 'signup', tokenType: 'confirmation_token' },
  invite: { linkType: 'invite', tokenType: 'confirmation_token' },
  magiclink: { linkType: 'magiclink', tokenType: 'recovery_token' },
  recovery: { linkType: 'recovery', tokenType: 'recovery_token' },
  email_change_current: { linkType: 'email_change', tokenType: 'email_change_token_current' },
  email_change_new: { linkType: 'email_change', tokenType: 'email_change_token_new' },
};

export async function generateLink(auth: AuthContext, request: LinkRequest): Promise<GeneratedLink> {
  const { type, password, client, redirectTo } = request;
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined) throw invalid(`Invalid email action link type requested: ${type}`);
  const email = normalizeEmail(request.email);
  const hash = type === 'signup' ? await signupPassword(auth, password) : null;
  const generated = await auth.database.transaction(async (connection) => {
    const user = await subject(connection, type, email, request, hash);
    const pending = type.startsWith('email_change') ? await stateChange(connection, user, request) : user;
    const to = type === 'email_change_new' ? (pending.emailChange ?? '') : email;
    const link = await makeLink(auth, connection, { user: pending, ...kind, to, redirectTo });
    const now = new Date(auth.now());
    const patch = type === 'invite' ? { invitedAt: now, confirmationSentAt: now } : {};
    return { user: (await updateUser(connection, user.id, patch)) ?? pending, link };
  });
  audit(auth, { action: 'link_generated', user: generated.user, actorRole: ACTOR, client, traits: { type } });
  return { ...generated, verificationType: type };
}

async function signupPassword(auth: AuthContext, password: string | undefined): Promise<string> {
  if (!password) throw invalid('Signup requires a valid password');
  auth.passwords.check(password);
  return auth.passwords.hash(password);
}

/** The user whom the link is for, made where the kind of link makes users. */
async function subject(
  connection: Connection,
  type: string,
  email: string,
  { data }: LinkRequest,
  password: string | null,
): Promise<User> {
  if (type === 'signup' || type === 'invite') return unconfirmedUser(connection, email, { data, password });
  const found = await findUserByEmail(connection, email);
  if (found !== undefined && found.deletedAt === null) return found;
  if (type === 'magiclink')
    return createUser(
      connection,
      { kind: 'email', address: email },
      { encryptedPassword: null, data, confirmed: false },
    );
  throw authError('user_not_found', 'User with this email not found');
}

async function unconfirmedUser(
  connection: Connection,
  email: string,
  { data, password }: { data: Readonly<Record<string, unknown>>; password: string | null },
): Promise<User> {
  const found = await findUserByEmail(connection, email);
  if (found === undefined)
    return createUser(
      connection,
      { kind: 'email', address: email },
      { encryptedPassword: password, data, confirmed: false },
    );
  if (found.emailConfirmedAt !== null) throw authError('email_exists');
  const rawUserMetaData = mergeMetadata(found.rawUserMetaData, data);
  return (await updateUser(connection, found.id, { encryptedPassword: password, rawUserMetaData })) ?? found;
}

async function stateChange(connection: Connection, user: User, { newEmail }: LinkRequest): Promise<User> {
  if (!newEmail) throw invalid('An email address is required for the new email');
  const emailChange = normalizeEmail(newEmail);
  if ((await findUserByEmail(connection, emailChange)) !== undefined) throw authError('email_exists');
  const status = user.emailChange === emailChange ? {} : { emailChangeConfirmStatus: 0 };
  return (await updateUser(connection, user.id, { emailChange, ...status })) ?? user;
}
