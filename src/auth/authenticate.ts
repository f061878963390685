/**
 * Request → Caller. Answers at once (no promise) for no credential, for our own keys and for tokens seen before;
 * only the first sight of a token or of a stored key takes a promise.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Caller, createCaller } from '../caller.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { type Credentials, type RequestHeaders, type RequestQuery, readCredentials } from './credentials.ts';
import { UUID } from './domain/ids.ts';
import type { StoredApiKey } from './domain/stored-keys.ts';
import { type ApiKeys, KEYS_EXPIRE_AT } from './keys.ts';
import {
  ADMIN_ROLE,
  chooseRole,
  databaseRole,
  HASURA_CLAIMS,
  isRoleName,
  roleNotAllowed,
  SERVICE_ROLE,
  sessionClaims,
} from './role-of-claims.ts';
import type { SigningKey } from './signing-keys.ts';
import { expiredToken, invalidToken } from './token-form.ts';
import { createVerifier, type VerifiedToken } from './verify.ts';

export interface AuthenticatorInput {
  jwt: Config['auth']['jwt'];
  keys: ApiKeys;
  anonymousRole: string;
  signingKeys?: readonly SigningKey[] | undefined;
  /** Looks up an opaque key by the hex SHA-256 of its text; null = unknown or revoked. */
  findApiKey: (sha256: string) => Promise<StoredApiKey | null>;
  /** Whether the session of a token still lives; returns at once where that is known. */
  checkSession?: ((session: { sessionId: string; userId: string }) => undefined | Promise<void>) | undefined;
  now?: (() => number) | undefined;
}

export type Authenticate = (
  headers: RequestHeaders,
  query?: RequestQuery,
  /** The access token of a browser's session; throws where the page may not use it. */
  cookie?: () => string | undefined,
) => Caller | Promise<Caller>;

/** What a credential proved, with the Callers made from it so far: one per role it was used with. */
interface Identity extends VerifiedToken, Pick<StoredApiKey, 'scope' | 'actsForUser'> {
  isKey: boolean;
  /** Of a user's token: the sign-in that it came from. */
  session: { sessionId: string; userId: string } | undefined;
  callers: Map<string | undefined, Caller>;
}

/** How long a revoked stored key may still pass. */
const STORED_KEY_TTL_MS = 2_000;
const STORED_KEY_ENTRIES = 1_000;
const OPAQUE_PREFIX = 'sb_';
/** Understood so that clients which send it are told of a mistake; grants decide who may write what. */
const BACKEND_ONLY = 'x-hasura-use-backend-only-permissions';

