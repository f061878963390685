/** Failures as answers: what the caller may know goes out, everything else becomes `internal-error` with the request id. */
import { AppError } from '../errors.ts';
import type { Reply } from '../exchange.ts';

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

export function plainErrorReply(error: AppError, requestId: string): Reply {
  const { code, message, details, hint, status } = error;
  const body = JSON.stringify({ code, message, details: details ?? null, hint: hint ?? null, requestId });
  return { status, headers: headersFor(error), body };
}

/** Anything thrown → AppError. `expected` is false when it must be logged, since the caller learns nothing about it. */
export function toAppError(thrown: unknown): { error: AppError; expected: boolean } {
  if (thrown instanceof AppError) return { error: thrown, expected: true };
  const { code, statusCode } = (thrown ?? {}) as { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return {
      error: new AppError('payload-too-large', 'The body of the request is too large'),
      expected: true,
    };
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return {
      error: new AppError('invalid-request', 'The request cannot be read', { status: statusCode }),
      expected: true,
    };
  }
  return {
    error: new AppError('internal-error', 'Something went wrong on our side', { cause: thrown }),
    expected: false,
  };
}

function headersFor(error: AppError): Record<string, string> {
  const headers: Record<string, string> = { ...JSON_HEADERS };
  if (error.status === 401) headers['www-authenticate'] = 'Bearer';
  if (error.status === 503) headers['retry-after'] = '1';
  return headers;
}
