/** The platform's part of the schema by itself: what service callers get beside their tables, and `schema.graphql` prints. */
import { type GraphQLSchema, printSchema } from 'graphql';
import type { ReservedNames } from '../../data/catalog/names.ts';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { createBuilder } from '../builder.ts';
import { registerPlatformTypes } from './platform.ts';

export function buildPlatformSchema(prisma: PrismaClient): GraphQLSchema {
  const builder = createBuilder(prisma);
  builder.queryType({});
  registerPlatformTypes(builder);
  return builder.toSchema();
}

/** The names that tables cannot have beside it. */
export function namesOf(schema: GraphQLSchema): ReservedNames {
  return {
    types: Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__')),
    rootFields: Object.keys(schema.getQueryType()?.getFields() ?? {}),
  };
}

/** The text of `schema.graphql`. Printing asks nothing of a database, so there is no client. */
export function platformSdl(): string {
  const header =
    "# The platform's own part of the API, for service callers. Made by `npm run schema`; do not edit.\n\n";
  return `${header}${printSchema(buildPlatformSchema({} as PrismaClient))}\n`;
}
