/**
 * One frozen, validated Config out of file, environment and flags, with all problems told at once.
 * The only reader of process.env.
 */
import { resolve } from 'node:path';
import type { z } from 'zod';
import { type AuthConfig, completeAuth, refuseAuth } from './config/auth.ts';
import { refuseCookies } from './config/cookies.ts';
import { configSchema, DEFAULT_LIMITS, type ParsedConfig } from './config/schema.ts';
import { listSettings } from './config/settings.ts';
import { didYouMean, type Environment, type Flags, readSources, type Sources } from './config/sources.ts';
import { AppError } from './errors.ts';
import { nearest } from './lib/nearest.ts';

/** The limits of one role, complete. */
export interface GraphqlLimits {
  readonly depth: number;
  readonly tokens: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
  readonly documentBytes: number;
  readonly estimatedRows: number;
  readonly introspection: boolean;
  readonly suggestions: boolean;
}

export interface GraphqlConfig extends GraphqlLimits {
  readonly graphiql: boolean;
  readonly batch: number;
  /** Complete limits per role that has its own; `limitsOf` finds them. */
  readonly roles: Readonly<Record<string, GraphqlLimits>>;
}

type Complete<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> };

export interface Config {
  readonly mode: 'development' | 'production';
  /** Absolute. */
  readonly dataDirectory: string;
  /** Absolute. */
  readonly extensions: readonly string[];
  readonly server: Readonly<ParsedConfig['server']>;
  readonly log: Complete<Required<ParsedConfig['log']>>;
  readonly database: Readonly<ParsedConfig['database']>;
  readonly api: Readonly<Omit<ParsedConfig['api'], 'graphql'>> & { readonly graphql: GraphqlConfig };
  readonly realtime: ParsedConfig['realtime'];
  readonly redis: ParsedConfig['redis'];
  readonly auth: AuthConfig;
}

export interface ConfigInput {
  argvFlags?: Flags | undefined;
  env?: Environment | undefined;
  cwd?: string | undefined;
}

export function loadConfig({
  argvFlags = {},
  env = process.env,
  cwd = process.cwd(),
}: ConfigInput = {}): Config {
  const sources = readSources(argvFlags, env, cwd);
  const parsed = configSchema.safeParse(sources.values);
  const problems = [...sources.problems];
  if (!parsed.success)
    problems.push(...parsed.error.issues.flatMap((issue) => describeIssue(issue, sources)));
  else problems.push(...refusals(parsed.data, sources));
  if (problems.length > 0 || !parsed.success) throw invalid(problems);
  return freeze(complete(parsed.data, cwd, process.stderr.isTTY === true));
}

/** Whether the terminal wants colours: a TTY, and nobody said NO_COLOR (https://no-color.org). */
export function wantsColour(stream: { isTTY?: boolean }, env: Environment = process.env): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

export function limitsOf(graphql: GraphqlConfig, role: string): GraphqlLimits {
  return Object.hasOwn(graphql.roles, role) ? (graphql.roles[role] ?? graphql) : graphql;
}

function complete(parsed: ParsedConfig, cwd: string, terminal: boolean): Config {
  const development = parsed.mode === 'development';
  const { roles, graphiql, batch, ...own } = parsed.api.graphql;
  const limits = {
    ...DEFAULT_LIMITS,
    introspection: development,
    suggestions: development,
    ...own,
  } as GraphqlLimits;
  const rolesComplete = Object.fromEntries(
    Object.entries(roles).map(([role, override]) => [role, { ...limits, ...override } as GraphqlLimits]),
  );
  return {
    ...parsed,
    dataDirectory: resolve(cwd, parsed.dataDirectory),
    extensions: parsed.extensions.map((file) => resolve(cwd, file)),
    log: {
      level: parsed.log.level,
      format: parsed.log.format ?? (development && terminal ? 'pretty' : 'json'),
    },
    api: {
      ...parsed.api,
      graphql: { ...limits, graphiql: graphiql ?? development, batch, roles: rolesComplete },
    },
    auth: completeAuth(parsed.auth, development, (path) => resolve(cwd, path)),
  };
}

