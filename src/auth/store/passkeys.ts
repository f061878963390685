/** Passkeys, and ceremonies under way: each counts for exactly one answer. */
import { sql } from '../../database/sql.ts';
import type { WebauthnCredential } from '../../generated/prisma/client.ts';
import { type Connection, value } from './database.ts';

export type Passkey = WebauthnCredential;

export type CeremonyType = 'registration' | 'authentication';

export interface Ceremony {
  readonly id: string;
  readonly expiresAt: Date;
}

/** Those that nobody answered go on the way. */
export async function insertCeremony(
  connection: Connection,
  input: { type: CeremonyType; userId: string | undefined; challenge: string; lifetimeSeconds: number },
): Promise<Ceremony> {
  const { type, userId, challenge, lifetimeSeconds } = input;
  const row = await connection.row<Ceremony>(sql<unknown>`
    with old as (delete from auth.webauthn_challenges where expires_at < now() - interval '1 hour')
    insert into auth.webauthn_challenges (user_id, challenge_type, session_data, expires_at)
    values (${value(userId ?? null)}, ${value(type)}, ${value(JSON.stringify({ challenge }))}::jsonb,
      now() + make_interval(secs => ${value(lifetimeSeconds)})) returning id, expires_at`);
  return row as Ceremony;
}

/** What is taken is gone, whatever becomes of the answer. */
export function takeCeremony(
  connection: Connection,
  input: { id: string; type: CeremonyType; userId: string | undefined },
): Promise<{ challenge: string; expired: boolean } | undefined> {
  const { id, type, userId } = input;
  return connection.row(sql<unknown>`
    delete from auth.webauthn_challenges where id = ${value(id)} and challenge_type = ${value(type)}
      and user_id is not distinct from ${value(userId ?? null)}::uuid
    returning session_data ->> 'challenge' as challenge, expires_at <= now() as expired`);
}

export interface NewPasskey {
  readonly userId: string;
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly attestation: string;
  readonly aaguid: string;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
}

export async function insertPasskey(connection: Connection, input: NewPasskey): Promise<Passkey> {
  const row = await connection.row<Passkey>(sql<unknown>`
    insert into auth.webauthn_credentials (user_id, credential_id, public_key, attestation_type, aaguid, sign_count, transports,
      backup_eligible, backed_up)
    values (${value(input.userId)}, ${value(input.credentialId)}, ${value(input.publicKey)}, ${value(input.attestation)},
      ${value(input.aaguid)}, ${value(input.counter)}, ${value(JSON.stringify(input.transports))}::jsonb,
      ${value(input.backupEligible)}, ${value(input.backedUp)}) returning *`);
  return row as Passkey;
}

export function listPasskeys(connection: Connection, userId: string): Promise<Passkey[]> {
  return connection.rows(
    sql<unknown>`select * from auth.webauthn_credentials where user_id = ${value(userId)} order by created_at, id`,
  );
}

export function findPasskey(connection: Connection, credentialId: Buffer): Promise<Passkey | undefined> {
  return connection.row(
    sql<unknown>`select * from auth.webauthn_credentials where credential_id = ${value(credentialId)}`,
  );
}

/** False when another request has brought the counter as far: both cannot come from one authenticator. */
export async function usePasskey(connection: Connection, id: string, counter: number): Promise<boolean> {
  const count = await connection.run(sql<unknown>`
    update auth.webauthn_credentials set sign_count = ${value(counter)}, last_used_at = now()
    where id = ${value(id)} and (${value(counter)}::bigint = 0 or sign_count < ${value(counter)}::bigint)`);
  return count > 0;
}

export function renamePasskey(
  connection: Connection,
  { userId, id, name }: { userId: string; id: string; name: string },
): Promise<Passkey | undefined> {
  return connection.row(sql<unknown>`
    update auth.webauthn_credentials set friendly_name = ${value(name)}, updated_at = now()
    where id = ${value(id)} and user_id = ${value(userId)} returning *`);
}

export async function deletePasskey(connection: Connection, userId: string, id: string): Promise<boolean> {
  const count = await connection.run(
    sql<unknown>`delete from auth.webauthn_credentials where id = ${value(id)} and user_id = ${value(userId)}`,
  );
  return count > 0;
}
