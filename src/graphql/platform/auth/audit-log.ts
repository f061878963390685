/** The log of auth events: for service callers alone. */
import { type AuditEntry, readAudit } from '../../../auth/store/audit.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, text } from './door.ts';

const DEFAULT_LIMIT = 50;
const MOST = 1000;

export function registerAuditLog(builder: Builder, auth: AuthAccess): void {
  const entry = builder.objectRef<AuditEntry>('AuthAuditEntry').implement({
    description: 'What happened in auth, by whom and from where',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      at: t.expose('created_at', { type: 'DateTime', nullable: true }),
      ip: t.exposeString('ip_address', { nullable: true }),
      payload: t.field({ type: 'JSON', nullable: true, resolve: ({ payload }) => payload }),
    }),
  });
  builder.queryField('auditLog', (t) =>
    t.field({
      type: [entry],
      nullable: false,
      description: 'What happened in auth, newest first',
      args: {
        limit: t.arg.int({ defaultValue: DEFAULT_LIMIT }),
        offset: t.arg.int({ defaultValue: 0 }),
        query: t.arg.string({ description: '`author:ada`, `action:login`, or a part of anything' }),
      },
      resolve: async (_parent, { limit, offset, query }) => {
        await auth().auditLog.flush();
        const { entries } = await readAudit(auth().database, {
          limit: Math.min(Math.max(Number(limit ?? DEFAULT_LIMIT), 0), MOST),
          offset: Math.max(Number(offset ?? 0), 0),
          filter: text(query),
        });
        return entries;
      },
    }),
  );
}
