/** One GraphQL request → its answer, whatever the transport: document, variables, plan, statement. */
import { GraphQLError } from 'graphql';
import { runMutation, runQuery } from '../data/run.ts';
import type { CallerRunner } from '../database/as-caller.ts';
import type { CallerContext } from '../database/context-statement.ts';
import { AppError } from '../errors.ts';
import type { SessionCookieJar } from '../exchange.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Observe } from '../observation.ts';
import type { Client, GraphqlContext } from './context.ts';
import type { SchemaEngine } from './engine.ts';
import { toGraphqlError } from './errors.ts';
import { executeMixed } from './mixed.ts';
import { findOperation, operationErrors } from './operation.ts';

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
  readonly client?: Client | undefined;
  readonly cookies?: SessionCookieJar | undefined;
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

export const NOBODY: Client = { ip: undefined, agent: undefined };

export type Execute = (request: GraphqlRequest, requester: Requester) => Promise<Outcome>;

export function createExecutor({ engine, runner, prisma, observe }: ExecutorInput): Execute {
  return async (request, requester) => {
    const { callerContext, requestId, client = NOBODY, cookies } = requester;
    const failed = (error: unknown): Outcome => ({
      data: undefined,
      errors: operationErrors(error, requestId, observe),
    });
    const executed = async (run: () => Promise<string>): Promise<Outcome> => {
      try {
        return { data: await run(), errors: undefined };
      } catch (error) {
        // The document was fine and was executed: `data` is null, not absent.
        return { ...failed(error), data: 'null' };
      }
    };
    try {
      const { roleSchema, operation } = await findOperation(engine, request, callerContext.caller);
      if (operation.operation.operation === 'subscription') throw noStream();
      const ready = operation.prepare(request.variables);
      const { variables } = ready;
      if (ready.kind === 'query')
        return await executed(() => runQuery(runner, callerContext, ready.query, variables));
      if (ready.kind === 'mutation')
        return await executed(() => runMutation(runner, callerContext, ready.mutation, variables));
      const context: GraphqlContext = { requestId, callerContext, client, cookies, prisma };
      const schema = await roleSchema.described({
        isPlain: request.plainIntrospection === true,
        scope: callerContext.caller.scope,
      });
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
      return failed(error);
    }
  };
}

function noStream(): AppError {
  return new AppError('not-supported', 'a subscription needs a connection that answers more than once', {
    path: '$',
    hint: 'Open a WebSocket (graphql-transport-ws), or ask for text/event-stream.',
  });
}

/** An error of a resolver: masked unless it is meant for the caller, with its place in the answer. */
export function shownError(error: GraphQLError, requestId: string, observe: Observe): GraphQLError {
  const { message, extensions } = toGraphqlError(error, requestId, observe);
  return new GraphQLError(message, { nodes: error.nodes ?? null, path: error.path ?? null, extensions });
}

/** The body of the answer. Members of `extensions.http` are for the transport, not for the client. */
export function outcomeText({ data, errors }: Outcome): string {
  if (!errors) return `{"data":${data}}`;
  const list = errorsText(errors);
  return data === undefined ? `{"errors":${list}}` : `{"errors":${list},"data":${data}}`;
}

/** JSON text of a list of errors. */
export function errorsText(errors: readonly GraphQLError[]): string {
  return JSON.stringify(
    errors.map((error) => {
      const { extensions, ...rest } = error.toJSON();
      const { http: _http, ...shown } = extensions ?? {};
      return { ...rest, extensions: shown };
    }),
  );
}
