/**
 * The one error type that may reach a client, and the catalogue of its codes.
 * Everything else that is thrown is a bug: it is masked, logged with the request id, and answered as `internal-error`.
 */
import { AUTH_ERROR_CATALOGUE } from './errors/auth-codes.ts';

/** Every code a client can meet: code → HTTP status and what it means. `docs/errors.md` lists the same (tested). */
export const ERROR_CATALOGUE = {
  // configuration and start (exit code 1 of the command, never over HTTP)
  'config-invalid': {
    status: 500,
    meaning: 'The configuration file, environment or flags hold something wrong.',
  },
  'port-in-use': { status: 500, meaning: 'Another process listens on the configured port.' },
  'data-directory-unusable': { status: 500, meaning: 'The data folder cannot be created, read or written.' },
  'data-directory-in-use': { status: 500, meaning: 'Another server runs on this data folder.' },
  'database-unreachable': { status: 503, meaning: 'PostgreSQL does not accept a connection.' },
  'database-unsupported': { status: 500, meaning: 'The server is older than PostgreSQL 15.' },
  'bootstrap-needed': {
    status: 500,
    meaning: 'Roles, schemas or functions of the platform are missing and the login may not create them.',
  },
  'migration-failed': { status: 500, meaning: 'A migration of the platform could not be applied.' },
  // who is calling
  'invalid-jwt': {
    status: 401,
    meaning: 'The token is malformed, expired, for another audience, or its signature is wrong.',
  },
  'invalid-api-key': { status: 401, meaning: 'The apikey is unknown or revoked.' },
  'access-denied': {
    status: 401,
    meaning: 'The admin secret is wrong, or the role is not among the allowed ones.',
  },
  'invalid-headers': {
    status: 400,
    meaning: 'Two credentials contradict each other, or a header cannot be read.',
  },
  'scope-denied': {
    status: 403,
    meaning: 'The scope of the API key does not cover what the request touches.',
  },
  'untrusted-origin': {
    status: 403,
    meaning: 'A request that speaks by cookie does not come from a page that may use these cookies.',
  },
  'session-too-large': {
    status: 422,
    meaning: 'The access token does not fit into a cookie: the metadata of the user is too long for that.',
  },
  'service-key-required': { status: 403, meaning: 'Only the service key may do this.' },
  // a request that cannot be understood
  'invalid-request': {
    status: 400,
    meaning: 'The HTTP request cannot be read: its body, content type or parameters.',
  },
  'not-found': { status: 404, meaning: 'There is nothing at this address.' },
  'payload-too-large': { status: 413, meaning: 'The body is larger than the limit.' },
  'validation-failed': { status: 400, meaning: 'The document does not fit the schema of this role.' },
  'parse-failed': { status: 400, meaning: 'A value cannot be read as the type that its position asks for.' },
  'not-supported': { status: 400, meaning: 'This feature does not exist or is switched off.' },
  'limit-exceeded': {
    status: 400,
    meaning:
      'The document is larger than a limit allows: depth, tokens, aliases, root fields, directives, rows.',
  },
  // connections that stay open
  'origin-not-allowed': {
    status: 403,
    meaning: 'A page of an origin that is not allowed wanted to open a WebSocket.',
  },
  'too-many-connections': {
    status: 429,
    meaning: 'More WebSockets or event streams are open than one address, or the server, may have.',
  },
  'server-stopping': { status: 503, meaning: 'The server is about to stop; connect again.' },
  // what PostgreSQL answered
  'permission-error': { status: 403, meaning: 'A grant or a row level security policy refuses this.' },
  'constraint-violation': {
    status: 409,
    meaning: 'A unique, foreign key, not-null or exclusion constraint refuses the row.',
  },
  conflict: { status: 409, meaning: 'The row was changed since the caller read it: if_match does not hold.' },
  'data-exception': { status: 400, meaning: 'A value is outside what its type or an operator can take.' },
  'postgres-error': { status: 400, meaning: 'A function or trigger of the database raised an error.' },
  'query-cancelled': { status: 504, meaning: 'The statement ran longer than the statement timeout.' },
  'serialization-failure': {
    status: 409,
    meaning: 'The transaction lost against a concurrent one; try again.',
  },
  'database-unavailable': {
    status: 503,
    meaning: 'No connection to PostgreSQL could be had in time; try again.',
  },
  // realtime
  'changes-unavailable': {
    status: 503,
    meaning: 'Changes of this table, or of this database, cannot be followed.',
  },
  'resume-expired': {
    status: 410,
    meaning: 'Changes since the cursor are not known any more: read the rows anew.',
  },
  'too-many-broadcasts': {
    status: 429,
    meaning: 'More broadcasts in a second than one user, or one address, may send.',
  },
  'too-many-presences': {
    status: 429,
    meaning: 'A subscriber changes its presence more often than it may.',
  },
  'internal-error': {
    status: 500,
    meaning: 'A bug, or a fault that the catalogue does not know. The log has it under the request id.',
  },
  ...AUTH_ERROR_CATALOGUE,
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

export interface ErrorFacts {
  /** What exactly was wrong, for the reader of the message. Never SQL, never rows of others. */
  details?: string | undefined;
  /** What to do about it. */
  hint?: string | undefined;
  /** HTTP status, where it differs from the catalogue's. */
  status?: number | undefined;
  /** Which of the faults that the code covers, for front ends whose own codes are finer. Never shown as it is. */
  reason?: string | undefined;
  /** JSONPath into the request, where one is known (`$.selectionSet.author.args.where`). */
  path?: string | undefined;
  /** Further facts for `extensions`: SQLSTATE, constraint, column. */
  extensions?: Readonly<Record<string, unknown>> | undefined;
  cause?: unknown;
}

/** An expected failure, meant for the caller. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: string | undefined;
  readonly hint: string | undefined;
  readonly reason: string | undefined;
  readonly path: string | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    const isBug = code === 'internal-error';
    const { stackTraceLimit } = Error;
    // Where an expected failure was found helps nobody, and would take longer to find out than most answers.
    if (!isBug) Error.stackTraceLimit = 0;
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'AppError';
    this.code = code;
    this.status = facts.status ?? ERROR_CATALOGUE[code].status;
    this.details = facts.details;
    this.hint = facts.hint;
    this.reason = facts.reason;
    this.path = facts.path;
    this.extensions = facts.extensions ?? {};
  }

  /** The same error with its place in the request, where that is known and not said yet. */
  at(path: string | undefined): AppError {
    if (path === undefined || this.path !== undefined) return this;
    const { code, message, details, hint, status, reason, extensions, cause } = this;
    return new AppError(code, message, { details, hint, status, reason, path, extensions, cause });
  }
}

/** States what must hold; a failure is a bug of ours, never of the caller. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant violated: ${message}`);
}
