/** The two ways a text message leaves: the HTTP interface of Twilio (and of what speaks like it), and a signed webhook. */
import { createHmac } from 'node:crypto';
import type { AuthConfig } from '../../../config/auth.ts';

export interface TextMessage {
  /** E.164 with its plus. */
  readonly to: string;
  readonly text: string;
  readonly code: string;
  readonly channel: 'sms' | 'whatsapp';
  readonly kind: string;
}

export type Sender = (message: TextMessage) => Promise<void>;

const TWILIO = 'https://api.twilio.com';
const TIMEOUT_MS = 10_000;

/** Undefined where no provider is configured. */
export function createSender(sms: AuthConfig['sms']): Sender | undefined {
  switch (sms.provider) {
    case 'twilio':
      return (message) => sendByTwilio(sms, message);
    case 'webhook':
      return (message) => sendByWebhook(sms, message);
    default:
      return undefined;
  }
}

async function sendByTwilio(sms: AuthConfig['sms'], { to, text, channel }: TextMessage): Promise<void> {
  const { accountSid = '', authToken = '', from = '', url = TWILIO } = sms;
  const number = (it: string) => (channel === 'whatsapp' ? `whatsapp:${it}` : it);
  const sender = from.startsWith('MG') ? { MessagingServiceSid: from } : { From: number(from) };
  const account = encodeURIComponent(accountSid);
  await post(`${url.replace(/\/+$/, '')}/2010-04-01/Accounts/${account}/Messages.json`, {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
    },
    body: new URLSearchParams({ To: number(to), Body: text, ...sender }).toString(),
  });
}

/** The signature covers the moment too, so that a recorded call is of no use later. */
async function sendByWebhook(sms: AuthConfig['sms'], message: TextMessage): Promise<void> {
  const body = JSON.stringify(message);
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', sms.authToken ?? '')
    .update(`${at}.${body}`)
    .digest('hex');
  await post(sms.url ?? '', {
    headers: {
      'content-type': 'application/json',
      ...(sms.authToken === undefined ? {} : { 'x-goforward-signature': `t=${at},v1=${signature}` }),
    },
    body,
  });
}

async function post(url: string, init: { headers: Record<string, string>; body: string }): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...init,
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`the sender of messages answered ${response.status}: ${text.slice(0, 300)}`);
}
