/** Calls that ask for a captcha where the configuration says so: `gotrue_meta_security.captcha_token` of the body. The service key is a key, no bot. */
import { checkCaptcha } from '../domain/captcha.ts';
import { queryText } from './body.ts';
import type { Call, Handler } from './call.ts';

/** Continuations of what a captcha was solved for. */
const CONTINUING = new Set(['refresh_token', 'pkce']);

export function withCaptcha(handler: Handler): Handler {
  return async (call) => {
    const { auth, exchange, client } = call;
    const isFree = exchange.caller.kind === 'service' || CONTINUING.has(queryText(call, 'grant_type') ?? '');
    if (auth.config.captcha.enabled && !isFree) await checkCaptcha(auth, answerIn(call), client);
    return handler(call);
  };
}

/** What is wrong with the body otherwise is the handler's to tell. */
function answerIn({ exchange }: Call): string | undefined {
  try {
    const body = JSON.parse(exchange.body ?? '') as {
      gotrue_meta_security?: { captcha_token?: unknown };
    } | null;
    const answer = body?.gotrue_meta_security?.captcha_token;
    return typeof answer === 'string' ? answer : undefined;
  } catch {
    return undefined;
  }
}
