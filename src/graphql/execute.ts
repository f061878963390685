/** One GraphQL request → its answer, whatever the transport: document, variables, plan, statement. */
import { GraphQLError } from 'graphql';
import { runMutation, runQuery } from '../data/run.ts';
import type { CallerRunner } from '../database/as-caller.ts';
import type { CallerContext } from '../database/context-statement.ts';
import { AppError } from '../errors.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Observe } from '../observation.ts';
import type { GraphqlContext } from './context.ts';
import type { SchemaEngine } from './engine.ts';
import { toGraphqlError, variableError } from './errors.ts';
import { executeMixed } from './mixed.ts';
import type { PreparedDocument } from './role-schema.ts';
import { VariableErrors } from './variables.ts';

export interface GraphqlRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** GET may only read. */
  readonly readOnly: boolean;
  readonly persistedQuery: boolean;
  /** Introspection describes the dialect without our additions. */
  readonly plainIntrospection?: boolean;
}

export interface Requester {
  readonly callerContext: CallerContext;
  readonly requestId: string;
}

export interface Outcome {
  /** JSON text of `data`; undefined where nothing was executed. */
  readonly data: string | undefined;
  readonly errors: readonly GraphQLError[] | undefined;
}

export interface ExecutorInput {
  readonly engine: SchemaEngine;
  readonly runner: CallerRunner;
  readonly prisma: PrismaClient;
  readonly observe: Observe;
}

export type Execute = (request: GraphqlRequest, requester: Requester) => Promise<Outcome>;

export function createExecutor({ engine, runner, prisma, observe }: ExecutorInput): Execute {
  return async (request, requester) => {
    const failed = (...errors: unknown[]): Outcome => ({
      data: undefined,
      errors: errors.map((error) => toGraphqlError(error, requester.requestId, observe)),
    });
    const { callerContext, requestId } = requester;
    let prepared: PreparedDocument | undefined;
    const executed = async (run: () => Promise<string>): Promise<Outcome> => {
      try {
        return { data: await run(), errors: undefined };
      } catch (error) {
        // The document was fine and was executed: `data` is null, not absent.
        return { ...failed(error), data: 'null' };
      }
    };
    try {
      const { role } = callerContext.caller;
      const roleSchema = engine.peek(role) ?? (await engine.get(role));
      if (request.persistedQuery)
        throw new AppError('not-supported', 'Automatic Persisted Queries is not enabled', { path: '$' });
      prepared = roleSchema.document(request.query);
      if (prepared.errors.length > 0) return failed(...prepared.errors);
      const operation = prepared.operation(request.operationName);
      if (request.readOnly && operation.operation.operation !== 'query')
        throw new AppError('not-supported', `a GET request cannot run a ${operation.operation.operation}`, {
          status: 405,
          path: '$',
          hint: 'Send it by POST.',
        });
      const ready = operation.prepare(request.variables);
      const { variables } = ready;
      if (ready.kind === 'query')
        return await executed(() => runQuery(runner, callerContext, ready.query, variables));
      if (ready.kind === 'mutation')
        return await executed(() => runMutation(runner, callerContext, ready.mutation, variables));
      const context: GraphqlContext = { requestId, callerContext, prisma };
      const schema = request.plainIntrospection ? await roleSchema.plainSchema() : roleSchema.schema;
      const { data, errors } = await executeMixed(
        { schema, tableSchema: roleSchema.schema, prepare: roleSchema.prepare },
        operation.operation,
        operation.fragments,
        variables,
        runner,
        context,
      );
      return { data, errors: errors?.map((error) => shownError(error, requestId, observe)) };
    } catch (error) {
      if (error instanceof VariableErrors) return failed(...error.errors.map((one) => variableError(one)));
      return failed(isTooDeep(error) ? tooDeep() : error);
    }
  };
}

/** Brackets within brackets, in the document or the variables, of which no limit above says how many there may be. */
function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

function tooDeep(): AppError {
  return new AppError('limit-exceeded', 'the document or its variables are nested too deeply', { path: '$' });
}

/** An error of a resolver: masked unless it is meant for the caller, with its place in the answer. */
function shownError(error: GraphQLError, requestId: string, observe: Observe): GraphQLError {
  const { message, extensions } = toGraphqlError(error, requestId, observe);
  return new GraphQLError(message, { nodes: error.nodes ?? null, path: error.path ?? null, extensions });
}

/** The body of the answer. Members of `extensions.http` are for the transport, not for the client. */
export function outcomeText({ data, errors }: Outcome): string {
  if (!errors) return `{"data":${data}}`;
  const list = JSON.stringify(
    errors.map((error) => {
      const { extensions, ...rest } = error.toJSON();
      const { http: _http, ...shown } = extensions ?? {};
      return { ...rest, extensions: shown };
    }),
  );
  return data === undefined ? `{"errors":${list}}` : `{"errors":${list},"data":${data}}`;
}
