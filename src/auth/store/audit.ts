/** Reads the log of auth events. */
import { sql } from '../../database/sql.ts';
import { type Connection, value } from './database.ts';

export interface AuditEntry {
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly created_at: Date;
  readonly ip_address: string;
}

/** Newest first. `filter`: `author:ada`, `action:login`, or a part of anything. */
export async function readAudit(
  connection: Connection,
  { offset, limit, filter }: { offset: number; limit: number; filter?: string | undefined },
): Promise<{ entries: AuditEntry[]; total: number }> {
  const [, name, rest = ''] = /^(?:(author|action|type):)?(.*)$/s.exec(filter ?? '') ?? [];
  const pattern = value(`%${rest.replace(/[\\%_]/g, '\\$&')}%`);
  const where =
    rest === ''
      ? sql<unknown>`true`
      : name === 'author'
        ? sql<unknown>`(e.payload ->> 'actor_username' ilike ${pattern} or e.payload ->> 'actor_id' ilike ${pattern})`
        : name === undefined
          ? sql<unknown>`e.payload::text ilike ${pattern}`
          : sql<unknown>`e.payload ->> 'action' ilike ${pattern}`;
  const rows = await connection.rows<{
    id: string;
    payload: AuditEntry['payload'];
    createdAt: Date;
    ipAddress: string;
  }>(
    sql<unknown>`select e.id, e.payload, e.created_at, e.ip_address from auth.audit_log_entries e where ${where}
      order by e.created_at desc, e.id desc limit ${value(limit)} offset ${value(offset)}`,
  );
  const count = await connection.row<{ total: string }>(
    sql<unknown>`select count(*) as total from auth.audit_log_entries e where ${where}`,
  );
  return {
    entries: rows.map(({ id, payload, createdAt, ipAddress }) => ({
      id,
      payload,
      created_at: createdAt,
      ip_address: ipAddress,
    })),
    total: Number(count?.total ?? 0),
  };
}
