/** One message of a kind to one address per interval, and so many an hour to whomever; whether anybody has that address or not. */
import { limited } from '../errors.ts';
import type { AuthContext } from './context.ts';

export type MessageKind =
  | 'signup'
  | 'recovery'
  | 'magiclink'
  | 'email_change'
  | 'reauthentication'
  | 'sms'
  | 'phone_change'
  | 'mfa';

const HOUR_MS = 3_600_000;

export async function checkFrequency(
  auth: Pick<AuthContext, 'config' | 'limiter'>,
  kind: MessageKind,
  address: string,
): Promise<void> {
  const { email, phone, limits } = auth.config;
  const byPhone = !address.includes('@');
  const code = byPhone ? 'over_sms_send_rate_limit' : 'over_email_send_rate_limit';
  const windowMs = (byPhone ? phone : email).maxFrequencySeconds * 1000;
  const single =
    windowMs > 0 ? await auth.limiter.take([{ name: `message ${kind} ${address}`, limit: 1, windowMs }]) : 0;
  if (single > 0) {
    const seconds = Math.ceil(single / 1000);
    throw limited(
      code,
      `For security purposes, you can only request this after ${seconds} seconds.`,
      seconds,
    );
  }
  if (!limits.enabled) return;
  const limit = byPhone ? limits.smsPerHour : limits.mailsPerHour;
  const all = await auth.limiter.take([{ name: byPhone ? 'texts' : 'mails', limit, windowMs: HOUR_MS }]);
  if (all > 0)
    throw limited(code, byPhone ? 'SMS rate limit exceeded' : 'Email rate limit exceeded', all / 1000);
}
