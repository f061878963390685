/**
 * Compares what is there with what the platform needs and lists the missing statements. Pure: it neither reads nor
 * writes a database. What exists and is not ours is left as it is; the list only ever adds, or takes from PUBLIC.
 */
import { createHash } from 'node:crypto';

import { AppError } from '../../errors.ts';
import { quoteIdentifier as identifier, quoteLiteral as literal } from '../sql.ts';
import {
  AUTH_FUNCTIONS,
  EVENT_TRIGGERS,
  FUNCTION_COMMENT,
  type FunctionSource,
  NOTIFY_DDL,
} from './functions.ts';
import type { Inventory } from './inventory.ts';
import { type LoginKey, loginComment, scramVerifier } from './login.ts';
import { PUBLISH_FUNCTIONS } from './publish.ts';

export interface PlanOptions {
  /** Undefined: the configuration names the API login, none is made. */
  readonly apiLogin: LoginKey | undefined;
  readonly platformLogin: LoginKey;
  /** Undefined: the configuration names the login that follows changes, none is made. */
  readonly replicationLogin: LoginKey | undefined;
  readonly defaultPrivileges: 'none' | 'supabase';
  /** The schemas of the API. */
  readonly schemas: readonly string[];
}

export interface BootstrapPlan {
  /** Without these the platform does not work. */
  readonly statements: readonly string[];
  /** Worth having; only a superuser can do them. */
  readonly recommended: readonly string[];
  readonly warnings: readonly string[];
  /** Undefined: the given login itself. */
  readonly platformRole: string | undefined;
  readonly apiRole: string | undefined;
  /** Undefined where nobody may make one; then the given login follows changes, where it may. */
  readonly replicationRole: string | undefined;
  readonly ddlEvents: boolean;
}

export const API_ROLES = ['anon', 'authenticated', 'service_role'] as const;
export const PLATFORM_SCHEMAS = ['auth', 'storage', 'realtime', 'extensions', 'goforward'] as const;

const OLDEST_VERSION = 150_000;

export function planBootstrap(inventory: Inventory, options: PlanOptions): BootstrapPlan {
  checkVersion(inventory.versionNumber);
  const bySuperuser = inventory.login.superuser;
  const api = options.apiLogin && chooseLogin(inventory, 'authenticator', 'noinherit', options.apiLogin);
  const platform = bySuperuser
    ? chooseLogin(inventory, 'goforward_platform', 'createrole', options.platformLogin)
    : undefined;
  const replication =
    bySuperuser && options.replicationLogin
      ? chooseLogin(inventory, 'goforward_replication', 'noinherit replication', options.replicationLogin)
      : undefined;
  const owner = platform?.name ?? inventory.login.name;
  const eventTriggers = planEventTriggers(inventory);
  const hardening = planHardening(inventory);
  const statements = [
    ...planApiRoles(inventory),
    ...(api ? [...api.statements, ...planApiMemberships(inventory, api.name)] : []),
    ...(platform ? [...platform.statements, ...planPlatformRights(inventory, platform.name)] : []),
    ...(replication?.statements ?? []),
    ...planSchemas(inventory, owner),
    ...planUsage(inventory, options.schemas),
    ...(bySuperuser ? planCreation(inventory, options.schemas, owner) : []),
    ...AUTH_FUNCTIONS.flatMap((source) => planFunction(inventory, source, owner)),
    ...PUBLISH_FUNCTIONS.flatMap((source) => planPublishing(inventory, source, owner)),
    ...planDefaultPrivileges(inventory, options, owner),
    ...(hardening.possible ? hardening.statements : []),
    ...(bySuperuser ? eventTriggers : []),
  ];
  return {
    statements,
    recommended: [...(hardening.possible ? [] : hardening.statements), ...(bySuperuser ? [] : eventTriggers)],
    warnings: planWarnings(inventory, options.schemas, hardening),
    platformRole: platform?.name,
    apiRole: api?.name,
    replicationRole: replication?.name,
    ddlEvents: Object.keys(EVENT_TRIGGERS).every((name) => inventory.eventTriggers.includes(name)),
  };
}

function checkVersion(versionNumber: number): void {
  if (versionNumber >= OLDEST_VERSION) return;
  const major = Math.floor(versionNumber / 10_000);
  throw new AppError(
    'database-unsupported',
    `The server is PostgreSQL ${major}; GoForward needs 15 or later.`,
  );
}

