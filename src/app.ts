/**
 * The composition root: what is started, in which order, and who gets what. Whatever was started is stopped again in
 * reverse, at a stop and at a failure halfway through the start alike.
 */
import { createApi } from './api.ts';
import { createAuthenticator } from './auth/authenticate.ts';
import { findStoredKey } from './auth/domain/stored-keys.ts';
import { type ApiKeys, deriveKeys } from './auth/keys.ts';
import { createAuth } from './auth/module.ts';
import { createSessionCookies } from './auth/session-cookies.ts';
import { loadSigningKeys } from './auth/signing-keys.ts';
import type { Config } from './config.ts';
import { bootstrap } from './database/bootstrap.ts';
import { describeAddress } from './database/connection-url.ts';
import type { EmbeddedDatabase } from './database/embedded.ts';
import { readExposure } from './database/exposure.ts';
import { readLogin } from './database/login.ts';
import { migrate } from './database/migrate.ts';
import { createPools, type Pools } from './database/pools.ts';
import { createPrisma } from './database/prisma.ts';
import { AppError } from './errors.ts';
import { checkExample, loadExample } from './example.ts';
import { loadExtensions } from './extensions/load.ts';
import { createGateway } from './gateway/server.ts';
import { type Closers, createClosers } from './gateway/shutdown.ts';
import { prepareGround } from './ground.ts';
import type { Observe } from './observation.ts';
import { readVersion } from './version.ts';

export interface AppOptions {
  observe: Observe;
  /** A folder of examples/ to load into the database at the first start. */
  example?: string | undefined;
}

export interface Running {
  url: string;
  version: string;
  keys: ApiKeys;
  /** For people: `embedded PostgreSQL 18.4 on port 5433`. */
  database: string;
  /** Undefined where neither secret nor database needs a folder. */
  dataDirectory: string | undefined;
  warnings: readonly string[];
  elapsedMs: number;
  /** Settles when something without which the server cannot work has gone. */
  failed: Promise<AppError>;
}

export interface App {
  start(): Promise<Running>;
  stop(): Promise<void>;
}

/** The rest of the deadline of a stop, after requests had theirs, belongs to pools and database. */
const DRAIN_SHARE = 0.6;
const NAMED_TABLES = 5;

export function createApp(config: Config, { observe, example }: AppOptions): App {
  const closers = createClosers(observe);
  const close = () => closers.closeAll(config.server.shutdownTimeoutMs);
  let starting: Promise<Running> | undefined;
  return {
    async start() {
      starting = start(config, closers, observe, example);
      try {
        return await starting;
      } catch (error) {
        await close();
        throw error;
      }
    },
    async stop() {
      await close();
      // A step of the start that was under way undoes itself when it finds the closers closed.
      await starting?.catch(() => undefined);
    },
  };
}

