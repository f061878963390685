/** Signing in by code of an extension: it says who somebody is, and the rest is as with any other provider. */
import { z } from 'zod';
import type { Prisma } from '../../generated/prisma/client.ts';
import { authError, invalid } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import { type User, updateUser } from '../store/users.ts';
import { admit } from './admit.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { callExtension, type ExtensionTools } from './extension-call.ts';
import { userOfProfile } from './oauth/accounts.ts';
import { type IssuedSession, issueSession } from './sessions.ts';

/** Who somebody is. Only `subject` says which user that is; an address does where `emailVerified` vouches for it. */
export interface CustomIdentity {
  /** Never given to anybody else, never changed. */
  readonly subject: string;
  readonly email?: string | null | undefined;
  readonly emailVerified?: boolean | undefined;
  /** Kept with the identity; it signs nobody in. */
  readonly phone?: string | null | undefined;
  /** Of the user's own metadata: name, picture and the like. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** What policies may rely on: set at every sign-in, members that are not named stay. */
  readonly appMetadata?: Readonly<Record<string, unknown>> | undefined;
}

export interface CustomProvider {
  /** Lower-case letters, digits, `_` and `-`; identities say `custom:<name>`. */
  readonly name: string;
  /** `null` says that the credentials are wrong. */
  authenticate(
    credentials: unknown,
    request: Client & ExtensionTools,
  ): CustomIdentity | null | undefined | Promise<CustomIdentity | null | undefined>;
}

export interface CustomSignIn {
  readonly provider: string | undefined;
  readonly credentials: unknown;
  readonly client: Client;
}

const METHOD = 'custom';
const MAX_SUBJECT = 255;

const identitySchema = z.object({
  subject: z.string().min(1).max(MAX_SUBJECT),
  email: z.string().nullish(),
  emailVerified: z.boolean().default(false),
  phone: z.string().nullish(),
  data: z.record(z.string(), z.unknown()).default({}),
  appMetadata: z.record(z.string(), z.unknown()).default({}),
});

export async function signInWithProvider(auth: AuthContext, input: CustomSignIn): Promise<IssuedSession> {
  const { provider: name, credentials, client } = input;
  if (name === undefined) throw invalid('provider is required');
  await admit(auth, client);
  const provider = auth.customProviders.get(name);
  if (provider === undefined) throw authError('provider_disabled', `Provider ${name} is not enabled`);
  const identity = await identify(auth, provider, credentials, client);
  const key = `custom:${name}`;
  if (identity === undefined) {
    audit(auth, { action: 'login_failed', client, traits: { method: METHOD, provider: key } });
    throw authError('invalid_credentials');
  }
  return auth.database.transaction(async (connection) => {
    const { subject, email, emailVerified, phone, data, appMetadata } = identity;
    const told = phone ? { ...data, phone } : data;
    const profile = { issuer: key, subject, email: email || undefined, emailVerified, data: told };
    const found = await userOfProfile(auth, connection, { provider: key, profile, client });
    const user = await withMetadata(connection, found, appMetadata);
    audit(auth, { action: 'login', user, client, traits: { method: METHOD, provider: key } });
    return issueSession(auth, user, { method: METHOD, client, connection });
  });
}

async function identify(
  auth: AuthContext,
  provider: CustomProvider,
  credentials: unknown,
  client: Client,
): Promise<z.output<typeof identitySchema> | undefined> {
  const { timeoutMs } = auth.config.hooks;
  const call = { name: `the sign-in provider ${provider.name}`, timeoutMs, observe: auth.observe };
  return callExtension(call, async (tools) => {
    const answer = await provider.authenticate(credentials, { ...client, ...tools });
    return answer === null || answer === undefined ? undefined : identitySchema.parse(answer);
  });
}

/** Which providers a user has is the server's to say. */
async function withMetadata(
  connection: Connection,
  user: User,
  given: Readonly<Record<string, unknown>>,
): Promise<User> {
  const { provider: _provider, providers: _providers, ...members } = given;
  if (Object.keys(members).length === 0) return user;
  const rawAppMetaData = { ...(user.rawAppMetaData as object | null), ...members } as Prisma.JsonObject;
  return (await updateUser(connection, user.id, { rawAppMetaData })) ?? user;
}
