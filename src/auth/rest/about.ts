/** What the module tells of itself: health, settings, public keys, discovery. */
import { readVersion } from '../../version.ts';
import { type Handler, json } from './call.ts';

export const health: Handler = () =>
  json({ version: readVersion(), name: 'GoTrue', description: 'GoForward signs users up and in' });

/** Names that clients look for, whether there is such a provider or not. */
const PROVIDERS = [
  'apple', 'azure', 'bitbucket', 'discord', 'facebook', 'figma', 'fly', 'github', 'gitlab', 'google', 'kakao', 'keycloak',
  'linkedin', 'linkedin_oidc', 'notion', 'slack', 'slack_oidc', 'snapchat', 'spotify', 'twitch', 'twitter', 'workos', 'zoom',
]; // biome-ignore format: one list

export const settings: Handler = ({ auth: { config } }) => {
  const enabled = Object.fromEntries(
    Object.entries(config.providers).map(([name, provider]) => [name, provider.enabled]),
  );
  return json({
    external: {
      anonymous_users: config.anonymous.enabled,
      ...Object.fromEntries(PROVIDERS.map((name) => [name, false])),
      ...enabled,
      email: config.email.enabled,
      phone: config.phone.enabled,
    },
    disable_signup: !config.signup.enabled,
    mailer_autoconfirm: config.email.autoconfirm,
    phone_autoconfirm: config.phone.autoconfirm,
    sms_provider: config.sms.provider,
    saml_enabled: false,
    saml_private_key_next_configured: false,
    passkeys_enabled: config.passkeys.enabled,
  });
};

/** Secrets that both sides share are no public keys. */
export const jwks: Handler = ({ auth }) => {
  const keys = new Map(
    auth.signingKeys.flatMap(({ publicJwk, algorithm }) =>
      publicJwk !== undefined && auth.config.jwt.algorithms.includes(algorithm as never)
        ? [[publicJwk.kid, publicJwk] as const]
        : [],
    ),
  );
  return json({ keys: [...keys.values()] }, 200, { 'cache-control': 'public, max-age=600' });
};

export const discovery: Handler = ({ auth }) => {
  const base = auth.externalUrl();
  return json(
    {
      issuer: auth.config.jwt.issuer ?? base,
      authorization_endpoint: `${base}/oauth/authorize`,
      token_endpoint: `${base}/oauth/token`,
      userinfo_endpoint: `${base}/oauth/userinfo`,
      jwks_uri: `${base}/.well-known/jwks.json`,
      registration_endpoint: `${base}/oauth/clients/register`,
      scopes_supported: ['openid', 'profile', 'email', 'phone'],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [auth.signer.algorithm],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      claims_supported: ['sub', 'aud', 'iss', 'exp', 'iat', 'email', 'phone', 'role', 'session_id'],
      code_challenge_methods_supported: ['S256', 'plain'],
    },
    200,
    { 'cache-control': 'public, max-age=600' },
  );
};
