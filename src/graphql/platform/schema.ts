/** The platform's part of the schema by itself: what callers get beside their tables, and `schema.graphql` prints. */
import { type GraphQLSchema, printSchema } from 'graphql';
import type { AuthContext } from '../../auth/domain/context.ts';
import type { ReservedNames } from '../../data/catalog/names.ts';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { createBuilder } from '../builder.ts';
import { registerApiKeys } from './auth/api-keys.ts';
import { registerAuditLog } from './auth/audit-log.ts';
import { askForCaptchas } from './auth/captcha.ts';
import { registerCodes } from './auth/codes.ts';
import { registerCustomSignIn } from './auth/custom-sign-in.ts';
import { registerFactors } from './auth/factors.ts';
import { registerKeyTypes } from './auth/key-types.ts';
import { registerMe } from './auth/me.ts';
import { registerMyApiKeys } from './auth/my-api-keys.ts';
import { registerOAuth } from './auth/oauth.ts';
import { registerPasskeys } from './auth/passkeys.ts';
import { registerRecoveryCodes } from './auth/recovery-codes.ts';
import { registerSessions } from './auth/sessions.ts';
import { registerSettings } from './auth/settings.ts';
import { registerSignIn } from './auth/sign-in.ts';
import { registerSignUp } from './auth/sign-up.ts';
import { registerAuthTypes } from './auth/types.ts';
import { registerUserConnection } from './auth/user-connection.ts';
import { registerUserProofs } from './auth/user-proofs.ts';
import { registerUsers } from './auth/users.ts';
import { registerAuditEvents, registerScalars } from './platform.ts';
import { registerChannelSubscription } from './realtime/channel.ts';
import { type ChannelAccess, registerRealtimeMutations } from './realtime/door.ts';
import { YIELDS } from './yields.ts';

export interface PlatformSchemas {
  /** What every role may ask. */
  readonly everybody: GraphQLSchema;
  /** The same and what only the service may. */
  readonly service: GraphQLSchema;
}

/** Without the modules the schemas can be printed and asked for their names, not run. */
export function buildPlatformSchemas(
  prisma: PrismaClient,
  auth?: AuthContext,
  channels: ChannelAccess = absent('realtime'),
): PlatformSchemas {
  return {
    everybody: build(prisma, auth, channels, false),
    service: build(prisma, auth, channels, true),
  };
}

function absent(module: string): () => never {
  return () => {
    throw new Error(`the schema was built without the ${module} module`);
  };
}

function build(
  prisma: PrismaClient,
  auth: AuthContext | undefined,
  channels: ChannelAccess,
  forService: boolean,
): GraphQLSchema {
  const builder = createBuilder(prisma);
  const access = auth === undefined ? absent('auth') : () => auth;
  builder.queryType({});
  builder.mutationType({});
  registerScalars(builder);
  const types = registerAuthTypes(builder);
  registerSignUp(builder, access, types);
  registerCodes(builder, access, types);
  registerSignIn(builder, access, types);
  registerCustomSignIn(builder, access, types);
  registerOAuth(builder, access, types);
  registerPasskeys(builder, access, types);
  registerMe(builder, access, types);
  registerSessions(builder, access);
  registerFactors(builder, access, types);
  registerRecoveryCodes(builder, access, types);
  registerSettings(builder, access);
  registerRealtimeMutations(builder, channels);
  registerChannelSubscription(builder, channels);
  const keyTypes = registerKeyTypes(builder);
  registerMyApiKeys(builder, access, keyTypes);
  if (forService) {
    registerUsers(builder, access, types);
    registerUserProofs(builder, access, types);
    registerUserConnection(builder, access, types);
    registerApiKeys(builder, access, keyTypes);
    registerAuditLog(builder, access);
    registerAuditEvents(builder);
  }
  return askForCaptchas(builder.toSchema(), access);
}

/** The names that tables cannot have beside it. */
export function namesOf({ service }: PlatformSchemas): ReservedNames {
  const roots = [service.getQueryType(), service.getMutationType(), service.getSubscriptionType()];
  return {
    types: Object.keys(service.getTypeMap()).filter((name) => !name.startsWith('__')),
    rootFields: roots.flatMap((root) =>
      Object.values(root?.getFields() ?? {}).flatMap(({ name, extensions }) =>
        extensions[YIELDS] === true ? [] : [name],
      ),
    ),
  };
}

/** The text of `schema.graphql`. Printing asks nothing of a database, so there is no client. */
export function platformSdl(): string {
  const header =
    "# The platform's own part of the API, as service callers see it. Made by `npm run schema`; do not edit.\n\n";
  return `${header}${printSchema(buildPlatformSchemas({} as PrismaClient).service)}\n`;
}