export function createAuthenticator(input: AuthenticatorInput): Authenticate {
  const { jwt, keys, anonymousRole, findApiKey, checkSession, now = Date.now } = input;
  const leeway = jwt.leewaySeconds;
  const verify = createVerifier({ jwt, secret: keys.jwtSecret, signingKeys: input.signingKeys ?? [], now });
  const anonymous = createCaller('anonymous', anonymousRole);
  const tokens = new LRUCache<string, Identity>({ max: jwt.cacheEntries });
  const stored = new LRUCache<string, Identity>({ max: STORED_KEY_ENTRIES, ttl: STORED_KEY_TTL_MS });
  const own = new Map<string, Identity>([
    [keys.anon, keyIdentity({ role: anonymousRole }, KEYS_EXPIRE_AT)],
    [keys.publishable, keyIdentity({ role: anonymousRole })],
    [keys.service, keyIdentity({ role: SERVICE_ROLE }, KEYS_EXPIRE_AT)],
    [keys.secret, keyIdentity({ role: SERVICE_ROLE })],
  ]);
  const adminDigests = [digest(keys.secret), digest(keys.service)];

  return (headers, query, cookie) => {
    const credentials = readCredentials(headers, query, cookie);
    if (credentials.adminSecret !== undefined)
      return actAs(credentials.adminSecret, credentials.requestedRole, headers);
    const { bearer, apiKey, requestedRole } = credentials;
    if (bearer === undefined && apiKey === undefined) {
      if (requestedRole !== undefined && requestedRole !== anonymousRole) throw roleNotAllowed();
      return anonymous;
    }
    const first = recall(bearer ?? apiKey ?? '');
    const second = bearer === undefined || apiKey === undefined || apiKey === bearer ? first : recall(apiKey);
    if (first === undefined || second === undefined) return learn(credentials);
    return decide(first, second, credentials);
  };

  /** The bearer's identity speaks; an apikey beside it must merely be a key. */
  function decide(
    speaker: Identity,
    key: Identity,
    { apiKey, requestedRole }: Credentials,
  ): Caller | Promise<Caller> {
    checkTime(speaker);
    if (apiKey !== undefined) {
      if (!key.isKey) throw invalidKey();
      checkTime(key);
    }
    const pending = speaker.session && checkSession?.(speaker.session);
    return pending === undefined
      ? callerOf(speaker, requestedRole)
      : pending.then(() => callerOf(speaker, requestedRole));
  }

  function recall(credential: string): Identity | undefined {
    return own.get(credential) ?? tokens.get(credential) ?? stored.get(credential);
  }

  async function learn(credentials: Credentials): Promise<Caller> {
    const { bearer, apiKey } = credentials;
    const key = apiKey === undefined ? undefined : (recall(apiKey) ?? (await learnApiKey(apiKey)));
    const speaker =
      bearer === undefined || bearer === apiKey ? key : (recall(bearer) ?? (await learnCredential(bearer)));
    if (speaker === undefined) throw invalidKey();
    return decide(speaker, key ?? speaker, credentials);
  }

  async function learnApiKey(credential: string): Promise<Identity> {
    try {
      return await learnCredential(credential);
    } catch (error) {
      if (error instanceof AppError && error.code === 'invalid-jwt') throw invalidKey(error.message);
      throw error;
    }
  }

  async function learnCredential(credential: string): Promise<Identity> {
    if (credential.startsWith(OPAQUE_PREFIX)) return learnStoredKey(credential);
    const verified = await verify(credential);
    const { name } = chooseRole(verified.claims, undefined, jwt.defaultRole);
    const role = databaseRole(name);
    const identity: Identity = {
      ...verified,
      ...UNRESTRICTED,
      isKey: role === anonymousRole || role === SERVICE_ROLE,
      session: sessionOf(verified.claims),
      callers: new Map(),
    };
    tokens.set(credential, identity);
    return identity;
  }

  async function learnStoredKey(credential: string): Promise<Identity> {
    const found = await findApiKey(digest(credential).toString('hex'));
    if (found === null) throw invalidKey();
    const identity = { ...keyIdentity(), ...found };
    stored.set(credential, identity);
    return identity;
  }

  /** The admin secret alone is the service; with a role it acts as that role, with the x-hasura headers as its claims. */
  function actAs(secret: string, requestedRole = ADMIN_ROLE, headers: RequestHeaders): Caller {
    const given = digest(secret);
    // Both are compared every time, so that the time taken tells nothing.
    const matches = adminDigests.map((wanted) => timingSafeEqual(wanted, given));
    if (!matches.includes(true)) throw new AppError('access-denied', 'invalid "x-hasura-admin-secret"');
    if (!isRoleName(requestedRole))
      throw new AppError('invalid-headers', 'x-hasura-role does not name a role');
    const backendOnly = headers[BACKEND_ONLY];
    if (backendOnly !== undefined && !/^(true|t|yes|y|false|f|no|n)$/i.test(String(backendOnly)))
      throw new AppError('invalid-headers', `${BACKEND_ONLY}: not a valid boolean`);
    const { 'x-hasura-admin-secret': _secret, ...variables } = headers;
    return makeCaller(requestedRole, { [HASURA_CLAIMS]: sessionClaims(variables, requestedRole) });
  }

  function callerOf(identity: Identity, requestedRole: string | undefined): Caller {
    const known = identity.callers.get(requestedRole);
    if (known !== undefined) return known;
    const { name, session } = chooseRole(identity.claims, requestedRole, jwt.defaultRole);
    const claims =
      session === undefined
        ? identity.claims
        : { ...identity.claims, [HASURA_CLAIMS]: sessionClaims(session, name) };
    const caller = makeCaller(name, claims, identity);
    identity.callers.set(requestedRole, caller);
    return caller;
  }

  function makeCaller(
    name: string,
    claims: Readonly<Record<string, unknown>>,
    { scope, actsForUser }: Pick<Identity, 'scope' | 'actsForUser'> = UNRESTRICTED,
  ): Caller {
    const role = databaseRole(name);
    // The service is who may do everything, administration included.
    const isService = role === SERVICE_ROLE && scope === undefined && !actsForUser;
    const kind = isService ? 'service' : role === anonymousRole ? 'anonymous' : 'user';
    return createCaller(kind, role, { ...claims }, { scope, actsForUser });
  }

  /** Asked on every request: a token that was good when it was remembered may have expired since. */
  function checkTime(identity: Identity): void {
    const seconds = now() / 1000;
    if (identity.expiresAt + leeway <= seconds) throw expiredToken();
    if (identity.notBefore - leeway > seconds)
      throw invalidToken('The token is not valid yet', { reason: 'not-yet-valid' });
  }
}

const UNRESTRICTED = { scope: undefined, actsForUser: false } as const;

function keyIdentity(claims: Identity['claims'] = {}, expiresAt = Infinity): Identity {
  return {
    ...UNRESTRICTED,
    claims,
    expiresAt,
    notBefore: -Infinity,
    isKey: true,
    session: undefined,
    callers: new Map(),
  };
}

/** Tokens of other issuers may have a session of their own kind, which is not ours to judge. */
function sessionOf({ session_id: sessionId, sub }: VerifiedToken['claims']): Identity['session'] {
  if (typeof sessionId !== 'string' || typeof sub !== 'string') return undefined;
  return UUID.test(sessionId) && UUID.test(sub) ? { sessionId, userId: sub } : undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function invalidKey(details?: string): AppError {
  return new AppError('invalid-api-key', 'The apikey is unknown or revoked', { details });
}
