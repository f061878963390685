/** Any OpenID Connect issuer: its addresses are discovered, its name and keys are pinned to the configuration. */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { type Configuration, discovery, enableNonRepudiationChecks, fetchUserInfo } from 'openid-client';
import type { Observe } from '../../../observation.ts';
import { authError } from '../../errors.ts';
import {
  authorizationUrl,
  clientAuthentication,
  exchange,
  exchangeFailed,
  permitPlainHttp,
  TIMEOUT_SECONDS,
  unreachable,
} from './client.ts';
import {
  type ExternalProfile,
  type ExternalProvider,
  type IdTokenInput,
  isTrue,
  textOf,
} from './provider.ts';

export interface OidcSettings {
  readonly name: string;
  readonly issuer: string;
  /** Other ways in which the same issuer writes its own name. */
  readonly issuerAliases?: readonly string[] | undefined;
  /** The first one is ours; the others are apps of the same owner, whose ID tokens count. */
  readonly clientIds: readonly [string, ...string[]];
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[];
  readonly skipNonceCheck: boolean;
}

/** Signatures that need no shared secret: whoever verifies cannot sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const DISCOVERED_MS = 60 * 60 * 1000;
const LEEWAY_SECONDS = 30;
/** For as long a nonce is remembered at least. */
const LONGEST_AGE = '23h';

export interface Surroundings {
  readonly now: () => number;
  readonly observe: Observe;
}

interface Discovered {
  readonly configuration: Configuration;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
}

export function createOidcProvider(settings: OidcSettings, { now, observe }: Surroundings): ExternalProvider {
  const { name, issuer, clientIds, clientSecret, scopes } = settings;
  let known: { at: number; discovered: Promise<Discovered> } | undefined;

  function discover(): Promise<Discovered> {
    if (known !== undefined && now() - known.at < DISCOVERED_MS) return known.discovered;
    const attempt = {
      at: now(),
      discovered: ask().catch((error: unknown) => {
        if (known === attempt) known = undefined;
        observe({ type: 'unexpected-error', error, where: `discovery of the provider ${name}` });
        throw unreachable(name, error);
      }),
    };
    known = attempt;
    return attempt.discovered;
  }

  async function ask(): Promise<Discovered> {
    const configuration = await discovery(
      new URL(issuer),
      clientIds[0],
      clientSecret,
      clientAuthentication(clientSecret),
      { execute: permitPlainHttp(issuer), timeout: TIMEOUT_SECONDS },
    );
    enableNonRepudiationChecks(configuration);
    const { jwks_uri: keys } = configuration.serverMetadata();
    if (keys === undefined) throw new Error(`${issuer} does not say where its keys are`);
    return {
      configuration,
      keys: createRemoteJWKSet(new URL(keys), { timeoutDuration: TIMEOUT_SECONDS * 1000 }),
    };
  }

  return {
    name,
    async begin(secrets, request) {
      const { configuration } = await discover();
      const wanted = [...new Set([...scopes, ...request.scopes])];
      return authorizationUrl(configuration, secrets, { ...request, scopes: wanted }, true);
    },
    async finish(secrets, url) {
      const { configuration } = await discover();
      const tokens = await exchange(configuration, secrets, url, true);
      const claims = tokens.claims();
      if (claims === undefined) throw exchangeFailed(new Error('there is no ID token'));
      const more = await moreOf(configuration, tokens.access_token, claims);
      return {
        profile: profileOf(issuer, { ...more, ...claims }),
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token,
      };
    },
    async verifyIdToken(input) {
      const { keys } = await discover();
      return profileOf(issuer, await verify(settings, keys, input));
    },
  };
}

/** Some providers tell the address there alone. The answer must be about the same subject. */
async function moreOf(
  configuration: Configuration,
  accessToken: string,
  claims: JWTPayload & { sub: string },
): Promise<Record<string, unknown>> {
  if (claims.email !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined) return {};
  try {
    return await fetchUserInfo(configuration, accessToken, claims.sub);
  } catch (error) {
    throw exchangeFailed(error);
  }
}

async function verify(
  settings: OidcSettings,
  keys: Discovered['keys'],
  { idToken, nonce, accessToken }: IdTokenInput,
): Promise<JWTPayload> {
  const { issuer, issuerAliases = [], clientIds, skipNonceCheck } = settings;
  const claims = await jwtVerify(idToken, keys, {
    issuer: [issuer, ...issuerAliases],
    audience: [...clientIds],
    algorithms: ALGORITHMS,
    clockTolerance: LEEWAY_SECONDS,
    maxTokenAge: LONGEST_AGE,
    requiredClaims: ['sub', 'exp', 'iat'],
  }).then(
    ({ payload }) => payload,
    (error: unknown) => {
      throw bad(error instanceof Error ? error.message : 'it cannot be verified', error);
    },
  );
  const several = Array.isArray(claims.aud) && claims.aud.length > 1;
  if ((several || claims.azp !== undefined) && !clientIds.includes(String(claims.azp)))
    throw bad('it was made for another application');
  if (!skipNonceCheck) judgeNonce(claims.nonce, nonce);
  if (typeof claims.at_hash === 'string' && accessToken !== undefined) {
    if (!belongs(accessToken, claims.at_hash)) throw bad('the access token does not belong to it');
  }
  return claims;
}

/** The token has the hash of what the app chose, so that whoever sees the token alone cannot use it. */
function judgeNonce(claim: unknown, nonce: string | undefined): void {
  if (claim === undefined && nonce === undefined) return;
  if (claim === undefined || nonce === undefined)
    throw bad('Passed nonce and nonce in id_token should either both exist or not.');
  if (createHash('sha256').update(nonce).digest('hex') !== claim) throw bad('Nonces mismatch');
}

/** The left half of the hash, with the hash function that the token is signed with; providers use these three. */
function belongs(accessToken: string, hash: string): boolean {
  return ['sha256', 'sha384', 'sha512'].some((algorithm) => {
    const whole = createHash(algorithm).update(accessToken).digest();
    return whole.subarray(0, whole.length / 2).toString('base64url') === hash;
  });
}

function bad(reason: string, cause?: unknown) {
  return authError('validation_failed', `Bad ID token: ${reason}`, { cause });
}

function profileOf(issuer: string, claims: Readonly<Record<string, unknown>>): ExternalProfile {
  const name = textOf(claims.name);
  const picture = textOf(claims.picture);
  return {
    issuer,
    subject: String(claims.sub),
    email: textOf(claims.email),
    emailVerified: isTrue(claims.email_verified),
    data: {
      name,
      full_name: name,
      given_name: textOf(claims.given_name),
      family_name: textOf(claims.family_name),
      preferred_username: textOf(claims.preferred_username),
      picture,
      avatar_url: picture,
      locale: textOf(claims.locale),
      custom_claims: textOf(claims.hd) === undefined ? undefined : { hd: claims.hd },
    },
  };
}
