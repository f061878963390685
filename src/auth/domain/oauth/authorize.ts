/** Sends a user to a provider, and remembers what must come back with them. */
import { randomBytes } from 'node:crypto';
import { randomPKCECodeVerifier } from 'openid-client';
import { authError, invalid } from '../../errors.ts';
import { insertFlow } from '../../store/flow-state.ts';
import { admit } from '../admit.ts';
import type { AuthContext, Client } from '../context.ts';
import type { Challenge } from '../flow.ts';
import { chooseRedirect } from '../redirects.ts';
import { seal } from '../seal.ts';
import type { ExternalProvider } from './provider.ts';

export interface AuthorizeInput {
  readonly provider: string | undefined;
  readonly redirectTo: string | undefined;
  readonly scopes: string | undefined;
  readonly challenge: Challenge | undefined;
  /** Passed on to the provider where they are text: `prompt`, `login_hint`, … */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Who wants the identity linked to themselves. */
  readonly linkTo?: string | undefined;
  /** Marks the browser that begins, where sessions are kept in cookies. */
  readonly remember?: ((state: string) => void) | undefined;
  readonly client: Client;
}

/** Ours, or such that the provider's answer depends on them: nobody else sets them. */
const RESERVED = new Set([
  'provider',
  'redirect_to',
  'scopes',
  'skip_http_redirect',
  'invite_token',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
  'apikey',
]);

export const VERIFIER_PURPOSE = 'flow verifier';
const NONCE_BYTES = 24;

/** The address at the provider. */
export async function authorize(auth: AuthContext, input: AuthorizeInput): Promise<string> {
  const { redirectTo, scopes, challenge, extra, linkTo, client } = input;
  await admit(auth, client);
  const provider = requireProvider(auth, input.provider);
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const codeVerifier = randomPKCECodeVerifier();
  const state = await insertFlow(auth.database, {
    providerType: provider.name,
    authenticationMethod: 'oauth',
    ...challenge,
    redirectTo: chooseRedirect(auth.config, redirectTo),
    nonce,
    codeVerifier: seal(auth, VERIFIER_PURPOSE, codeVerifier),
    linkingTargetId: linkTo,
  });
  // An identity is linked by the browser that asked for it, or a stranger who is sent there would link theirs.
  if (linkTo !== undefined) input.remember?.(state);
  return provider.begin(
    { state, nonce, codeVerifier },
    {
      redirectUri: callbackAddress(auth),
      scopes: (scopes ?? '').split(/[\s,]+/).filter((it) => it !== ''),
      extra: passedOn(extra),
    },
  );
}

function passedOn(extra: AuthorizeInput['extra']): Record<string, string> {
  const allowed = Object.entries(extra).flatMap(([name, it]) =>
    typeof it === 'string' && !RESERVED.has(name) ? [[name, it] as const] : [],
  );
  return Object.fromEntries(allowed);
}

/** What providers are told to send users back to: from the configuration, whatever the request says. */
export function callbackAddress(auth: AuthContext): string {
  return `${auth.externalUrl()}/callback`;
}

export function requireProvider(auth: AuthContext, name: string | undefined): ExternalProvider {
  if (name === undefined) throw invalid('Unsupported provider: provider is missing');
  const provider = auth.providers.get(name);
  if (provider === undefined) throw authError('oauth_provider_not_supported');
  return provider;
}
