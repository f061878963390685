/** `/v1/graphql`: the manner of Hasura. Always 200, arrays are batches, errors without `data`. */

import { AppError } from '../errors.ts';
import type { Endpoint } from '../exchange.ts';
import type { Observe } from '../observation.ts';

import { toGraphqlError } from './errors.ts';
import { wantsEvents } from './event-stream.ts';
import { type Execute, type Outcome, outcomeText } from './execute.ts';
import { readBody, readParameters } from './request.ts';
import { requesterOf } from './requester.ts';

const HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const MAX_BATCH = 10;

export function createHasuraEndpoint(execute: Execute, other: Endpoint, observe: Observe): Endpoint {
  const failed = (error: unknown, requestId: string): Outcome => ({
    data: undefined,
    errors: [toGraphqlError(error, requestId, observe)],
  });
  const text = ({ data, errors }: Outcome) =>
    outcomeText(errors ? { data: undefined, errors } : { data, errors });
  return {
    async handle(exchange) {
      // A browser, GET requests and streams of events get what they get at /graphql.
      if (exchange.method !== 'POST' || wantsEvents(exchange)) return other.handle(exchange);
      const requester = requesterOf(exchange);
      const one = async (parameters: unknown): Promise<string> => {
        try {
          const request = { ...readParameters(parameters, 'POST'), plainIntrospection: true };
          return text(await execute(request, requester));
        } catch (error) {
          return text(failed(error, requester.requestId));
        }
      };
      const body = readBody(exchange.body);
      if (!Array.isArray(body)) return { status: 200, headers: HEADERS, body: await one(body) };
      if (body.length > MAX_BATCH) {
        const error = new AppError(
          'limit-exceeded',
          `a batch may hold ${MAX_BATCH} requests: it has ${body.length}`,
          { path: '$' },
        );
        return { status: 200, headers: HEADERS, body: text(failed(error, requester.requestId)) };
      }
      // In order, each in its own transaction.
      const answers: string[] = [];
      for (const parameters of body) answers.push(await one(parameters));
      return { status: 200, headers: HEADERS, body: `[${answers.join(',')}]` };
    },
    renderError: (error, { requestId }) => ({
      status: 200,
      headers: HEADERS,
      body: text(failed(error, requestId)),
    }),
  };
}
