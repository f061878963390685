/** The API keys that administrators make: opaque, shown once, kept as a hash, each for one database role. */
import { sql } from '../../database/sql.ts';
import { type ApiKey, Prisma } from '../../generated/prisma/client.ts';
import { authError, invalid } from '../errors.ts';
import { isRoleName, SERVICE_ROLE } from '../role-of-claims.ts';
import { value } from '../store/database.ts';
import { type AuditAction, audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { readKnownScopes } from './key-scopes.ts';
import { living, makeKey } from './key-text.ts';

export interface NewApiKey {
  readonly name: string;
  readonly role: string;
  /** See `readKnownScopes`. */
  readonly scopes?: unknown;
  readonly expiresAt?: Date | undefined;
}

/** The key itself is in this answer and nowhere else. */
export interface MadeApiKey {
  readonly key: string;
  readonly row: ApiKey;
}

const MAX_NAME = 200;

export async function createApiKey(auth: AuthContext, input: NewApiKey, client: Client): Promise<MadeApiKey> {
  const { role, expiresAt } = input;
  const name = keyName(input.name);
  if (expiresAt !== undefined && expiresAt.getTime() <= auth.now())
    throw invalid('expiresAt must be in the future');
  await assertRole(auth, role);
  const scopes = (await readKnownScopes(auth, input.scopes)) as Prisma.JsonValue;
  const made = await insert(auth, { name, role, scopes, expiresAt: expiresAt ?? null });
  record(auth, 'api_key_created', made.row, client);
  return made;
}

/** A new key with everything of the old one but its text; those that users made are theirs. The old one ends at once, or at the given moment. */
export async function rotateApiKey(
  auth: AuthContext,
  { id, keepOldUntil }: { id: string; keepOldUntil?: Date | undefined },
  client: Client,
): Promise<MadeApiKey> {
  const now = new Date(auth.now());
  const old = await auth.prisma.apiKey.findFirst({ where: { id, userId: null, ...living(now) } });
  if (old === null) throw notThere();
  const end =
    keepOldUntil === undefined || keepOldUntil <= now ? { revokedAt: now } : { expiresAt: keepOldUntil };
  const { count } = await auth.prisma.apiKey.updateMany({ where: { id, ...living(now) }, data: end });
  if (count === 0) throw notThere();
  const made = await insert(auth, old);
  record(auth, 'api_key_rotated', made.row, client, { replaces: id });
  return made;
}

/** Revoking twice is the same as once. */
export async function revokeApiKey(auth: AuthContext, id: string, client: Client): Promise<ApiKey> {
  const data = { revokedAt: new Date(auth.now()) };
  const { count } = await auth.prisma.apiKey.updateMany({ where: { id, revokedAt: null }, data });
  const row = await auth.prisma.apiKey.findUnique({ where: { id } });
  if (row === null) throw notThere();
  if (count > 0) record(auth, 'api_key_revoked', row, client);
  return row;
}

async function insert(
  auth: AuthContext,
  { name, role, scopes, expiresAt }: Pick<ApiKey, 'name' | 'role' | 'scopes' | 'expiresAt'>,
): Promise<MadeApiKey> {
  const { key, kept } = makeKey(role === SERVICE_ROLE ? 'secret' : 'publishable');
  const row = await auth.prisma.apiKey.create({
    data: { ...kept, name, role, expiresAt, scopes: scopes ?? Prisma.DbNull },
  });
  return { key, row };
}

export function keyName(given: string): string {
  const name = given.trim();
  if (name === '' || name.length > MAX_NAME) throw invalid(`name must have 1 to ${MAX_NAME} characters`);
  return name;
}

/** A role that does not exist, or that no request may run as, would make a key that fails at every use. */
async function assertRole(auth: AuthContext, role: string): Promise<void> {
  const found =
    isRoleName(role) &&
    (await auth.database.row(
      sql<unknown>`select 1 from pg_roles r where r.rolname = ${value(role)} and not r.rolsuper and not r.rolcanlogin`,
    ));
  if (!found) throw invalid(`There is no role ${JSON.stringify(role)} that a key could have`);
}

function record(
  auth: AuthContext,
  action: AuditAction,
  { id, name, role }: ApiKey,
  client: Client,
  more: object = {},
): void {
  audit(auth, { action, actorRole: SERVICE_ROLE, client, traits: { id, name, role, ...more } });
}

export function notThere() {
  return authError('validation_failed', 'There is no such API key', { status: 404 });
}