async function start(
  config: Config,
  closers: Closers,
  observe: Observe,
  example: string | undefined,
): Promise<Running> {
  const startedAt = performance.now();
  if (example !== undefined) checkExample(example);
  const { jwt } = config.auth;
  const signingKeys = jwt.signingKeysFile === undefined ? [] : await loadSigningKeys(jwt.signingKeysFile);

  const extensions = await loadExtensions(config.extensions);

  const ground = await prepareGround(config, closers, observe);
  const keys = deriveKeys(ground.jwtSecret);
  const database = await bootstrap({
    adminUrl: ground.adminUrl,
    mode: config.database.bootstrap,
    jwtSecret: ground.jwtSecret,
    defaultPrivileges: config.database.defaultPrivileges,
    schemas: config.api.schemas,
    apiUrl: config.database.apiUrl,
    replicationUrl: config.database.replicationUrl,
    observe,
  });
  const pools = createPools(database, config.database, observe);
  await closers.add('pools', () => pools.close());
  await migrate({ pool: pools.platform, observe });
  const prisma = createPrisma(pools.platform);
  await closers.add('prisma', () => prisma.dispose());
  await prisma.warm();
  if (example !== undefined) await loadExample(example, database.platformUrl, prisma.client);

  let url = '';
  const auth = await createAuth({
    config,
    pool: pools.platform,
    prisma: prisma.client,
    jwtSecret: ground.jwtSecret,
    signingKeys,
    dataDirectory: ground.dataDirectory,
    publicUrl: () => url,
    hooks: extensions.authHooks,
    customProviders: extensions.authProviders,
    observe,
  });
  await closers.add('auth', () => auth.close());

  const api = await createApi({
    config,
    pools,
    platformUrl: database.platformUrl,
    replicationUrl: database.replicationUrl,
    dataDirectory: ground.dataDirectory,
    ddlEvents: database.ddlEvents,
    prisma: prisma.client,
    keys,
    auth: auth.context,
    extensions,
    observe,
  });
  await closers.add('api', () => api.close());

  const { serverVersion } = await checkLogins(config, pools);
  const warnings = [
    ...database.warnings,
    ...(await exposureWarnings(config, pools)),
    ...auth.warnings,
    ...api.warnings,
  ];
  const authenticate = createAuthenticator({
    jwt,
    keys,
    signingKeys,
    anonymousRole: config.api.anonymousRole,
    findApiKey: (sha256) => findStoredKey(auth.context, sha256),
    checkSession: (session) => auth.context.sessionWatch.check(session),
  });
  const version = readVersion();
  const gateway = createGateway({
    config,
    version,
    observe,
    authenticate,
    cookies: cookiesOf(config, ground.jwtSecret, () => url),
    endpoints: { ...api.endpoints, auth: auth.endpoint },
    checks: {
      database: async () => {
        await pools.api.query('select 1');
        return 'ok';
      },
      ...(api.changesCheck === undefined ? {} : { changes: api.changesCheck }),
    },
    metrics: [api.metrics],
  });
  await closers.add('gateway', (remainingMs) => gateway.close(remainingMs * DRAIN_SHARE));
  url = await gateway.listen();

  const elapsedMs = Math.round(performance.now() - startedAt);
  observe({ type: 'server-started', url, elapsedMs });
  return {
    url,
    version,
    keys,
    database: ground.embedded
      ? `embedded PostgreSQL ${serverVersion} on port ${ground.embedded.port}`
      : `PostgreSQL ${serverVersion} at ${describeAddress(ground.adminUrl)}`,
    dataDirectory: ground.dataDirectory,
    warnings,
    elapsedMs,
    failed: lossOf(ground.embedded),
  };
}

function cookiesOf({ auth }: Config, secret: string, publicUrl: () => string) {
  if (!auth.cookies.enabled) return undefined;
  const { origins } = auth.cookies;
  return { sessions: createSessionCookies({ config: auth, publicUrl, secret }), origins };
}

/** A superuser passes row level security and every grant: in production no request may run on such a login. */
async function checkLogins(config: Config, pools: Pools): Promise<{ serverVersion: string }> {
  const [api, platform] = await Promise.all([readLogin(pools.api), readLogin(pools.platform)]);
  const superuser = [api, platform].find((login) => login.isSuperuser);
  if (config.mode === 'production' && superuser) {
    throw new AppError(
      'config-invalid',
      `The login ${superuser.user} is a superuser, which production refuses.`,
      {
        hint: 'Let the bootstrap make its own logins (database.bootstrap: auto), or name others in database.url and database.apiUrl.',
      },
    );
  }
  return { serverVersion: platform.serverVersion };
}

async function exposureWarnings(config: Config, pools: Pools): Promise<string[]> {
  const { schemas, anonymousRole } = config.api;
  const { tables, unprotected } = await readExposure(pools.platform, schemas, [
    anonymousRole,
    'authenticated',
  ]);
  if (tables === 0)
    return [`No tables in ${schemas.join(', ')} yet. For a music store to try: npm start -- --example music`];
  if (unprotected.length === 0) return [];
  const named = unprotected.slice(0, NAMED_TABLES).join(', ');
  const more = unprotected.length > NAMED_TABLES ? ` and ${unprotected.length - NAMED_TABLES} more` : '';
  return [`Readable or writable without row level security: ${named}${more}`];
}

/** Never settles on an orderly stop: the closers ask for that one. */
function lossOf(embedded: EmbeddedDatabase | undefined): Promise<AppError> {
  return new Promise((resolve) => {
    void embedded?.exited.then(() =>
      resolve(new AppError('database-unreachable', 'The embedded PostgreSQL has ended unexpectedly.')),
    );
  });
}
