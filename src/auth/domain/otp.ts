/** Signing in without a password: a link and a code by mail, or a code to the phone. Who is new becomes a user. */

import { authError, invalid } from '../errors.ts';
import { findUserByEmail, findUserByPhone, type User } from '../store/users.ts';
import { normalizeEmail, normalizePhone } from './addresses.ts';
import { admit } from './admit.ts';
import { audiencePatch } from './audience.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { type Challenge, startFlow } from './flow.ts';
import { checkFrequency } from './frequency.ts';
import { prepareLink } from './links.ts';
import { prepareCode } from './phone-codes.ts';
import { quietly } from './quietly.ts';
import { createUser } from './sign-up.ts';
import type { Channel } from './sms/messages.ts';

export interface OtpInput {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createUser: boolean;
  readonly channel: Channel;
  readonly redirectTo: string | undefined;
  readonly challenge: Challenge | undefined;
  readonly client: Client;
}

export async function sendOtp(auth: AuthContext, input: OtpInput): Promise<void> {
  const { email, phone } = input;
  await admit(auth, input.client, email ?? phone);
  if (email && phone) throw invalid('Only an email address or phone number should be provided');
  if (email) return sendByMail(auth, email, input);
  if (phone) return sendByPhone(auth, phone, input);
  throw invalid('One of email or phone must be set');
}

async function sendByMail(auth: AuthContext, given: string, input: OtpInput): Promise<void> {
  if (!auth.config.email.enabled) throw authError('email_provider_disabled', 'Email logins are disabled');
  const email = normalizeEmail(given);
  auth.mailer.assertAvailable();
  await checkFrequency(auth, 'magiclink', email);
  await quietly(auth, 'sending a sign-in link', async () => {
    const send = await auth.database.transaction(async (connection) => {
      const found = await findUserByEmail(connection, email);
      const user = found ?? (await newUser(auth, input, { kind: 'email', address: email }, connection));
      if (isGone(user)) return undefined;
      const isKnown = user.emailConfirmedAt !== null;
      const flowStateId = await startFlow(connection, input.challenge, {
        userId: user.id,
        providerType: 'magiclink',
        authenticationMethod: isKnown ? 'magiclink' : 'email/signup',
      });
      const prepared = await prepareLink(auth, connection, {
        user,
        tokenType: isKnown ? 'recovery_token' : 'confirmation_token',
        linkType: isKnown ? 'magiclink' : 'signup',
        to: email,
        redirectTo: input.redirectTo,
        flowStateId,
      });
      audit(auth, { action: 'user_recovery_requested', user, client: input.client });
      return prepared.send;
    });
    send?.();
  });
}

async function sendByPhone(auth: AuthContext, given: string, input: OtpInput): Promise<void> {
  if (!auth.config.phone.enabled) throw authError('phone_provider_disabled', 'Phone logins are disabled');
  const phone = normalizePhone(given);
  if (auth.config.testOtps[phone] === undefined) auth.messages.assertAvailable();
  await checkFrequency(auth, 'sms', phone);
  await quietly(auth, 'sending a code', async () => {
    const send = await auth.database.transaction(async (connection) => {
      const found = await findUserByPhone(connection, phone);
      const user = found ?? (await newUser(auth, input, { kind: 'phone', address: phone }, connection));
      if (isGone(user)) return undefined;
      const { channel } = input;
      const code = { user, tokenType: 'phone_confirmation_token', to: phone, channel } as const;
      const prepared = await prepareCode(auth, connection, { ...code, kind: 'confirmation' });
      audit(auth, { action: 'user_recovery_requested', user, client: input.client });
      return prepared.send;
    });
    send?.();
  });
}

async function newUser(
  auth: AuthContext,
  { createUser: wanted, data, client }: OtpInput,
  person: { kind: 'email' | 'phone'; address: string },
  connection: Parameters<typeof createUser>[0],
): Promise<User> {
  if (!wanted || !auth.config.signup.enabled) throw authError('otp_disabled');
  await auth.hooks.beforeUserCreated?.({ [person.kind]: person.address, data });
  return createUser(connection, person, {
    encryptedPassword: null,
    data,
    confirmed: false,
    patch: audiencePatch(auth, client),
  });
}

function isGone(user: User): boolean {
  return user.deletedAt !== null;
}
