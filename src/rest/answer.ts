/** Actions whose statement does something before it answers: writes and calls. */
import type { Answer, WithQuery } from '../data/plan/document.ts';
import { compileAnswer } from '../data/sql/answer.ts';
import { statementName } from '../data/sql/compile.ts';
import { bind } from '../data/sql/value.ts';
import { invariant } from '../errors.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Action } from './action.ts';
import type { RestContext } from './handler.ts';
import type { Representation } from './media-type.ts';
import { explained, planReply } from './plan-output.ts';
import type { RestRequest } from './request.ts';
import { RESPONSE_SETTINGS, withResponseSettings } from './response-settings.ts';
import { callerRequest, requestContext, transactionEnd } from './transaction.ts';

export interface AnswerRow {
  readonly body: string;
  readonly rows: number;
  readonly total: number | undefined;
  /** The key of the first row. */
  readonly location: readonly (string | null)[] | undefined;
  /** Rows that an upsert found in place. */
  readonly replaced: number;
}

export interface AnswerInput {
  readonly representation: Representation;
  readonly query: WithQuery;
  readonly answer: Answer;
  readonly readOnly: boolean;
  /** User code runs that could leave something on the session. */
  readonly mayChangeSession: boolean;
  reply(row: AnswerRow): Reply;
}

export function answerAction(
  { catalog, settings }: RestContext,
  exchange: Exchange,
  { schema, preferences }: RestRequest,
  { representation, query, answer, readOnly, mayChangeSession, reply }: AnswerInput,
): Action {
  const { plan } = representation;
  const { text: plain, parameters } = compileAnswer(query, answer, RESPONSE_SETTINGS, catalog);
  const text = plan ? explained(plain, plan) : plain;
  const context = requestContext(exchange, schema, preferences, settings);
  const statement = {
    text,
    name: statementName(text, context.caller.role),
    values: bind(parameters, {}),
    runsUserCode: true,
    mayChangeSession,
  };
  return {
    request: callerRequest(context, statement, readOnly, settings),
    end: transactionEnd(settings, preferences),
    reply: (result) => {
      if (plan) return planReply(result, representation);
      const [rows] = result;
      const row = rows?.[0];
      invariant(row, 'an answer has one row');
      const [body, count, total, location, replaced, headers, status] = row;
      const answered = reply({
        body: body ?? '',
        rows: Number(count),
        total: total == null ? undefined : Number(total),
        location: location == null ? undefined : (JSON.parse(location) as (string | null)[]),
        replaced: Number(replaced ?? 0),
      });
      return withResponseSettings(answered, headers, status);
    },
  };
}
