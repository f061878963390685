/** Scalars of the platform's own fields, and the log of administration, out of the platform's tables through Prisma. */
import { GraphQLError } from 'graphql';
import type { Builder } from '../builder.ts';
import { createScalar } from '../scalars.ts';

const MAX_EVENTS = 1000;
const DEFAULT_EVENTS = 100;

/** What the other types are made of. */
export function registerScalars(builder: Builder): void {
  // One Int for platform and tables: graphql-js compares types by identity.
  builder.addScalarType('Int', createScalar('Int') as never);
  builder.scalarType('DateTime', {
    description: 'A moment, as ISO 8601 text in UTC',
    serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
    parseValue: (value) => {
      const date = new Date(String(value));
      if (Number.isNaN(date.getTime())) throw new GraphQLError('expected an ISO 8601 moment');
      return date;
    },
  });
  builder.scalarType('JSON', {
    description: 'Any JSON value',
    serialize: (value) => value,
    parseValue: (value) => value,
  });
}

export function registerAuditEvents(builder: Builder): void {
  builder.prismaObject('AuditEvent', {
    name: 'PlatformAuditEvent',
    description: 'What was done with administrative rights',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => String(id) }),
      at: t.expose('at', { type: 'DateTime', nullable: false }),
      actorRole: t.exposeString('actorRole', { nullable: false }),
      actorId: t.exposeString('actorId', { nullable: true }),
      action: t.exposeString('action', { nullable: false }),
      detail: t.field({ type: 'JSON', nullable: true, resolve: ({ detail }) => detail }),
      requestId: t.exposeString('requestId', { nullable: true }),
    }),
  });
  builder.queryField('auditEvents', (t) =>
    t.prismaField({
      type: ['AuditEvent'],
      nullable: false,
      description: `What was done with administrative rights, newest first; at most ${MAX_EVENTS} at a time`,
      args: {
        limit: t.arg.int({ defaultValue: DEFAULT_EVENTS }),
        before: t.arg.id({ description: 'Only events older than the one with this id' }),
      },
      resolve: (query, _parent, { limit, before }, { prisma }) =>
        prisma.auditEvent.findMany({
          ...query,
          ...(before ? { where: { id: { lt: BigInt(before) } } } : {}),
          take: Math.min(Math.max(limit ?? DEFAULT_EVENTS, 0), MAX_EVENTS),
          orderBy: { id: 'desc' },
        }),
    }),
  );
}
