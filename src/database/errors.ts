/** SQLSTATE → AppError: the one place that decides what a client learns of a database error. Never SQL, never rows. */
import type { Caller } from '../caller.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { refusalOf } from './refusal.ts';

interface DatabaseError {
  code: string;
  message: string;
  detail?: string;
  hint?: string;
  severity?: string;
  /** Where in the statement; absent where a value is at fault. */
  position?: string;
  /** The functions that it happened in. */
  where?: string;
  constraint?: string;
  column?: string;
  table?: string;
}

const BY_STATE: Record<string, ErrorCode> = {
  '21000': 'constraint-violation',
  '23001': 'constraint-violation',
  '23502': 'constraint-violation',
  '23503': 'constraint-violation',
  '23505': 'constraint-violation',
  '23P01': 'constraint-violation',
  '23514': 'permission-error',
  '42501': 'permission-error',
  '44000': 'permission-error',
  '25006': 'not-supported',
  '40001': 'serialization-failure',
  '40P01': 'serialization-failure',
  '57014': 'query-cancelled',
  '53300': 'database-unavailable',
  '57P01': 'database-unavailable',
  '57P02': 'database-unavailable',
  '57P03': 'database-unavailable',
  P0001: 'postgres-error',
};

/** Undefined column, table, function, type: our own SQL named it, so it was there when the catalog was read. */
const GONE = new Set(['42703', '42P01', '42883', '42704']);

const PREFIX: Record<string, string> = {
  '23001': 'Can not delete or update due to data being referred. ',
  '23502': 'Not-NULL violation. ',
  '23503': 'Foreign key violation. ',
  '23505': 'Uniqueness violation. ',
  '23P01': 'Exclusion violation. ',
  '23514': 'Check constraint violation. ',
};

/** Conditions of ours that a statement found broken. */
const REFUSALS: Record<string, { code: ErrorCode; message: string; hint: string }> = {
  'row-changed': {
    code: 'conflict',
    message: 'the row was changed meanwhile: it does not match if_match any more',
    hint: 'Read it again, and decide anew.',
  },
  'nothing-to-connect': {
    code: 'constraint-violation',
    message: 'rows to be connected are not there, or may not be updated',
    hint: 'connect takes each key once, of rows that exist.',
  },
};

/** Wraps what a pool or a statement threw. An AppError passes through; what is unknown becomes a masked internal error. */
export function toAppError(error: unknown, caller: Caller | undefined): AppError {
  if (error instanceof AppError) return error;
  const { code, message, severity, where } = error as DatabaseError;
  if (typeof code !== 'string' || severity === undefined) return connectionError(error);
  const extensions = facts(error as DatabaseError);
  // A role that does not exist or may not be taken: the token names it, so it is the caller's fault.
  if (/^role "|permission denied to set role/.test(message) && (code === '22023' || code === '42501'))
    return new AppError('access-denied', `the role "${caller?.role ?? ''}" cannot be used`, {
      cause: error,
      extensions,
    });
  if (code === '42501')
    return new AppError('permission-error', message, {
      status: caller?.kind === 'anonymous' ? 401 : 403,
      cause: error,
      extensions,
    });
  // A type that cannot be compared or sorted: PostgreSQL names it.
  if (code === '42883' && /^could not identify|^operator does not exist/.test(message))
    return new AppError('not-supported', message, { cause: error, extensions });
  if (GONE.has(code) && where === undefined)
    return new AppError('validation-failed', 'the database changed while the request was on its way', {
      hint: 'Try again in a moment: the API follows such changes by itself.',
      cause: error,
      extensions,
    });
  // A statement of ours ends the transaction with a sentence that cannot be read as a number.
  const ours = /^invalid input syntax for type integer: "(cannot proceed .*)"$/s.exec(message)?.[1];
  if (ours !== undefined)
    return new AppError('constraint-violation', ours.replaceAll('\\"', '"'), { cause: error });
  const refusal = refusalOf(message);
  if (refusal) {
    const known = REFUSALS[refusal.reason];
    if (known) return new AppError(known.code, known.message, { hint: known.hint, cause: error });
    // Of REST, which words them itself.
    return new AppError(
      'constraint-violation',
      'the request was undone, since a condition of it was not met',
      { reason: refusal.reason, details: refusal.fact },
    );
  }
  const known = BY_STATE[code] ?? (isOfValue(error as DatabaseError) ? 'parse-failed' : byClass(code));
  if (known === undefined) return new AppError('internal-error', 'database query error', { cause: error });
  return new AppError(known, (PREFIX[code] ?? '') + message, {
    cause: error,
    extensions,
    hint: known === 'postgres-error' ? (error as DatabaseError).hint : undefined,
    details: known === 'postgres-error' ? (error as DatabaseError).detail : undefined,
  });
}

/** Labels, patterns and paths have grammars of their own. A syntax error of a statement would say where in it. */
function isOfValue({ code, position }: DatabaseError): boolean {
  return code === '42601' && position === undefined;
}

function byClass(code: string): ErrorCode | undefined {
  switch (code.slice(0, 2)) {
    case '08':
      return 'database-unavailable';
    case '22':
      return 'data-exception';
    case 'P0':
      return 'postgres-error';
    case '54':
      return 'limit-exceeded';
    default:
      return undefined;
  }
}

function facts({ code, constraint, column, table }: DatabaseError): Record<string, unknown> {
  return {
    sqlState: code,
    ...(constraint === undefined ? {} : { constraint }),
    ...(column === undefined ? {} : { column }),
    ...(table === undefined ? {} : { table }),
  };
}

/** No SQLSTATE: the connection failed (refused, reset, none free in time), or it is a bug of ours. */
function connectionError(error: unknown): AppError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const ofTheConnection = typeof code === 'string' || /connect|terminated|timeout/i.test(String(message));
  if (!ofTheConnection) return new AppError('internal-error', 'database query error', { cause: error });
  return new AppError('database-unavailable', 'the database cannot be reached at the moment', {
    hint: 'Try again in a moment.',
    cause: error,
  });
}
