/** Users that do not exist, made to look like those that are about to: who signs up learns nothing of who did before. */
import { createHmac } from 'node:crypto';
import type { Prisma } from '../../generated/prisma/client.ts';
import type { Connection } from '../store/database.ts';
import { type Identity, storedJson, type User } from '../store/users.ts';
import type { AuthContext } from './context.ts';
import { identityData } from './identities.ts';

type Kind = 'email' | 'phone';

/** The same for the same address every time, as a user's would be. */
export function decoyUser(
  auth: AuthContext,
  kind: Kind,
  address: string,
  data: Readonly<Record<string, unknown>>,
): User {
  const id = decoyId(auth, 'user', address);
  const now = new Date(auth.now());
  const identity: Identity = {
    id: decoyId(auth, 'identity', address),
    providerId: id,
    userId: id,
    provider: kind,
    identityData: identityData(id, kind, address, data, false) as Prisma.JsonObject,
    lastSignInAt: now,
    createdAt: now,
    updatedAt: now,
    email: kind === 'email' ? address : null,
  };
  return {
    ...NOBODY,
    id,
    email: kind === 'email' ? address : null,
    phone: kind === 'phone' ? address : null,
    rawAppMetaData: { provider: kind, providers: [kind] },
    rawUserMetaData: { ...data } as Prisma.JsonObject,
    confirmationSentAt: now,
    createdAt: now,
    updatedAt: now,
    // That product's clients look for the empty list, and so does whoever looks for users.
    identities: auth.config.profile === 'supabase' ? [] : [identity],
    factors: [],
  };
}

/** JSON comes out of the database with its members in another order than it went in: here, too. */
export async function asStored(connection: Connection, user: User): Promise<User> {
  const [rawAppMetaData, rawUserMetaData, ...data] = await storedJson(connection, [
    user.rawAppMetaData,
    user.rawUserMetaData,
    ...user.identities.map(({ identityData }) => identityData),
  ]);
  const identities = user.identities.map((one, index) => ({ ...one, identityData: data[index] ?? null }));
  return {
    ...user,
    rawAppMetaData: rawAppMetaData ?? null,
    rawUserMetaData: rawUserMetaData ?? null,
    identities,
  };
}

/** A user to be, without the moments that would tell a first sign-up from a later one. */
export function pendingUser(auth: AuthContext, user: User): User {
  const now = new Date(auth.now());
  return {
    ...user,
    createdAt: now,
    updatedAt: now,
    confirmationSentAt: now,
    lastSignInAt: null,
    identities: user.identities.map((identity) => ({
      ...identity,
      lastSignInAt: now,
      createdAt: now,
      updatedAt: now,
    })),
  };
}

/** Shaped as a random UUID is. */
function decoyId({ secret }: AuthContext, what: string, address: string): string {
  const bytes = createHmac('sha256', secret).update(`decoy ${what}\0${address}`).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const NOBODY = {
  instanceId: null,
  aud: 'authenticated',
  role: 'authenticated',
  encryptedPassword: null,
  emailConfirmedAt: null,
  invitedAt: null,
  confirmationToken: '',
  recoveryToken: '',
  recoverySentAt: null,
  emailChangeTokenNew: '',
  emailChange: '',
  emailChangeSentAt: null,
  lastSignInAt: null,
  isSuperAdmin: null,
  phoneConfirmedAt: null,
  phoneChange: '',
  phoneChangeToken: '',
  phoneChangeSentAt: null,
  confirmedAt: null,
  emailChangeTokenCurrent: '',
  emailChangeConfirmStatus: 0,
  bannedUntil: null,
  reauthenticationToken: '',
  reauthenticationSentAt: null,
  isSsoUser: false,
  deletedAt: null,
  isAnonymous: false,
} as const;
