/** Failures as Supabase's clients read them: the shape depends on the version of the API that the request asks for. */
import { AppError } from '../../errors.ts';
import type { Exchange, Reply } from '../../exchange.ts';

export const API_VERSION = '2024-01-01';
const VERSION_HEADER = 'x-supabase-api-version';

/** Failures that other modules throw, in this door's words. */
const FOREIGN: Partial<Record<AppError['code'], string>> = {
  'internal-error': 'unexpected_failure',
  'database-unavailable': 'unexpected_failure',
  'payload-too-large': 'request_entity_too_large',
  'invalid-request': 'validation_failed',
  'invalid-headers': 'validation_failed',
  'not-found': 'not_found',
  'invalid-api-key': 'no_authorization',
  'service-key-required': 'not_admin',
  'invalid-jwt': 'bad_jwt',
};

export function errorReply(error: AppError, headers: Exchange['headers'], requestId: string): Reply {
  const code = FOREIGN[error.code] ?? error.code;
  const { weakPassword, retryAfter, oauth } = error.extensions as {
    weakPassword?: { reasons: string[] };
    retryAfter?: number;
    oauth?: { error: string; error_description: string };
  };
  const newShape = String(headers[VERSION_HEADER] ?? '') >= API_VERSION;
  const body = oauth ?? {
    ...(newShape
      ? { code, message: error.message }
      : {
          code: error.status,
          error_code: code,
          msg: error.message,
          ...(error.status >= 500 ? { error_id: requestId } : {}),
        }),
    ...(weakPassword === undefined ? {} : { weak_password: weakPassword }),
  };
  return {
    status: error.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-sb-error-code': code,
      ...(newShape ? { [VERSION_HEADER]: API_VERSION } : {}),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...(error.status === 503 && retryAfter === undefined ? { 'retry-after': '1' } : {}),
    },
    body: JSON.stringify(body),
  };
}

export function notFound(method: string, path: string): AppError {
  return new AppError('not-found', `There is nothing at ${method} ${path}`);
}
