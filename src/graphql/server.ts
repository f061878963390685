/**
 * GraphQL over HTTP: `/graphql` by Yoga. A plain POST of JSON, which nearly every request is, takes the short way past
 * Yoga's Request and Response objects; both ways run the same `execute` and answer the same bytes (tested).
 */
import { GraphQLError } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { AppError } from '../errors.ts';
import type { Endpoint, Exchange, Reply } from '../exchange.ts';
import type { Observe } from '../observation.ts';
import type { Page } from '../page.ts';

import { toGraphqlError } from './errors.ts';
import { type ReplyWithEvents, wantsEvents } from './event-stream.ts';
import { type Execute, type GraphqlRequest, type Outcome, outcomeText, type Requester } from './execute.ts';

import { readBody, readParameters } from './request.ts';
import { requesterOf } from './requester.ts';

export interface ServerInput {
  readonly execute: Execute;
  readonly replyWithEvents: ReplyWithEvents;
  readonly graphiql: Page | undefined;
  /** Operations that one request may carry; 0 refuses arrays. */
  readonly batch: number;
  readonly observe: Observe;
}

const RESPONSE_TYPES = ['application/graphql-response+json', 'application/json'] as const;
type ResponseType = (typeof RESPONSE_TYPES)[number];

interface ServerContext extends Requester {
  readonly method: string;
}

export function createGraphqlEndpoint({
  execute,
  replyWithEvents,
  graphiql,
  batch,
  observe,
}: ServerInput): Endpoint {
  const yoga = createYoga<ServerContext>({
    // The engine has a schema per role: Yoga only speaks HTTP.
    schema: undefined as never,
    plugins: [useEngine(execute)],
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    logging: false,
    cors: false,
    maskedErrors: false,
    batching: batch > 0 ? { limit: batch } : false,
    healthCheckEndpoint: '/graphql/health',
  });

  return {
    async handle(exchange) {
      if (graphiql && wantsPage(exchange)) return graphiql.reply(exchange);
      const streamed = wantsEvents(exchange) && readForEvents(exchange);
      if (streamed) return replyWithEvents(exchange, streamed);
      const type = isPlainPost(exchange) ? plainResponseType(exchange.headers.accept) : undefined;
      const request = type && readPlain(exchange.body);
      if (!type || !request) return viaYoga(exchange);
      return reply(await execute(request, requesterOf(exchange)), type);
    },
    renderError: (error, { requestId }) => ({
      status: error.status,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...(error.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      },
      body: outcomeText({ data: undefined, errors: [toGraphqlError(error, requestId, observe)] }),
    }),
  };

  async function viaYoga(exchange: Exchange): Promise<Reply> {
    const { method, headers, body } = exchange;
    if (method === 'POST' && !/^application\/(graphql\+)?json\b/i.test(headers['content-type'] ?? ''))
      throw new AppError('invalid-request', 'GraphQL takes a body of type application/json', { status: 415 });
    const search = exchange.url.includes('?') ? exchange.url.slice(exchange.url.indexOf('?')) : '';
    const response = await yoga.fetch(
      `http://localhost/graphql${search}`,
      {
        method,
        headers: headers as Record<string, string>,
        ...(body !== undefined && method !== 'GET' && method !== 'HEAD' ? { body } : {}),
      },
      { ...requesterOf(exchange), method },
    );
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  }
}

/** Yoga keeps the protocol: parameters, methods, media types, status codes. The engine answers in the place of graphql-js. */
function useEngine(execute: Execute): Plugin<ServerContext> {
  return {
    onParams({ params, context, setParams, setParamsHandler }) {
      const requester = context as unknown as ServerContext;
      const request = readOrRefuse(params, requester.method);
      const { query, variables, operationName, extensions } = params;
      // Members that nobody knows are ignored, as the specification wants it; Yoga would refuse them.
      setParams({ query, variables, operationName, extensions } as typeof params);
      setParamsHandler(async () => {
        const outcome = await execute(request, requester);
        return {
          ...(outcome.data === undefined ? {} : { data: null }),
          ...(outcome.errors ? { errors: [...outcome.errors] } : {}),
          stringify: () => outcomeText(outcome),
        };
      });
    },
    onResultProcess({ result, setResult }) {
      const errors = 'errors' in result ? result.errors : undefined;
      if (errors?.some(isYogas))
        setResult({ errors: errors.map((one) => (isYogas(one) ? inOurForm(one) : one)) });
    },
  };
}

/** The request, or an error in the form in which Yoga answers it. */
function readOrRefuse(params: unknown, method: string): GraphqlRequest {
  try {
    return readParameters(params, method);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message, code, path, status } = error;
    throw new GraphQLError(message, { extensions: { path, code, http: { status } } });
  }
}

/** Undefined where Yoga has to say what is wrong with it. */
function readPlain(text: string | undefined): GraphqlRequest | undefined {
  try {
    return readParameters(readBody(text), 'POST');
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** Undefined where there is something wrong with it: then it is answered as if no events were wanted. */
function readForEvents(exchange: Exchange): GraphqlRequest | undefined {
  if (isPlainPost(exchange)) return readPlain(exchange.body);
  if (exchange.method !== 'GET') return undefined;
  try {
    const { query, operationName, variables, extensions } = exchange.query as Record<string, string>;
    const parsed = (text: string | undefined) => (text === undefined ? undefined : readBody(text));
    return readParameters(
      { query, operationName, variables: parsed(variables), extensions: parsed(extensions) },
      'GET',
    );
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function isYogas({ extensions }: GraphQLError): boolean {
  return extensions.code === 'BAD_REQUEST';
}

/** What Yoga refuses by itself gets the code of all unreadable requests, and its status whatever the media type is. */
function inOurForm({ message, extensions }: GraphQLError): GraphQLError {
  const http = { ...(extensions.http as object), spec: false };
  return new GraphQLError(message, { extensions: { path: '$', code: 'invalid-request', http } });
}

/** A browser's own request; a link to a query (`?query=…`) opens in GraphiQL too. */
function wantsPage({ method, headers: { accept = '' } }: Exchange): boolean {
  return method === 'GET' && accept.includes('text/html') && !accept.includes('application/json');
}

function isPlainPost({ method, headers }: Exchange): boolean {
  const type = headers['content-type'];
  return (
    method === 'POST' &&
    (type === 'application/json' || /^application\/json;\s*charset=utf-8$/i.test(type ?? ''))
  );
}

/** The media type of the answer where the header is one of the usual few; undefined leaves it to Yoga. */
function plainResponseType(accept: string | undefined): ResponseType | undefined {
  if (accept === undefined || accept === '*/*') return 'application/json';
  if (
    accept === 'application/json' ||
    accept === 'application/json, */*' ||
    accept === 'application/json, text/plain, */*'
  )
    return 'application/json';
  return accept === 'application/graphql-response+json' ? accept : undefined;
}

function reply(outcome: Outcome, type: ResponseType): Reply {
  const headers: Record<string, string> = { 'content-type': `${type}; charset=utf-8` };
  let status = 200;
  for (const { extensions } of outcome.errors ?? []) {
    const http = extensions.http as
      | { status?: number; spec?: boolean; headers?: Record<string, string> }
      | undefined;
    Object.assign(headers, http?.headers);
    // A status of the specification is for its own media type: with plain JSON the answer counts as delivered.
    if (http?.status && !(http.spec && type === 'application/json')) status = Math.max(status, http.status);
  }
  return { status, headers, body: outcomeText(outcome) };
}
