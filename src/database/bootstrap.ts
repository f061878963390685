/**
 * Brings a database to where the platform can start: roles, schemas, helper functions. One round trip when all is
 * there. Afterwards the server works with two logins of its own, neither of them a superuser.
 */
import { Client, DatabaseError } from 'pg';
import { AppError } from '../errors.ts';
import type { Observe } from '../observation.ts';
import { type Inventory, takeInventory } from './bootstrap/inventory.ts';
import { deriveLogin } from './bootstrap/login.ts';
import { type BootstrapPlan, PLATFORM_SCHEMAS, type PlanOptions, planBootstrap } from './bootstrap/plan.ts';
import { describeAddress, withLogin } from './connection-url.ts';

export interface BootstrapOptions {
  readonly adminUrl: string;
  readonly mode: 'auto' | 'off';
  readonly jwtSecret: string;
  readonly defaultPrivileges: 'none' | 'supabase';
  /** The schemas of the API. */
  readonly schemas: readonly string[];
  /** A login for the API that the configuration names; without it one is made. */
  readonly apiUrl?: string | undefined;
  /** A login that may follow changes; without it one is made, where that is possible. */
  readonly replicationUrl?: string | undefined;
  readonly observe: Observe;
}

export interface BootstrapResult {
  /** Owner of the platform's schemas; never a superuser where the bootstrap could make another login. */
  readonly platformUrl: string;
  readonly apiUrl: string;
  /** Undefined where no login may follow changes. */
  readonly replicationUrl: string | undefined;
  /** Whether the database tells about DDL by NOTIFY on `goforward_ddl`. */
  readonly ddlEvents: boolean;
  readonly warnings: readonly string[];
}

const LOCK_KEY = '5102338';
const RACE_ATTEMPTS = 5;

export async function bootstrap(options: BootstrapOptions): Promise<BootstrapResult> {
  const platformLogin = deriveLogin(options.jwtSecret, 'platform');
  const apiLogin = deriveLogin(options.jwtSecret, 'api');
  const replicationLogin = deriveLogin(options.jwtSecret, 'replication');
  const planOptions: PlanOptions = {
    platformLogin,
    replicationLogin: options.replicationUrl === undefined ? replicationLogin : undefined,
    apiLogin: options.apiUrl === undefined ? apiLogin : undefined,
    defaultPrivileges: options.defaultPrivileges,
    schemas: options.schemas,
  };
  const client = await connect(options.adminUrl);
  try {
    const inventory = await inventoryOf(client, options.schemas);
    let plan = planBootstrap(inventory, planOptions);
    if (plan.statements.length > 0) {
      if (options.mode === 'off') throw bootstrapNeeded(plan, 'database.bootstrap is off.');
      plan = await applyWithRetries(client, options, planOptions);
    }
    const { platformRole, apiRole, replicationRole, ddlEvents, warnings } = plan;
    const mayReplicate = inventory.login.superuser || inventory.login.replication;
    return {
      platformUrl: platformRole
        ? withLogin(options.adminUrl, platformRole, platformLogin.password)
        : options.adminUrl,
      apiUrl: options.apiUrl ?? withLogin(options.adminUrl, apiRole ?? 'authenticator', apiLogin.password),
      replicationUrl:
        options.replicationUrl ??
        (replicationRole
          ? withLogin(options.adminUrl, replicationRole, replicationLogin.password)
          : mayReplicate
            ? options.adminUrl
            : undefined),
      ddlEvents,
      warnings,
    };
  } finally {
    await client.end();
  }
}

function inventoryOf(client: Client, schemas: readonly string[]): Promise<Inventory> {
  return takeInventory(client, [...new Set([...schemas, 'public', ...PLATFORM_SCHEMAS])]);
}

/** Roles are shared by all databases of a cluster, a lock is not: a bootstrap next door may be quicker. */
async function applyWithRetries(
  client: Client,
  options: BootstrapOptions,
  planOptions: PlanOptions,
): Promise<BootstrapPlan> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await apply(client, options, planOptions);
    } catch (error) {
      await client.query('rollback');
      if (attempt >= RACE_ATTEMPTS || !isRace(error)) throw error;
    }
  }
}

/** All or nothing, so that an administrator is given the whole list and not its second half. */
async function apply(
  client: Client,
  options: BootstrapOptions,
  planOptions: PlanOptions,
): Promise<BootstrapPlan> {
  await client.query(
    `begin; set local client_min_messages = error; select pg_advisory_xact_lock(${LOCK_KEY})`,
  );
  const plan = planBootstrap(await inventoryOf(client, options.schemas), planOptions);
  for (const statement of plan.statements) {
    try {
      await client.query(statement);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw bootstrapNeeded(
        plan,
        `The login may not run: ${firstLine(statement)} (${error.message}).`,
        error,
      );
    }
  }
  // a GRANT that lacks the right to grant succeeds with a warning and does nothing
  const after = planBootstrap(await inventoryOf(client, options.schemas), planOptions);
  if (after.statements.length > 0) {
    throw bootstrapNeeded(plan, `The login may not run: ${firstLine(after.statements[0] ?? '')}.`);
  }
  await client.query('commit');
  options.observe({ type: 'bootstrap-applied', detail: `${plan.statements.length} statements` });
  return after;
}

function bootstrapNeeded(plan: BootstrapPlan, reason: string, cause?: unknown): AppError {
  const list = (statements: readonly string[]): string =>
    statements.map((statement) => `${statement};`).join('\n');
  const extra =
    plan.recommended.length > 0 ? `\n\n-- recommended, not required:\n${list(plan.recommended)}` : '';
  return new AppError(
    'bootstrap-needed',
    `The database lacks roles, schemas or functions that GoForward needs. ${reason}`,
    {
      details: `${list(plan.statements)}${extra}`,
      hint: 'An administrator (a superuser) runs the listed statements once in this database, then start again.',
      cause,
    },
  );
}

async function connect(adminUrl: string): Promise<Client> {
  const address = describeAddress(adminUrl);
  const client = new Client({
    connectionString: adminUrl,
    application_name: 'goforward bootstrap',
    connectionTimeoutMillis: 10_000,
  });
  // a connection that breaks while idle fails the next query; without a listener it would end the process
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    const reason = error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : reasonOf(error);
    throw new AppError(
      'database-unreachable',
      `PostgreSQL at ${address} does not accept a connection: ${reason}.`,
      {
        hint: 'Check DATABASE_URL (host, port, user, password, database) and that the server runs.',
        cause: error,
      },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** 42501 is the plain refusal; 0LP01 is what a grant of a role answers. */
function isRefusal(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && (error.code === '42501' || error.code === '0LP01');
}

function isRace(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  if (error.code === 'XX000') return error.message.includes('concurrently');
  return ['23505', '42710', '42P06', '40P01', '42723'].includes(error.code ?? '');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
