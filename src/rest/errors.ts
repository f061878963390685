/**
 * Errors as PostgREST tells them: `{code, message, details, hint}`, its own PGRST codes, and a status for every SQLSTATE.
 * What PostgreSQL says goes through word for word; what is a bug of ours is masked.
 */
import { AppError, type ErrorCode } from '../errors.ts';
import type { Reply } from '../exchange.ts';
import { raisedAnswer } from './raised-answer.ts';
import { statusOfState } from './sqlstate-status.ts';

/** Code → status. */
const STATUS = {
  PGRST000: 503,
  PGRST003: 504,
  PGRST100: 400,
  PGRST101: 405,
  PGRST102: 400,
  PGRST103: 416,
  PGRST105: 405,
  PGRST106: 406,
  PGRST107: 406,
  PGRST108: 400,
  PGRST111: 500,
  PGRST112: 500,
  PGRST114: 400,
  PGRST115: 400,
  PGRST116: 406,
  PGRST117: 405,
  PGRST118: 400,
  PGRST120: 400,
  PGRST121: 500,
  PGRST122: 400,
  PGRST123: 400,
  PGRST124: 400,
  PGRST125: 404,
  PGRST126: 404,
  PGRST127: 400,
  PGRST128: 400,
  PGRST200: 400,
  PGRST201: 300,
  PGRST202: 404,
  PGRST203: 300,
  PGRST204: 400,
  PGRST205: 404,
  PGRST301: 401,
  PGRST302: 401,
  PGRST303: 401,
  PGRSTX00: 500,
  // Of requests that PostgREST does not know.
  'precondition-failed': 412,
  'scope-denied': 403,
  'untrusted-origin': 403,
} as const satisfies Record<string, number>;

export type RestErrorCode = keyof typeof STATUS;

export interface RestErrorBody {
  readonly code: string;
  readonly message: string;
  /** Text for most, a list for ambiguous relationships. */
  readonly details: unknown;
  readonly hint: string | null;
}

export interface RestErrorFacts {
  readonly details?: unknown;
  readonly hint?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An expected failure with the code and body that PostgREST's clients know. */
export class RestError extends AppError {
  readonly body: RestErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RestErrorCode, message: string, facts: RestErrorFacts = {}) {
    const status = STATUS[code];
    super(plainCode(status), message, { status, hint: facts.hint });
    this.body = { code, message, details: facts.details ?? null, hint: facts.hint ?? null };
    this.headers = facts.headers ?? {};
  }
}

/** What the rest of the product calls an error of this status. */
function plainCode(status: number): ErrorCode {
  if (status === 404) return 'not-found';
  if (status === 401) return 'access-denied';
  return status >= 500 ? 'internal-error' : 'invalid-request';
}

export function restErrorReply(error: AppError): Reply {
  const { status, body, headers } = rendered(error);
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'proxy-status': `PostgREST; error=${headerSafe(body.code)}`,
      ...headers,
    },
    body: JSON.stringify(body),
  };
}

interface Rendered {
  readonly status: number;
  readonly body: RestErrorBody;
  readonly headers: Readonly<Record<string, string>>;
}

function rendered(error: AppError): Rendered {
  if (error instanceof RestError) return { status: error.status, body: error.body, headers: error.headers };
  const tokenFault = error.code === 'invalid-jwt' ? renderedTokenFault(error) : undefined;
  if (tokenFault) return tokenFault;
  const unmet = unmetCondition(error);
  if (unmet) return rendered(unmet);
  const cause = error.cause;
  return isDatabaseError(cause) ? renderedDatabaseError(cause, error) : renderedPlainError(error);
}

/** Conditions that the statement itself checks, and undoes everything where they do not hold. */
function unmetCondition({ reason, details }: AppError): RestError | undefined {
  switch (reason) {
    case 'not-single':
      return notSingle(Number(details));
    case 'too-many':
      return new RestError('PGRST124', 'Query result exceeds max-affected preference constraint', {
        details: `The query affects ${details} rows`,
      });
    case 'other-version':
      return new RestError('precondition-failed', 'The row is not the one that If-Match names', {
        hint: 'Read it again: it was changed or deleted since.',
      });
    default:
      return undefined;
  }
}

export function notSingle(rows: number): RestError {
  return new RestError('PGRST116', 'Cannot coerce the result to a single JSON object', {
    details: `The result contains ${rows} rows`,
  });
}

// ---- tokens

