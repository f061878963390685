/** What users ask for when something did not arrive, or was forgotten. Nobody learns whether there is such a user. */

import { authError, invalid } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import { findUserByEmail, findUserByPhone, type User } from '../store/users.ts';
import { normalizeEmail, normalizePhone } from './addresses.ts';
import { admit } from './admit.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { prepareEmailChange } from './email-change.ts';
import { type Challenge, startFlow } from './flow.ts';
import { checkFrequency } from './frequency.ts';
import { prepareLink } from './links.ts';
import { prepareCode } from './phone-codes.ts';
import { quietly } from './quietly.ts';

interface Asked {
  readonly redirectTo: string | undefined;
  readonly challenge: Challenge | undefined;
  readonly client: Client;
}

export async function recover(auth: AuthContext, input: Asked & { email: string }): Promise<void> {
  const { redirectTo, challenge, client } = input;
  await admit(auth, client, input.email);
  const email = normalizeEmail(input.email);
  auth.mailer.assertAvailable();
  await checkFrequency(auth, 'recovery', email);
  await quietly(auth, 'sending a recovery link', async () => {
    const send = await auth.database.transaction(async (connection) => {
      const user = await findUserByEmail(connection, email);
      if (user === undefined || user.deletedAt !== null) return undefined;
      const flow = { userId: user.id, providerType: 'recovery', authenticationMethod: 'recovery' };
      const flowStateId = await startFlow(connection, challenge, flow);
      const link = { user, tokenType: 'recovery_token', linkType: 'recovery', to: email } as const;
      const prepared = await prepareLink(auth, connection, { ...link, redirectTo, flowStateId });
      audit(auth, { action: 'user_recovery_requested', user, client });
      return prepared.send;
    });
    send?.();
  });
}

export async function resend(
  auth: AuthContext,
  input: Asked & { type: string; email?: string | undefined; phone?: string | undefined },
): Promise<void> {
  const { type, email, phone, client } = input;
  await admit(auth, client, email ?? phone);
  switch (type) {
    case 'signup':
    case 'email_change': {
      if (!email) throw invalid(`Type provided requires an email address`);
      const address = normalizeEmail(email);
      auth.mailer.assertAvailable();
      await checkFrequency(auth, type, address);
      return again(auth, client, (connection) =>
        type === 'signup'
          ? prepareSignup(auth, connection, address, input)
          : prepareChange(auth, connection, address, input),
      );
    }
    case 'sms':
    case 'phone_change': {
      if (!phone) throw invalid(`Type provided requires a phone number`);
      if (!auth.config.phone.enabled) throw authError('phone_provider_disabled');
      const number = normalizePhone(phone);
      if (auth.config.testOtps[number] === undefined) auth.messages.assertAvailable();
      await checkFrequency(auth, type, number);
      return again(auth, client, (connection) => preparePhone(auth, connection, type, number));
    }
    default:
      throw invalid('Missing one of these types: signup, email_change, sms, phone_change');
  }
}

type Prepared = { user: User; send: () => void } | undefined;

async function again(
  auth: AuthContext,
  client: Client,
  prepare: (connection: Connection) => Promise<Prepared>,
): Promise<void> {
  await quietly(auth, 'sending once more', async () => {
    const prepared = await auth.database.transaction(prepare);
    if (prepared === undefined) return;
    prepared.send();
    audit(auth, { action: 'user_confirmation_requested', user: prepared.user, client });
  });
}

async function prepareSignup(
  auth: AuthContext,
  connection: Connection,
  email: string,
  { redirectTo, challenge }: Asked,
): Promise<Prepared> {
  const user = await findUserByEmail(connection, email);
  if (user === undefined || user.deletedAt !== null || user.emailConfirmedAt !== null) return undefined;
  const flow = { userId: user.id, providerType: 'email', authenticationMethod: 'email/signup' };
  const flowStateId = await startFlow(connection, challenge, flow);
  const link = { user, tokenType: 'confirmation_token', linkType: 'signup', to: email } as const;
  return prepareLink(auth, connection, { ...link, redirectTo, flowStateId });
}

async function prepareChange(
  auth: AuthContext,
  connection: Connection,
  email: string,
  { redirectTo, challenge }: Asked,
): Promise<Prepared> {
  const user = await findUserByEmail(connection, email);
  if (user === undefined || user.deletedAt !== null || !user.emailChange) return undefined;
  return prepareEmailChange(auth, connection, { user, newEmail: user.emailChange, redirectTo, challenge });
}

async function preparePhone(
  auth: AuthContext,
  connection: Connection,
  type: 'sms' | 'phone_change',
  phone: string,
): Promise<Prepared> {
  const user = await findUserByPhone(connection, phone);
  if (user === undefined || user.deletedAt !== null) return undefined;
  const channel = 'sms' as const;
  if (type === 'sms') {
    if (user.phoneConfirmedAt !== null) return undefined;
    const code = { user, tokenType: 'phone_confirmation_token', to: phone, channel } as const;
    return prepareCode(auth, connection, { ...code, kind: 'confirmation' });
  }
  if (!user.phoneChange) return undefined;
  const code = { user, tokenType: 'phone_change_token', to: user.phoneChange, channel } as const;
  return prepareCode(auth, connection, { ...code, kind: 'phone_change' });
}
