/** A request → the operation that it means, checked against the schema and the limits of the caller's role. */
import type { GraphQLError } from 'graphql';
import type { Caller } from '../caller.ts';
import { AppError } from '../errors.ts';
import type { Observe } from '../observation.ts';
import type { SchemaEngine } from './engine.ts';
import { toGraphqlError, variableError } from './errors.ts';
import type { GraphqlRequest } from './execute.ts';
import type { PreparedOperation, RoleSchema } from './role-schema.ts';
import { VariableErrors } from './variables.ts';

export interface FoundOperation {
  readonly roleSchema: RoleSchema;
  readonly operation: PreparedOperation;
}

/** The document does not fit the schema, in several places perhaps. */
class DocumentErrors extends Error {
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message);
    this.errors = errors;
  }
}

/** Throws what `operationErrors` reads. */
export async function findOperation(
  engine: SchemaEngine,
  request: GraphqlRequest,
  { role, scope, actsForUser }: Caller,
): Promise<FoundOperation> {
  const isRestricted = scope !== undefined || actsForUser;
  const roleSchema = engine.peek(role, isRestricted) ?? (await engine.get(role, isRestricted));
  if (request.persistedQuery)
    throw new AppError('not-supported', 'Automatic Persisted Queries is not enabled', { path: '$' });
  const document = roleSchema.document(request.query);
  if (document.errors.length > 0) throw new DocumentErrors(document.errors);
  const operation = document.operation(request.operationName);
  const kind = operation.operation.operation;
  if (request.readOnly && kind === 'mutation')
    throw new AppError('not-supported', `a GET request cannot run a ${kind}`, {
      status: 405,
      path: '$',
      hint: 'Send it by POST.',
    });
  return { roleSchema, operation };
}

/** What was thrown while an operation was read or run, as its caller is told. */
export function operationErrors(thrown: unknown, requestId: string, observe: Observe): GraphQLError[] {
  if (thrown instanceof VariableErrors) return thrown.errors.map((one) => variableError(one));
  const all = thrown instanceof DocumentErrors ? thrown.errors : [isTooDeep(thrown) ? tooDeep() : thrown];
  return all.map((error) => toGraphqlError(error, requestId, observe));
}

/** Brackets within brackets, in the document or the variables, of which no limit above says how many there may be. */
function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

function tooDeep(): AppError {
  return new AppError('limit-exceeded', 'the document or its variables are nested too deeply', { path: '$' });
}
