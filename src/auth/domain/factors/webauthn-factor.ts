/** A security key as a second factor: made at its first question, asked for at every later one. */
import { AppError } from '../../../errors.ts';
import type { MfaChallenge, MfaFactor } from '../../store/factors.ts';
import type { AuthContext } from '../context.ts';
import { type KnownCredential, type Response, verifyCreation, verifyRequest } from '../webauthn.ts';

export interface KeyProof {
  readonly right: boolean;
  /** As it is to be kept from now on. */
  readonly credential?: KnownCredential;
  readonly aaguid?: string;
}

export function credentialOf(factor: MfaFactor): KnownCredential | undefined {
  return (factor.webAuthnCredential as KnownCredential | null) ?? undefined;
}

export async function proveKey(
  auth: AuthContext,
  factor: MfaFactor,
  { webAuthnSessionData }: MfaChallenge,
  response: Response,
): Promise<KeyProof> {
  const asked = webAuthnSessionData as { type: 'create' | 'request'; challenge: string } | null;
  const known = credentialOf(factor);
  if (asked === null) return { right: false };
  try {
    if (asked.type === 'create' && known === undefined) {
      const { id, publicKey, counter, transports, aaguid } = await verifyCreation(
        auth,
        asked.challenge,
        response,
      );
      return { right: true, credential: { id, publicKey, counter, transports }, aaguid };
    }
    if (asked.type !== 'request' || known === undefined) return { right: false };
    const counter = await verifyRequest(auth, asked.challenge, response, known);
    return { right: true, credential: { ...known, counter } };
  } catch (error) {
    if (error instanceof AppError) return { right: false };
    throw error;
  }
}
