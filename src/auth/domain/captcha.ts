/** Asks the provider of a captcha whether an answer is right. Where it cannot be asked nobody is let in. */
import { authError } from '../errors.ts';
import type { AuthContext, Client } from './context.ts';

const URLS = {
  hcaptcha: 'https://api.hcaptcha.com/siteverify',
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
} as const;

export async function checkCaptcha(
  auth: Pick<AuthContext, 'config' | 'observe'>,
  answer: string | undefined,
  client: Client,
): Promise<void> {
  const { enabled, provider, secret = '', url = URLS[provider], timeoutMs } = auth.config.captcha;
  if (!enabled) return;
  if (answer === undefined || answer.trim() === '')
    throw refused('no captcha response (captcha_token) found in request');
  const form = new URLSearchParams({ secret, response: answer.trim() });
  if (client.ip !== undefined) form.set('remoteip', client.ip);
  const judged = await judge(url, form, timeoutMs).catch((error: unknown) => {
    auth.observe({ type: 'unexpected-error', error, where: `the captcha of ${provider}` });
    throw refused('the captcha provider cannot be asked');
  });
  if (judged.success !== true) throw refused(codesOf(judged['error-codes']));
}

async function judge(
  url: string,
  form: URLSearchParams,
  timeoutMs: number,
): Promise<Record<string, unknown>> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method: 'POST', body: form, signal, redirect: 'error' });
  const judged: unknown = await response.json();
  if (typeof judged !== 'object' || judged === null) throw new Error(`${url} answers no object`);
  return judged as Record<string, unknown>;
}

/** The provider's own words, as far as they are words. */
function codesOf(codes: unknown): string {
  const known = Array.isArray(codes) ? codes.filter((one) => /^[a-z-]{1,60}$/.test(String(one))) : [];
  return known.length === 0 ? 'the answer is wrong' : known.join(', ');
}

function refused(reason: string) {
  return authError('captcha_failed', `captcha protection: request disallowed (${reason})`);
}
