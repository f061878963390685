/** Hooks as extensions write them, and as the verbs call them: within their time, and with nothing but what they are for. */
import type { Observe } from '../../observation.ts';
import type { AuthHooks } from './context.ts';
import { mergeClaims } from './custom-claims.ts';
import { callExtension, type ExtensionTools } from './extension-call.ts';
import { viewUser } from './user-view.ts';

type Maybe<T> = T | Promise<T>;

/** What an extension registers, by the name of the hook. */
export interface HookFunctions {
  /** Before somebody who signs up by themself becomes a user. `refuse` keeps them out. */
  beforeUserCreated(
    user: { readonly email?: string; readonly phone?: string; readonly data: object },
    tools: ExtensionTools,
  ): Maybe<void>;
  /** Returns the claims of the token about to be signed. The user is as `GET /auth/v1/user` shows them. */
  customClaims(
    claims: Record<string, unknown>,
    user: Readonly<Record<string, unknown>>,
    tools: ExtensionTools,
  ): Maybe<Record<string, unknown>>;
  /** Sends mails in the place of `auth.smtp`. */
  sendMail(
    mail: {
      readonly kind: string;
      readonly to: string;
      readonly subject: string;
      readonly html: string;
      readonly text: string;
    },
    tools: ExtensionTools,
  ): Maybe<void>;
  /** Sends text messages in the place of `auth.sms`. */
  sendSms(
    message: { readonly to: string; readonly text: string; readonly code: string },
    tools: ExtensionTools,
  ): Maybe<void>;
}

export const HOOK_NAMES: readonly (keyof HookFunctions)[] = [
  'beforeUserCreated',
  'customClaims',
  'sendMail',
  'sendSms',
];

export function guardHooks(
  given: Partial<HookFunctions>,
  { timeoutMs, observe }: { timeoutMs: number; observe: Observe },
): AuthHooks {
  const call = <T>(hook: keyof HookFunctions, run: (tools: ExtensionTools) => Maybe<T>): Promise<T> =>
    callExtension({ name: `the hook ${hook}`, timeoutMs, observe }, run);
  const { beforeUserCreated, customClaims, sendMail, sendSms } = given;
  return {
    ...(beforeUserCreated && {
      beforeUserCreated: (user) =>
        call('beforeUserCreated', (tools) => beforeUserCreated(structuredClone(user), tools)),
    }),
    ...(customClaims && {
      customClaims: (claims, user) =>
        call('customClaims', async (tools) =>
          mergeClaims(claims, await customClaims(structuredClone(claims), viewUser(user), tools)),
        ),
    }),
    ...(sendMail && { sendMail: (mail) => call('sendMail', (tools) => sendMail({ ...mail }, tools)) }),
    ...(sendSms && { sendSms: (message) => call('sendSms', (tools) => sendSms({ ...message }, tools)) }),
  };
}