function planApiRoles({ roles, memberships, versionNumber }: Inventory): string[] {
  const statements: string[] = [];
  if (!roles.anon) statements.push('create role anon nologin noinherit');
  if (!roles.authenticated) statements.push('create role authenticated nologin noinherit');
  if (!roles.service_role) statements.push('create role service_role nologin inherit bypassrls');
  for (const role of ['pg_read_all_data', 'pg_write_all_data']) {
    if (isMember(memberships, 'service_role', role)) continue;
    // its own noinherit must not make the membership useless; and who may become service_role need not become these
    const options = versionNumber >= 160_000 ? ' with inherit true, set false' : '';
    statements.push(`grant ${role} to service_role${options}`);
  }
  return statements;
}

interface ChosenLogin {
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * Roles belong to the whole cluster: the plain name may be taken by another project or another product, whose password
 * must stay as it is. Then a name of this database's own is used.
 */
function chooseLogin(inventory: Inventory, base: string, attributes: string, key: LoginKey): ChosenLogin {
  const { name: database } = inventory.database;
  const suffix = createHash('sha256').update(database).digest('hex').slice(0, 8);
  const ours = loginComment(database, key.fingerprint);
  for (const name of [base, `${base}_${suffix}`]) {
    const role = inventory.roles[name];
    const password = (): string => literal(scramVerifier(key.password));
    const remark = `comment on role ${identifier(name)} is ${literal(ours)}`;
    if (!role) {
      return {
        name,
        statements: [`create role ${identifier(name)} login ${attributes} password ${password()}`, remark],
      };
    }
    if (role.comment?.endsWith(`key ${key.fingerprint}`)) return { name, statements: [] };
    if (role.comment?.startsWith(loginComment(database, ''))) {
      return { name, statements: [`alter role ${identifier(name)} password ${password()}`, remark] };
    }
  }
  throw new AppError(
    'bootstrap-needed',
    `The roles ${base} and ${base}_${suffix} exist and belong to others.`,
    {
      hint:
        base === 'authenticator'
          ? 'Name a login for the API with database.apiUrl.'
          : 'Use a login that is not a superuser.',
    },
  );
}

function planApiMemberships({ memberships, roles }: Inventory, login: string): string[] {
  const wanted: string[] = API_ROLES.filter((role) => !isMember(memberships, login, role));
  // roles that were granted to an authenticator of somebody else must be reachable for ours, too
  if (login !== 'authenticator' && roles.authenticator && !isMember(memberships, login, 'authenticator')) {
    wanted.push('authenticator');
  }
  return wanted.map((role) => `grant ${role} to ${identifier(login)}`);
}

function planPlatformRights({ memberships, database }: Inventory, platform: string): string[] {
  const statements = API_ROLES.filter((role) => !memberships.includes(`${platform} of ${role} admin`)).map(
    (role) => `grant ${role} to ${identifier(platform)} with admin option`,
  );
  if (!database.creators.includes(platform)) {
    statements.push(
      `grant create, connect, temporary on database ${identifier(database.name)} to ${identifier(platform)}`,
    );
  }
  return statements;
}

function planSchemas({ schemas, login }: Inventory, owner: string): string[] {
  return PLATFORM_SCHEMAS.flatMap((name) => {
    const schema = schemas[name];
    if (!schema) return [`create schema ${name} authorization ${identifier(owner)}`];
    const owned = schema.owner === owner || (owner === login.name && schema.owned);
    if (owned || (schema.create.includes(owner) && schema.usage.includes(owner))) return [];
    return [`grant usage, create on schema ${name} to ${identifier(owner)}`];
  });
}

function planUsage({ schemas }: Inventory, exposed: readonly string[]): string[] {
  const open = [
    ...exposed.filter((name) => schemas[name]),
    ...PLATFORM_SCHEMAS.filter((name) => name !== 'goforward'),
  ];
  return [...new Set(open)].flatMap((name) => {
    const granted = schemas[name]?.usage ?? [];
    const missing = API_ROLES.filter((role) => !granted.includes(role));
    return missing.length === 0 ? [] : [`grant usage on schema ${identifier(name)} to ${missing.join(', ')}`];
  });
}

/** The platform may create objects in the schemas of the API, where a superuser can allow it. */
function planCreation({ schemas }: Inventory, exposed: readonly string[], owner: string): string[] {
  return exposed.flatMap((name) => {
    const schema = schemas[name];
    if (!schema || schema.owner === owner || schema.create.includes(owner)) return [];
    return [`grant usage, create on schema ${identifier(name)} to ${identifier(owner)}`];
  });
}

function planFunction({ functions }: Inventory, source: FunctionSource, owner: string): string[] {
  const found = functions[source.name];
  const isOurs = found?.comment?.startsWith('GoForward, version ') ?? false;
  if (found && (!isOurs || found.comment === FUNCTION_COMMENT)) return [];
  const name = `${source.name}()`;
  return [
    source.sql,
    `comment on function ${name} is ${literal(FUNCTION_COMMENT)}`,
    ...(found ? [] : [`alter function ${name} owner to ${identifier(owner)}`]),
    `grant execute on function ${name} to ${API_ROLES.join(', ')}`,
  ];
}

/** A publication takes the owner of the table, or a superuser: the functions keep the rights of whoever made them. */
function planPublishing({ functions, login }: Inventory, source: FunctionSource, owner: string): string[] {
  const found = functions[source.name];
  if (found?.comment === FUNCTION_COMMENT && (found.ofSuperuser || !login.superuser)) return [];
  const name = source.signature ?? `${source.name}()`;
  return [
    ...(found && !found.ofSuperuser && login.superuser ? [`drop function ${name}`] : []),
    source.sql,
    `comment on function ${name} is ${literal(FUNCTION_COMMENT)}`,
    `revoke execute on function ${name} from public`,
    `grant execute on function ${name} to ${identifier(owner)}`,
  ];
}

/**
 * An event trigger runs its function on a superuser's DDL, too. So that function is a superuser's, and one that
 * somebody else has put in its place is replaced, whatever it says of itself.
 */
function planEventTriggers({ functions, eventTriggers }: Inventory): string[] {
  const found = functions[NOTIFY_DDL.name];
  const isForeign = found !== undefined && !found.ofSuperuser;
  const isStale = isForeign || found?.comment !== FUNCTION_COMMENT;
  const missing = Object.entries(EVENT_TRIGGERS).filter(
    ([name]) => isForeign || !eventTriggers.includes(name),
  );
  return [
    ...(isForeign ? [`drop function ${NOTIFY_DDL.name}() cascade`] : []),
    ...(isStale
      ? [NOTIFY_DDL.sql, `comment on function ${NOTIFY_DDL.name}() is ${literal(FUNCTION_COMMENT)}`]
      : []),
    ...missing.flatMap(([name, event]) => [
      `drop event trigger if exists ${name}`,
      `create event trigger ${name} on ${event} execute function ${NOTIFY_DDL.name}()`,
    ]),
  ];
}

/** Temporary tables are searched before everything else, and a foreign function in `public` may shadow ours. */
function planHardening({ database, schemas, login }: Inventory): { statements: string[]; possible: boolean } {
  const statements: string[] = [];
  if (database.publicMayCreateTemporary) {
    statements.push(`revoke temporary on database ${identifier(database.name)} from public`);
  }
  if (schemas.public?.create.includes('')) statements.push('revoke create on schema public from public');
  return { statements, possible: login.superuser || (database.owned && (schemas.public?.owned ?? true)) };
}

const DEFAULT_PRIVILEGES = { r: 'tables', S: 'sequences', f: 'functions' } as const;

function planDefaultPrivileges(inventory: Inventory, options: PlanOptions, owner: string): string[] {
  if (options.defaultPrivileges === 'none') return [];
  const creators = [...new Set([owner, inventory.login.name])];
  const existing = options.schemas.filter((name) => inventory.schemas[name]);
  return creators.flatMap((creator) =>
    existing.flatMap((schema) =>
      Object.entries(DEFAULT_PRIVILEGES).flatMap(([kind, objects]) => {
        const missing = API_ROLES.filter(
          (role) => !inventory.defaultPrivileges.includes(`${creator} ${schema} ${kind} ${role}`),
        );
        if (missing.length === 0) return [];
        const target = `for role ${identifier(creator)} in schema ${identifier(schema)}`;
        return [`alter default privileges ${target} grant all on ${objects} to ${missing.join(', ')}`];
      }),
    ),
  );
}

function planWarnings(
  { roles, schemas }: Inventory,
  exposed: readonly string[],
  hardening: { statements: string[]; possible: boolean },
): string[] {
  const warnings: string[] = [];
  for (const name of exposed) {
    if (!schemas[name]) warnings.push(`The schema "${name}" of api.schemas does not exist.`);
  }
  for (const name of ['anon', 'authenticated']) {
    const role = roles[name];
    if (role?.superuser || role?.bypassRls)
      warnings.push(`The role ${name} is not held by row level security.`);
  }
  if (roles.service_role && !roles.service_role.bypassRls) {
    warnings.push(
      'The role service_role does not bypass row level security: `alter role service_role bypassrls`.',
    );
  }
  if (!hardening.possible) {
    warnings.push(...hardening.statements.map((statement) => `An administrator should run: ${statement};`));
  }
  return warnings;
}

function isMember(memberships: readonly string[], member: string, role: string): boolean {
  return memberships.includes(`${member} of ${role}`) || memberships.includes(`${member} of ${role} admin`);
}
