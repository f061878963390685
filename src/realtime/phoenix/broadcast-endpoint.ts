/** `POST /realtime/v1/api/broadcast`: broadcasts without a socket, several at a time or one whose payload is the body. */
import { callerContextOf } from '../../database/caller-context.ts';
import { AppError } from '../../errors.ts';
import type { Endpoint, Exchange, Reply } from '../../exchange.ts';
import type { ChannelService, Sending } from '../channels/channel-service.ts';
import { isRecord } from './record.ts';

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const ONE = /^\/realtime\/v1\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/;
const MAX_MESSAGES = 1_000;

export function createBroadcastEndpoint(service: ChannelService): Endpoint {
  return {
    async handle(exchange) {
      if (exchange.method !== 'POST')
        throw new AppError('invalid-request', `${exchange.method} cannot be used here`, { status: 405 });
      const one = ONE.exec(exchange.path);
      const sendings = one ? [oneOf(exchange, one[1] ?? '', one[2] ?? '')] : severalOf(exchange);
      for (const sending of sendings) service.check(sending);
      const context = callerContextOf(exchange);
      const left = service.count(context, exchange.ip, sendings.length);
      for (const sending of sendings) await service.send(context, sending);
      const most = service.limits.requestsPerSecond;
      return {
        status: 202,
        headers: {
          'x-rate-rolling': String(most - left),
          'x-rate-limit': String(most),
          'x-rate-limit-remaining': String(left),
        },
        body: '',
      };
    },
    renderError: (error) => refusal(error),
  };
}

function refusal({ code, status, message, extensions }: AppError): Reply {
  const body =
    code === 'validation-failed'
      ? { errors: extensions.errors ?? { messages: [message] } }
      : {
          message:
            code === 'too-many-broadcasts' ? 'Too many requests' : status === 401 ? 'Unauthorized' : message,
        };
  return {
    status: code === 'validation-failed' ? 422 : status,
    headers: JSON_HEADERS,
    body: JSON.stringify(body),
  };
}

function oneOf({ body, bytes, headers, query }: Exchange, topic: string, event: string): Sending {
  const isBinary = /^application\/octet-stream\b/i.test(headers['content-type'] ?? '');
  const given = isBinary ? { bytes: bytes ?? Buffer.alloc(0) } : { json: checkedJson(body) };
  return {
    topic: { name: decoded(topic), isPrivate: query.private === 'true' },
    event: decoded(event),
    body: given,
  };
}

function severalOf({ body }: Exchange): Sending[] {
  const given: unknown = JSON.parse(checkedJson(body));
  const messages = isRecord(given) ? given.messages : undefined;
  if (!Array.isArray(messages) || messages.length > MAX_MESSAGES)
    throw invalid({ messages: [`must be a list of at most ${MAX_MESSAGES}`] });
  const read = messages.map(readMessage);
  if (read.some((one) => 'errors' in one))
    throw invalid({ messages: read.map((one) => ('errors' in one ? one.errors : {})) });
  return read as Sending[];
}

function readMessage(message: unknown): Sending | { errors: Record<string, string[]> } {
  const { topic, event, payload, private: isPrivate, id } = isRecord(message) ? message : {};
  const errors: Record<string, string[]> = {};
  if (typeof topic !== 'string' || topic === '') errors.topic = ["can't be blank"];
  if (typeof event !== 'string' || event === '') errors.event = ["can't be blank"];
  if (!isRecord(payload)) errors.payload = payload === undefined ? ["can't be blank"] : ['is invalid'];
  if (Object.keys(errors).length > 0) return { errors };
  return {
    topic: { name: String(topic), isPrivate: isPrivate === true },
    event: String(event),
    body: { json: JSON.stringify(payload) },
    id: typeof id === 'string' ? id : undefined,
  };
}

function checkedJson(body: string | undefined): string {
  const text = body === undefined || body === '' ? '{}' : body;
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw invalid({ payload: ['is no JSON'] });
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid({ topic: ['is invalid'] });
  }
}

function invalid(errors: unknown): AppError {
  return new AppError('validation-failed', 'The broadcast cannot be read', { extensions: { errors } });
}
