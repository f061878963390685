/** The log of auth events: who did what to whom, from where. Written beside the request, never in its way. */
import { sql } from '../../database/sql.ts';
import { value } from '../store/database.ts';
import type { AuthContext, Client } from './context.ts';

export type AuditAction =
  | 'login'
  | 'login_failed'
  | 'logout'
  | 'token_refreshed'
  | 'token_revoked'
  | 'user_signedup'
  | 'user_repeated_signup'
  | 'user_confirmation_requested'
  | 'user_recovery_requested'
  | 'user_reauthenticate_requested'
  | 'user_invited'
  | 'user_modified'
  | 'user_updated_password'
  | 'user_deleted'
  | 'user_banned'
  | 'link_generated'
  | 'identity_linked'
  | 'identity_unlinked'
  | 'factor_enrolled'
  | 'factor_unenrolled'
  | 'factor_deleted'
  | 'challenge_created'
  | 'verification_attempted'
  | 'recovery_codes_generated'
  | 'passkey_created'
  | 'passkey_updated'
  | 'passkey_deleted'
  | 'oauth_client_created'
  | 'oauth_client_updated'
  | 'oauth_client_deleted'
  | 'api_key_created'
  | 'api_key_rotated'
  | 'api_key_revoked';

export interface AuditEvent {
  readonly action: AuditAction;
  readonly client: Client;
  /** The user whom it is about, and who did it unless `actorId` or `actorRole` says otherwise. */
  readonly user?:
    | { readonly id: string; readonly email?: string | null; readonly phone?: string | null }
    | undefined;
  readonly actorId?: string | undefined;
  /** `service_role` where an administrator did it. */
  readonly actorRole?: string | undefined;
  readonly traits?: Readonly<Record<string, unknown>> | undefined;
}

interface Entry {
  payload: string;
  ip: string;
  at: string;
}

const BATCH = 500;
const DELAY_MS = 50;

/** Entries of one moment become one statement. */
export interface AuditLog {
  write(event: AuditEvent): void;
  flush(): Promise<void>;
}

export function createAuditLog(auth: Pick<AuthContext, 'database' | 'background' | 'now'>): AuditLog {
  let entries: Entry[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = entries;
    entries = [];
    return batch.length === 0 ? Promise.resolve() : insert(batch);
  }

  async function insert(batch: readonly Entry[]): Promise<void> {
    await auth.database.run(
      sql<unknown>`insert into auth.audit_log_entries (payload, ip_address, created_at)
        select * from unnest(${value(batch.map((entry) => entry.payload))}::jsonb[], ${value(batch.map((entry) => entry.ip))}::text[],
          ${value(batch.map((entry) => entry.at))}::timestamptz[])`,
    );
  }

  return {
    write({ action, client, user, actorId, actorRole, traits }) {
      const at = new Date(auth.now()).toISOString();
      const payload = JSON.stringify({
        action,
        actor_id: actorId ?? (actorRole === undefined ? user?.id : undefined),
        actor_role: actorRole,
        actor_username: user?.email || user?.phone || undefined,
        user_id: user?.id,
        user_agent: client.agent,
        timestamp: at,
        traits,
      });
      entries.push({ payload, ip: client.ip ?? '', at });
      if (entries.length >= BATCH) auth.background.run('audit log', flush);
      else timer ??= setTimeout(() => auth.background.run('audit log', flush), DELAY_MS);
    },
    flush,
  };
}

export function audit(auth: Pick<AuthContext, 'auditLog'>, event: AuditEvent): void {
  auth.auditLog.write(event);
}

export async function removeOldEntries(auth: AuthContext): Promise<void> {
  await auth.database.run(
    sql<unknown>`delete from auth.audit_log_entries where created_at < now() - make_interval(days => ${value(auth.config.audit.retentionDays)})`,
  );
}
