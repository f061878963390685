/** Codes to phones: minted within a transaction, sent once that is kept. Numbers with a fixed code get nothing. */
import type { Connection } from '../store/database.ts';
import type { TokenType } from '../store/one-time-tokens.ts';
import { type User, updateUser } from '../store/users.ts';
import type { AuthContext } from './context.ts';
import { mint } from './one-time.ts';
import type { Channel } from './sms/messages.ts';

export interface CodeInput {
  readonly user: User;
  readonly tokenType: TokenType;
  readonly to: string;
  readonly channel: Channel;
  readonly kind: 'confirmation' | 'phone_change' | 'reauthentication';
}

const SENT_AT = {
  confirmation: 'confirmationSentAt',
  phone_change: 'phoneChangeSentAt',
  reauthentication: 'reauthenticationSentAt',
} as const;

export async function prepareCode(
  auth: AuthContext,
  connection: Connection,
  { user, tokenType, to, channel, kind }: CodeInput,
): Promise<{ user: User; send: () => void }> {
  const { code } = await mint(auth, connection, { userId: user.id, type: tokenType, relatesTo: to });
  const updated = await updateUser(connection, user.id, { [SENT_AT[kind]]: new Date(auth.now()) });
  return {
    user: updated ?? user,
    send: () => {
      if (auth.config.testOtps[to] === undefined) auth.messages.send({ to, code, channel, kind });
    },
  };
}
