/** The OAuth client that all providers share: code flow with PKCE and state, bounded in time, failures without their insides. */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  None,
} from 'openid-client';
import type { AppError } from '../../../errors.ts';
import { authError } from '../../errors.ts';
import type { FlowSecrets } from './provider.ts';

export const TIMEOUT_SECONDS = 10;

/** In the body where the provider takes it there, else in the header; without a secret nothing. */
export function clientAuthentication(secret: string | undefined): ClientAuth {
  if (secret === undefined) return None();
  const inBody = ClientSecretPost(secret);
  const inHeader = ClientSecretBasic(secret);
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported;
    return (methods === undefined || methods.includes('client_secret_post') ? inBody : inHeader)(
      server,
      client,
      body,
      headers,
    );
  };
}

/** Plain HTTP is for providers on the developer's own machine. */
export function permitPlainHttp(url: string): ((configuration: Configuration) => void)[] {
  return new URL(url).protocol === 'http:' ? [allowInsecureRequests] : [];
}

export async function authorizationUrl(
  configuration: Configuration,
  { state, nonce, codeVerifier }: FlowSecrets,
  request: { redirectUri: string; scopes: readonly string[]; extra: Readonly<Record<string, string>> },
  withNonce: boolean,
): Promise<string> {
  return buildAuthorizationUrl(configuration, {
    ...request.extra,
    redirect_uri: request.redirectUri,
    scope: request.scopes.join(' '),
    state,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(withNonce ? { nonce } : {}),
  }).href;
}

export async function exchange(
  configuration: Configuration,
  { state, nonce, codeVerifier }: FlowSecrets,
  url: URL,
  withNonce: boolean,
): Promise<Awaited<ReturnType<typeof authorizationCodeGrant>>> {
  try {
    return await authorizationCodeGrant(configuration, url, {
      expectedState: state,
      pkceCodeVerifier: codeVerifier,
      ...(withNonce ? { expectedNonce: nonce, idTokenExpected: true } : {}),
    });
  } catch (error) {
    throw exchangeFailed(error);
  }
}

/** What went wrong between two servers is for the log, not for the address line of a browser. */
export function exchangeFailed(cause: unknown): AppError {
  return authError('bad_oauth_callback', 'Unable to exchange external code', { cause });
}

export function unreachable(name: string, cause: unknown): AppError {
  return authError('unexpected_failure', `The provider ${name} cannot be reached`, { status: 502, cause });
}
