/** The kinds of values that settings have, and how their meaning is attached. */
import { z } from 'zod';

export const MINUTE_MS = 60_000;
export const MIB = 1_048_576;

export const text = z.string().min(1, 'must not be empty');
export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
export const list = z.array(text);
export const whole = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);
export const about = (meaning: string, defaultText?: string) => ({
  description: meaning,
  ...(defaultText ? { defaultText } : {}),
});
export const flag = (value: boolean, meaning: string) => z.boolean().default(value).meta(about(meaning));