/** Secrets that stand in public documentation; an attacker tries these first. */
const KNOWN_SECRETS = [
  /super-secret-jwt-token/i,
  /^(change|replace)[-_ ]?(me|this)/i,
  /your[-_ ].*(secret|key)/i,
  /^(secret|password|example|test|dev)/i,
];
const DISTINCT_CHARACTERS = 10;

/** What is well-formed and still must not run. */
function refusals(parsed: ParsedConfig, sources: Sources): string[] {
  const problems: string[] = [];
  const refuse = (path: string, reason: string) => problems.push(`${origin(path, sources)} ${reason}`);
  if (parsed.api.anonymousRole === 'service_role') {
    refuse('api.anonymousRole', 'must not be service_role, which row level security does not bind');
  }
  const { algorithms, signingKeysFile } = parsed.auth.jwt;
  if (signingKeysFile === undefined && !algorithms.some((name) => name.startsWith('HS'))) {
    refuse(
      'auth.jwt.algorithms',
      'names no HS algorithm, and auth.jwt.signingKeysFile is not set, so no token could be verified',
    );
  }
  for (const [path, reason] of refuseAuth(parsed.auth, parsed.mode === 'production')) refuse(path, reason);
  const { cookies } = parsed.auth;
  for (const [path, reason] of refuseCookies(cookies, parsed.server.publicUrl, parsed.mode === 'production'))
    refuse(path, reason);
  if (parsed.mode !== 'production') return problems;
  const secret = parsed.auth.jwt.secret;
  if (
    secret !== undefined &&
    (new Set(secret).size < DISTINCT_CHARACTERS || KNOWN_SECRETS.some((known) => known.test(secret)))
  ) {
    refuse(
      'auth.jwt.secret',
      'is an example or too regular for production; make one with: openssl rand -base64 48',
    );
  }
  if (parsed.server.trustedProxies.some((proxy) => proxy.endsWith('/0'))) {
    refuse(
      'server.trustedProxies',
      'trusts every address, so that any client could choose its own; name the proxies',
    );
  }
  return problems;
}

function describeIssue(issue: z.core.$ZodIssue, sources: Sources): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const full = [...path, key].join('.');
      const names = listSettings().map((setting) => setting.path);
      return `${origin(full, sources)}: there is no such setting${didYouMean(nearestSetting(full, names))}`;
    });
  }
  return [`${origin(path.join('.'), sources)} ${wanted(issue)}`];
}

/** The nearest full path, or the setting that ends in this very name when the section is what is wrong. */
function nearestSetting(full: string, names: string[]): string | undefined {
  const sections = names.flatMap((name) =>
    name
      .split('.')
      .slice(0, -1)
      .map((_, index, parts) => parts.slice(0, index + 1).join('.')),
  );
  const sameEnd = names.find((name) => name.split('.').at(-1) === full.split('.').at(-1));
  return nearest(full, [...names, ...new Set(sections)]) ?? sameEnd;
}

function wanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${{ int: 'a whole number', number: 'a whole number', string: 'text', boolean: 'true or false', array: 'a list', object: 'a section', record: 'a section' }[issue.expected as string] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? issue.message
        : `must be ${issue.minimum} or more`;
    case 'too_big':
      return `must be ${issue.maximum} or less`;
    default:
      return issue.message;
  }
}

/** Where the value was written; lists and sections know it for their nearest parent or first child. */
function origin(path: string, sources: Sources): string {
  const parts = path.split('.');
  for (let length = parts.length; length > 0; length--) {
    const known = sources.origins.get(parts.slice(0, length).join('.'));
    if (known !== undefined) return length === parts.length ? known : `${known} (${path})`;
  }
  for (const [known, where] of sources.origins) {
    if (known.startsWith(`${path}.`))
      return where.endsWith(known) ? where.slice(0, where.length - known.length) + path : where;
  }
  return path;
}

function invalid(problems: string[]): AppError {
  const first = problems[0] ?? 'unknown problem';
  const message =
    problems.length === 1
      ? `The configuration is wrong: ${first}`
      : `The configuration is wrong in ${problems.length} places`;
  return new AppError(
    'config-invalid',
    message,
    problems.length === 1 ? {} : { details: problems.map((problem) => `- ${problem}`).join('\n') },
  );
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) freeze(child);
  }
  return value;
}
