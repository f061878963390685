/** The one Pothos builder: the platform's own types and the generated table types are declared on it. */
import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import type PrismaTypes from '../generated/pothos-prisma-types.ts';
import { getDatamodel } from '../generated/pothos-prisma-types.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { GraphqlContext } from './context.ts';

export interface SchemaTypes {
  Context: GraphqlContext;
  PrismaTypes: PrismaTypes;
  Scalars: {
    DateTime: { Input: Date; Output: Date | string };
    JSON: { Input: unknown; Output: unknown };
  };
}

export function createBuilder(prisma: PrismaClient) {
  return new SchemaBuilder<SchemaTypes>({
    plugins: [PrismaPlugin],
    prisma: { client: prisma, dmmf: getDatamodel() },
  });
}

export type Builder = ReturnType<typeof createBuilder>;
