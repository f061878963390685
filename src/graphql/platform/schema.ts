/** The platform's part of the schema by itself: what service callers get beside their tables, and `schema.graphql` prints. */
import type { GraphQLSchema } from 'graphql';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { createBuilder } from '../builder.ts';
import { registerPlatformTypes } from './platform.ts';

export function buildPlatformSchema(prisma: PrismaClient): GraphQLSchema {
  const builder = createBuilder(prisma);
  builder.queryType({});
  registerPlatformTypes(builder);
  return builder.toSchema();
}
