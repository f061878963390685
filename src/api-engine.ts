/** The catalog and the schemas made of it, put together as the server and the commands beside it use them. */
import type { AuthContext } from './auth/domain/context.ts';
import { SERVICE_ROLE } from './auth/role-of-claims.ts';
import { type Config, limitsOf } from './config.ts';
import { LiveCatalog } from './data/catalog/live-catalog.ts';
import type { Pools } from './database/pools.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import { SchemaEngine } from './graphql/engine.ts';
import { buildPlatformSchemas, namesOf } from './graphql/platform/schema.ts';
import type { Observe } from './observation.ts';
import type { ChannelService } from './realtime/channels/channel-service.ts';

export interface EngineParts {
  readonly config: Pick<Config, 'api'>;
  readonly pools: Pick<Pools, 'api' | 'platform'>;
  readonly prisma: PrismaClient;
  /** Without it the schemas are only printed. */
  readonly auth?: AuthContext | undefined;
  /** Asked when it is used: it is made later. */
  readonly channels?: (() => ChannelService) | undefined;
  readonly observe: Observe;
}

/** Neither has read the database yet: `catalog.reload()` does, and hands every model to the engine. */
export function createEngine({ config: { api }, pools, prisma, auth, channels, observe }: EngineParts): {
  catalog: LiveCatalog;
  engine: SchemaEngine;
} {
  const platform = buildPlatformSchemas(prisma, auth, channels);
  const catalog = new LiveCatalog({
    pool: pools.platform,
    schemas: api.schemas,
    metadataFile: api.metadata,
    enumReaders: pools.api,
    enumReader: SERVICE_ROLE,
    reserved: namesOf(platform),
    observe,
  });
  const engine = new SchemaEngine({
    limitsOf: (role) => limitsOf(api.graphql, role),
    maxRows: api.maxRows,
    grants: (model, role) => catalog.grants(model.catalog, role),
    serviceRole: SERVICE_ROLE,
    platform,
    observe,
  });
  catalog.onModel = (model) => engine.install(model);
  return { catalog, engine };
}