/** Faults of the claims of a token whose signature is right; everything else says that it cannot be decoded. */
const CLAIM_FAULTS = new Map([
  ['expired', 'JWT expired'],
  ['not-yet-valid', 'JWT not yet valid'],
  ['issued-in-future', 'JWT issued at future'],
  ['other-audience', 'JWT not in audience'],
  ['bad-audience', "The JWT 'aud' claim must be a string or an array of strings"],
  ['bad-exp', "The JWT 'exp' claim must be a number"],
  ['bad-nbf', "The JWT 'nbf' claim must be a number"],
  ['bad-iat', "The JWT 'iat' claim must be a number"],
]);

function renderedTokenFault({ reason, message, details }: AppError): Rendered {
  const claim = reason === undefined ? undefined : CLAIM_FAULTS.get(reason);
  const [code, text, detail] = claim
    ? ['PGRST303', claim]
    : ['PGRST301', ...decodeFault(reason, message, details)];
  return {
    status: 401,
    body: { code, message: text, details: detail ?? null, hint: null },
    headers: {
      'www-authenticate': `Bearer error="invalid_token", error_description=${JSON.stringify(headerSafe(text))}`,
    },
  };
}

function decodeFault(
  reason: string | undefined,
  message: string,
  details: string | undefined,
): [message: string, details?: string] {
  switch (reason) {
    case 'no-token':
      return ['Empty JWT is sent in Authorization header'];
    case 'parts':
      return [`Expected 3 parts in JWT; got ${details}`];
    case 'unsecured':
      return [
        'Wrong or unsupported encoding algorithm',
        "JWT is unsecured but expected 'alg' was not 'none'",
      ];
    case 'algorithm':
      return ['Wrong or unsupported encoding algorithm'];
    case 'signature':
      return ['No suitable key or wrong key type', 'None of the keys was able to decode the JWT'];
    case 'cryptography':
      return ['JWT cryptographic operation failed'];
    default:
      return [message];
  }
}

// ---- PostgreSQL

interface DatabaseError {
  readonly code: string;
  readonly message: string;
  readonly severity: string;
  readonly detail?: string;
  readonly hint?: string;
}

function isDatabaseError(cause: unknown): cause is DatabaseError {
  if (typeof cause !== 'object' || cause === null) return false;
  const { code, severity } = cause as Partial<DatabaseError>;
  return typeof code === 'string' && typeof severity === 'string';
}

function renderedDatabaseError(cause: DatabaseError, error: AppError): Rendered {
  if (cause.code === 'PGRST') {
    const answer = raisedAnswer(cause.message, cause.detail);
    if ('body' in answer) return answer;
    return rendered(
      new RestError('PGRST121', 'Could not parse JSON in the "RAISE SQLSTATE \'PGRST\'" error', answer),
    );
  }
  const { code, detail = null, hint = null } = cause;
  // Rows have names in our statements that mean nothing to others.
  const message = code === '42803' ? cause.message.replace(/"t\d+\.([^"]+)"/, '"$1"') : cause.message;
  const status = code === '42501' ? refusalStatus(error) : statusOfState(code, message);
  return {
    status,
    body: { code, message, details: detail, hint },
    headers: status === 401 ? { 'www-authenticate': 'Bearer' } : {},
  };
}

/** 401 for those who have not said who they are, 403 for the others: `database/errors.ts` knows the caller. */
function refusalStatus({ status }: AppError): number {
  return status === 401 ? 401 : 403;
}

// ---- everything else

function renderedPlainError(error: AppError): Rendered {
  const { code, status, message, details = null, hint = null } = error;
  if (code === 'database-unavailable')
    return {
      status: 503,
      body: { code: 'PGRST000', message, details, hint },
      headers: { 'retry-after': '1' },
    };
  if (code === 'internal-error')
    return { status: 500, body: { code: 'PGRSTX00', message, details: null, hint: null }, headers: {} };
  return {
    status,
    body: { code: PLAIN_CODES[code] ?? 'PGRST102', message, details, hint },
    headers: status === 401 ? { 'www-authenticate': 'Bearer' } : {},
  };
}

const PLAIN_CODES: Partial<Record<ErrorCode, RestErrorCode>> = {
  'invalid-jwt': 'PGRST301',
  'invalid-api-key': 'PGRST301',
  'access-denied': 'PGRST301',
  'invalid-headers': 'PGRST301',
  'not-found': 'PGRST125',
  'scope-denied': 'scope-denied',
  'untrusted-origin': 'untrusted-origin',
};

/** A raise may name any code: what cannot stand in a header is left out. */
function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '');
}
