/** What a place to sign in at must be able to do, and what it says of a user. */

/** Who somebody is at a provider. The key is provider, issuer and subject; an address is no key. */
export interface ExternalProfile {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | undefined;
  /** Whether the provider vouches for the address. What it does not say is no. */
  readonly emailVerified: boolean;
  /** Name, picture and the like, by their usual names. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What must come back as it went out. */
export interface FlowSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface ExternalSignIn {
  readonly profile: ExternalProfile;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
}

export interface ExternalProvider {
  readonly name: string;
  /** The address at the provider that the user is sent to. */
  begin(
    secrets: FlowSecrets,
    request: { redirectUri: string; scopes: readonly string[]; extra: Readonly<Record<string, string>> },
  ): Promise<string>;
  /** The user is back: `url` is the redirect address with what the provider added. */
  finish(secrets: FlowSecrets, url: URL): Promise<ExternalSignIn>;
  /** For apps that have signed their user in by themselves; undefined where the provider has no such tokens. */
  verifyIdToken?: ((input: IdTokenInput) => Promise<ExternalProfile>) | undefined;
}

export interface IdTokenInput {
  readonly idToken: string;
  readonly nonce: string | undefined;
  readonly accessToken: string | undefined;
}

/** A provider's word is `true`, and some write it as text. */
export function isTrue(claim: unknown): boolean {
  return claim === true || claim === 'true';
}

export function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined;
}
