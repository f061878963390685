/** The two ceremonies of WebAuthn, for passkeys and for security keys as a second factor. Who we are is configured. */
import { authError } from '../errors.ts';
import type { User } from '../store/users.ts';
import type { AuthContext } from './context.ts';

/** As stored: bytes in base64url. */
export interface KnownCredential {
  readonly id: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
}

export interface NewCredential extends KnownCredential {
  readonly aaguid: string;
  readonly attestation: string;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
}

export type Options = Readonly<Record<string, unknown>> & { readonly challenge: string };

/** What the browser sent; the library looks at every part of it. */
export type Response = Readonly<Record<string, unknown>>;

/** Large, and only in memory where somebody has such a credential. */
const library = () => import('@simplewebauthn/server');

export const CEREMONY_SECONDS = 300;
/** ES256, EdDSA, RS256. */
const ALGORITHMS = [-7, -8, -257];

export async function creationOptions(
  auth: AuthContext,
  input: { user: User; known: readonly KnownCredential[]; residentKey: 'required' | 'discouraged' },
): Promise<Options> {
  const { user, known, residentKey } = input;
  const name = user.email || user.phone || user.id;
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpID: partyId(auth),
    rpName: auth.config.passkeys.rpName,
    userName: name,
    userDisplayName: name,
    userID: bytesOf(Buffer.from(user.id)),
    timeout: CEREMONY_SECONDS * 1000,
    attestationType: 'none',
    excludeCredentials: known.map(descriptor),
    authenticatorSelection: { residentKey, userVerification: 'preferred' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  return { ...options };
}

/** Without known credentials whoever holds one of this place may answer. */
export async function requestOptions(auth: AuthContext, known: readonly KnownCredential[]): Promise<Options> {
  const { generateAuthenticationOptions } = await library();
  const options = await generateAuthenticationOptions({
    rpID: partyId(auth),
    allowCredentials: known.map(descriptor),
    timeout: CEREMONY_SECONDS * 1000,
    userVerification: 'preferred',
  });
  return { ...options };
}

export async function verifyCreation(
  auth: AuthContext,
  challenge: string,
  response: Response,
): Promise<NewCredential> {
  const { verifyRegistrationResponse } = await library();
  const { registrationInfo: info } = await judged(() =>
    verifyRegistrationResponse({
      response: response as never,
      expectedChallenge: challenge,
      expectedOrigin: origins(auth),
      expectedRPID: partyId(auth),
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (info === undefined) throw authError('webauthn_verification_failed');
  const { credential } = info;
  return {
    id: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: credential.transports ?? [],
    aaguid: info.aaguid,
    attestation: info.fmt,
    backupEligible: info.credentialDeviceType === 'multiDevice',
    backedUp: info.credentialBackedUp,
  };
}

/** The counter that the authenticator is at now; one that went back betrays a copy, and is refused. */
export async function verifyRequest(
  auth: AuthContext,
  challenge: string,
  response: Response,
  known: KnownCredential,
): Promise<number> {
  const { verifyAuthenticationResponse } = await library();
  const { verified, authenticationInfo } = await judged(() =>
    verifyAuthenticationResponse({
      response: response as never,
      expectedChallenge: challenge,
      expectedOrigin: origins(auth),
      expectedRPID: partyId(auth),
      requireUserVerification: false,
      credential: {
        id: known.id,
        publicKey: bytesOf(Buffer.from(known.publicKey, 'base64url')),
        counter: known.counter,
      },
    }),
  );
  if (!verified) throw authError('webauthn_verification_failed');
  return authenticationInfo.newCounter;
}

/** The library throws at whatever does not fit, malformed input included. */
async function judged<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch {
    throw authError('webauthn_verification_failed');
  }
}

function partyId({ config }: AuthContext): string {
  return config.passkeys.rpId ?? new URL(config.siteUrl).hostname;
}

function origins({ config }: AuthContext): string[] {
  return [new URL(config.siteUrl).origin, ...config.passkeys.origins];
}

function descriptor({ id, transports }: KnownCredential): { id: string; transports?: string[] } {
  return transports.length === 0 ? { id } : { id, transports: [...transports] };
}

function bytesOf(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}
