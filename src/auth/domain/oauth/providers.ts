/** The places to sign in at that the configuration names: presets, and any OpenID Connect issuer. */
import type { AuthConfig } from '../../../config/auth.ts';
import { createGithubProvider } from './github.ts';
import { createOidcProvider, type Surroundings } from './oidc.ts';
import type { ExternalProvider } from './provider.ts';

export interface Providers {
  /** Undefined for what is not configured, or switched off. */
  get(name: string): ExternalProvider | undefined;
}

export const GOOGLE = 'https://accounts.google.com';
const OIDC_SCOPES = ['openid', 'email', 'profile'];

export function createProviders(settings: AuthConfig['providers'], surroundings: Surroundings): Providers {
  const providers = new Map<string, ExternalProvider>();
  for (const [name, provider] of Object.entries(settings)) {
    if (provider.enabled) providers.set(name, create(name, provider, surroundings));
  }
  return { get: (name) => providers.get(name) };
}

function create(
  name: string,
  { clientId, clientSecret, issuer, scopes, skipNonceCheck }: AuthConfig['providers'][string],
  surroundings: Surroundings,
): ExternalProvider {
  const [first = '', ...others] = (clientId ?? '').split(',').map((it) => it.trim());
  if (name === 'github') {
    const wanted = scopes ?? ['read:user', 'user:email'];
    return createGithubProvider({ name, url: issuer, clientId: first, clientSecret, scopes: wanted });
  }
  const google = name === 'google' && issuer === undefined;
  return createOidcProvider(
    {
      name,
      issuer: issuer ?? GOOGLE,
      issuerAliases: google ? ['accounts.google.com'] : [],
      clientIds: [first, ...others],
      clientSecret,
      scopes: scopes ?? OIDC_SCOPES,
      skipNonceCheck,
    },
    surroundings,
  );
}
