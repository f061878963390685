/** Actions whose statement does something before it answers: writes and calls. */

import type { Touch } from '../caller-scope.ts';
import type { Answer, WithQuery } from '../data/plan/document.ts';
import { JsonText, type Value, Variable } from '../data/plan/expression.ts';
import { touchesOfAnswer } from '../data/plan/touches.ts';
import { compileAnswer } from '../data/sql/answer.ts';
import { statementName } from '../data/sql/compile.ts';
import { bind } from '../data/sql/value.ts';
import type { TransactionEnd } from '../database/as-caller.ts';
import type { BatchResult } from '../database/batch.ts';
import { invariant } from '../errors.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Action } from './action.ts';
import type { RestContext } from './handler.ts';
import type { Representation } from './media-type.ts';
import { explained, planReply } from './plan-output.ts';
import type { Preferences } from './preferences.ts';
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

/** Everything but what differs from one request of its kind to the next: the body, and the values that filters compare with. */
export interface PreparedAnswer {
  readonly text: string;
  readonly name: string;
  readonly parameters: readonly Value[];
  readonly schema: string;
  readonly preferences: Preferences;
  readonly end: TransactionEnd;
  readonly touches: readonly Touch[];
  readonly input: AnswerInput;
}

/** The document of the request stands in its plan as the variable of this name, the versions that it accepts as the other. */
export const DOCUMENT = new Variable('document');
export const VERSIONS = new Variable('versions');

export function prepareAnswer(
  { catalog, settings }: Pick<RestContext, 'catalog' | 'settings'>,
  { caller }: Pick<Exchange, 'caller'>,
  { schema, preferences }: Pick<RestRequest, 'schema' | 'preferences'>,
  input: AnswerInput,
): PreparedAnswer {
  const { plan } = input.representation;
  const compiled = compileAnswer(input.query, input.answer, RESPONSE_SETTINGS, catalog);
  const text = plan ? explained(compiled.text, plan) : compiled.text;
  return {
    text,
    name: statementName(text, caller.role),
    parameters: compiled.parameters,
    schema,
    preferences,
    end: transactionEnd(settings, preferences),
    touches: touchesOfAnswer(input.query, input.answer),
    input,
  };
}

export interface AnswerVariables {
  readonly document: string | undefined;
  readonly versions: readonly string[] | undefined;
  /** Of filters. */
  readonly slots: readonly (string | readonly string[])[];
}

export function answerAction(
  { text, name, parameters, schema, preferences, end, touches, input }: PreparedAnswer,
  exchange: Exchange,
  { document, versions, slots }: AnswerVariables,
  { settings }: Pick<RestContext, 'settings'>,
): Action {
  const { representation, readOnly, mayChangeSession, reply } = input;
  const variables: Record<string, unknown> = {
    document: document === undefined ? undefined : new JsonText(document),
    versions,
  };
  slots.forEach((value, index) => {
    variables[`s${index}`] = value;
  });
  const values = bind(parameters, variables);
  const statement = { text, name, values, runsUserCode: true, mayChangeSession, touches };
  const context = requestContext(exchange, schema, preferences, settings);
  return {
    request: callerRequest(context, statement, readOnly, settings),
    end,
    reply: (result) => (representation.plan ? planReply(result, representation) : answered(result, reply)),
  };
}

function answered([rows]: BatchResult, reply: AnswerInput['reply']): Reply {
  const row = rows?.[0];
  invariant(row, 'an answer has one row');
  const [body, count, total, location, replaced, headers, status] = row;
  const plain = reply({
    body: body ?? '',
    rows: Number(count),
    total: total == null ? undefined : Number(total),
    location: location == null ? undefined : (JSON.parse(location) as (string | null)[]),
    replaced: Number(replaced ?? 0),
  });
  return withResponseSettings(plain, headers, status);
}
