/** Settings of what stands around signing in: keys that users make, code of extensions, captchas. */
import { z } from 'zod';
import { about, flag, httpUrl, text, whole } from './fields.ts';

export const apiKeys = z.strictObject({
  perUser: whole(0, 10_000)
    .default(20)
    .meta(about('How many living API keys a user may have made to act for them; 0 for none.')),
  defaultDays: whole(1, 3650)
    .default(90)
    .meta(about('After how many days such a key ends where nothing is said.')),
  maxDays: whole(1, 3650).default(365).meta(about('After how many days such a key ends at the latest.')),
});

export const hooks = z.strictObject({
  timeoutMs: whole(100, 60_000)
    .default(5000)
    .meta(about('How long a hook or a sign-in provider of an extension may take, in milliseconds.')),
});

export const captcha = z.strictObject({
  enabled: flag(false, 'Whether who signs up, in, or asks for a mail or message must have solved a captcha.'),
  provider: z.enum(['hcaptcha', 'turnstile']).default('hcaptcha').meta(about('Whose captcha it is.')),
  secret: text.optional().meta(about('The secret of the account there.', 'none')),
  url: httpUrl.optional().meta(about('The address that judges answers.', "the provider's own")),
  timeoutMs: whole(100, 60_000)
    .default(5000)
    .meta(about('How long the provider may take to judge, in milliseconds.')),
});
