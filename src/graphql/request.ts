/** The parameters of GraphQL over HTTP, out of a JSON body. */
import { AppError } from '../errors.ts';
import { parseRequestJson } from '../lib/exact-json.ts';
import type { GraphqlRequest } from './execute.ts';

export interface Parameters {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

/** Undefined where the body is no JSON. */
export function readBody(body: string | undefined): unknown {
  try {
    return parseRequestJson(body ?? '');
  } catch {
    return undefined;
  }
}

/** Throws AppError `invalid-request` for what is no GraphQL request. */
export function readParameters(parameters: unknown, method: string): GraphqlRequest {
  if (!isObject(parameters)) throw invalid('a GraphQL request is a JSON object');
  const { query, operationName, variables, extensions } = parameters as Parameters;
  if (typeof query !== 'string') throw invalid('"query" must be a string with the GraphQL document');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw invalid('"operationName" must be a string');
  if (variables !== undefined && variables !== null && !isObject(variables))
    throw invalid('"variables" must be an object');
  if (extensions !== undefined && extensions !== null && !isObject(extensions))
    throw invalid('"extensions" must be an object');
  return {
    query,
    operationName: operationName ? (operationName as string) : undefined,
    variables: (variables ?? {}) as Record<string, unknown>,
    readOnly: method === 'GET' || method === 'HEAD',
    persistedQuery: isObject(extensions) && 'persistedQuery' in (extensions as object),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): AppError {
  return new AppError('invalid-request', message, { path: '$' });
}
