/** Puts the auth module together: what its verbs work with, its REST door, and what it does by itself now and then. */
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import type { Endpoint } from '../exchange.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Observe } from '../observation.ts';
import { createAuditLog, removeOldEntries } from './domain/audit.ts';
import { createBackground } from './domain/background.ts';
import type { AuthContext } from './domain/context.ts';
import type { CustomProvider } from './domain/custom-provider.ts';
import { guardHooks, type HookFunctions } from './domain/hooks.ts';
import { createMemoryLimiter, type Limiter } from './domain/limits/limiter.ts';
import { createMailer } from './domain/mail/mailer.ts';
import { loadTemplates } from './domain/mail/templates.ts';
import { createProviders } from './domain/oauth/providers.ts';
import { createOutbox } from './domain/outbox.ts';
import { createPasswords } from './domain/passwords/passwords.ts';
import { createSessionWatch } from './domain/session-watch.ts';
import { createMessages } from './domain/sms/messages.ts';
import { createRefreshTokens, createSigner } from './domain/tokens.ts';
import { createAuthEndpoint } from './rest/router.ts';
import { ROUTES } from './rest/routes.ts';
import type { SigningKey } from './signing-keys.ts';
import { createDatabase } from './store/database.ts';
import { removeOldChallenges } from './store/factors.ts';
import { removeOldFlows } from './store/flow-state.ts';

export interface AuthInput {
  readonly config: Config;
  readonly pool: Pool;
  readonly prisma: PrismaClient;
  readonly jwtSecret: string;
  readonly signingKeys: readonly SigningKey[];
  /** Where development keeps messages that nobody sends; undefined: in memory alone. */
  readonly dataDirectory: string | undefined;
  /** Of the whole server, as clients reach it. */
  readonly publicUrl: () => string;
  /** Of extensions. */
  readonly hooks: Partial<HookFunctions>;
  readonly customProviders: ReadonlyMap<string, CustomProvider>;
  readonly observe: Observe;
}

export interface AuthModule {
  readonly context: AuthContext;
  readonly endpoint: Endpoint;
  /** For the start page: what is not as it would be with everything configured. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

const HOUSEKEEPING_MS = 60 * 60 * 1000;

export async function createAuth(input: AuthInput): Promise<AuthModule> {
  const { config, pool, prisma, jwtSecret, signingKeys, dataDirectory, observe } = input;
  const development = config.mode === 'development';
  const { auth } = config;
  const hooks = guardHooks(input.hooks, { timeoutMs: auth.hooks.timeoutMs, observe });
  const now = Date.now;
  const database = createDatabase(pool, { prepared: config.database.preparedStatements });
  const background = createBackground(observe);
  const outbox = development
    ? createOutbox(dataDirectory === undefined ? undefined : join(dataDirectory, 'outbox'))
    : undefined;
  const [templates, passwords] = await Promise.all([
    loadTemplates(auth.mail.templatesDirectory),
    createPasswords(auth.password),
  ]);
  const worthMs = auth.otp.expirySeconds * 1000;
  const [mailer, limiter] = await Promise.all([
    createMailer({ smtp: auth.smtp, templates, hooks, outbox, background, observe, worthMs }),
    createLimiter(config.redis.url, jwtSecret, now, observe),
  ]);
  const context: AuthContext = {
    config: auth,
    development,
    database,
    prisma,
    externalUrl: () => `${input.publicUrl()}/auth/v1`,
    secret: jwtSecret,
    signer: createSigner({ secret: jwtSecret, signingKeys, algorithms: auth.jwt.algorithms }),
    signingKeys,
    refreshTokens: createRefreshTokens(jwtSecret),
    passwords,
    providers: createProviders(auth.providers, { now, observe }),
    customProviders: input.customProviders,
    outbox,
    mailer,
    messages: createMessages({ sms: auth.sms, hooks, outbox, background, observe }),
    limiter,
    sessionWatch: createSessionWatch(database, now),
    background,
    auditLog: createAuditLog({ database, background, now }),
    hooks,
    observe,
    now,
  };
  const housekeeping = setInterval(
    () =>
      background.run('housekeeping of auth', async () => {
        await removeOldEntries(context);
        await removeOldFlows(database);
        await removeOldChallenges(database);
      }),
    HOUSEKEEPING_MS,
  );
  housekeeping.unref();
  return {
    context,
    endpoint: createAuthEndpoint(context, ROUTES),
    warnings: hooks.sendMail === undefined ? mailWarnings(config, context.mailer.available) : [],
    async close() {
      clearInterval(housekeeping);
      context.mailer.close();
      await context.limiter.close();
      await background.idle();
      await context.auditLog.flush();
    },
  };
}

async function createLimiter(
  url: string | undefined,
  secret: string,
  now: () => number,
  observe: Observe,
): Promise<Limiter> {
  const fallback = createMemoryLimiter(now);
  if (url === undefined) return fallback;
  const { createRedisLimiter } = await import('./domain/limits/redis.ts');
  return createRedisLimiter({ url, secret, fallback, observe });
}

function mailWarnings({ mode, auth, server }: Config, available: boolean): string[] {
  if (!auth.email.enabled) return [];
  if (mode === 'production') {
    if (!available)
      return ['No mail server (auth.smtp.host): sign-up, links and recovery by e-mail answer 503.'];
    const local = [
      ...(server.publicUrl === undefined ? ['server.publicUrl'] : []),
      ...(auth.siteUrl.startsWith('http://localhost') ? ['auth.siteUrl'] : []),
    ];
    return local.length === 0 ? [] : [`Links in mails lead to this machine: set ${local.join(' and ')}.`];
  }
  if (auth.smtp.host !== undefined) return [];
  const confirms = auth.email.autoconfirm ? 'sign-up confirms itself, and ' : '';
  return [
    `No mail server (auth.smtp.host): ${confirms}mails wait at /auth/v1/dev/outbox for the service key.`,
  ];
}
