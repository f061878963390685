/** Expected failures of the auth module: the code decides status and message, a caller may be more exact. */

import type { AuthErrorCode } from '../errors/auth-codes.ts';
import { AppError, ERROR_CATALOGUE, type ErrorFacts } from '../errors.ts';

export type { AuthErrorCode };

export function authError(code: AuthErrorCode, message?: string, facts?: ErrorFacts): AppError {
  return new AppError(code, message ?? ERROR_CATALOGUE[code].meaning, facts);
}

export function invalid(message: string): AppError {
  return authError('validation_failed', message);
}

/** Too many tries: the answer says when the next one counts. */
export function limited(code: AuthErrorCode, message: string, retryAfterSeconds: number): AppError {
  return authError(code, message, { extensions: { retryAfter: Math.max(1, Math.ceil(retryAfterSeconds)) } });
}
