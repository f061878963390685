/** Mints codes and link tokens, and says how they are hashed. The database holds nothing that could be redeemed. */
import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto';
import type { Connection } from '../store/database.ts';
import { putToken, type TokenType } from '../store/one-time-tokens.ts';
import type { AuthContext } from './context.ts';

export interface Minted {
  /** To be typed in. */
  readonly code: string;
  /** Carried by a link. */
  readonly token: string;
}

/** Says to the door that redeems a link that a code is to come of it, and no session. */
export const PKCE_PREFIX = 'pkce_';
const TOKEN_BYTES = 28;

export interface MintInput {
  readonly userId: string;
  readonly type: TokenType;
  readonly relatesTo: string;
  readonly flowStateId?: string | undefined;
}

export async function mint(auth: AuthContext, connection: Connection, input: MintInput): Promise<Minted> {
  const { userId, type, relatesTo, flowStateId } = input;
  const fixed = auth.config.testOtps[relatesTo];
  const code = fixed ?? randomCode(auth.config.otp.length);
  const token = `${flowStateId === undefined ? '' : PKCE_PREFIX}${randomBytes(TOKEN_BYTES).toString('hex')}`;
  await putToken(connection, {
    userId,
    type,
    relatesTo,
    flowStateId,
    tokenHash: hashToken(token),
    codeHash: hashCode(auth, relatesTo, code),
    lifetimeSeconds: auth.config.otp.expirySeconds,
  });
  return { code, token };
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Keyed, since six digits are guessed at once by whoever has a plain hash of them. */
export function hashCode({ secret }: Pick<AuthContext, 'secret'>, relatesTo: string, code: string): string {
  return createHmac('sha256', secret).update(`one-time code\0${relatesTo}\0${code}`).digest('hex');
}

function randomCode(length: number): string {
  return Array.from({ length }, () => randomInt(10)).join('');
}
