/** Sends codes to phones beside the request: by a hook, by a sender, or to the outbox of development. */
import type { AuthConfig } from '../../../config/auth.ts';
import type { Observe } from '../../../observation.ts';
import { authError } from '../../errors.ts';
import type { Background } from '../background.ts';
import type { AuthHooks } from '../context.ts';
import type { Outbox } from '../outbox.ts';
import { fill } from '../template.ts';
import { createSender, type Sender } from './senders.ts';

export type Channel = 'sms' | 'whatsapp';

export interface TextMessages {
  /** Throws where this server has no way to send messages. */
  assertAvailable(): void;
  /** Comes back at once. The number is in E.164 without its plus. */
  send(message: { to: string; code: string; channel: Channel; kind: string }): void;
}

export interface MessagesInput {
  readonly sms: AuthConfig['sms'];
  readonly hooks: AuthHooks;
  /** In development only. */
  readonly outbox: Outbox | undefined;
  readonly background: Background;
  readonly observe: Observe;
}

export function createMessages({ sms, hooks, outbox, background, observe }: MessagesInput): TextMessages {
  const deliver = way();

  function way(): Sender | undefined {
    const { sendSms } = hooks;
    if (sendSms !== undefined) return ({ to, text, code }) => sendSms({ to, text, code });
    const sender = createSender(sms);
    if (sender !== undefined) return sender;
    if (outbox === undefined) return undefined;
    return async ({ to, text, channel, kind }) => outbox.add({ channel, kind, to, text });
  }

  return {
    assertAvailable() {
      if (deliver === undefined) throw authError('sms_send_failed');
    },
    send({ to, code, channel, kind }) {
      if (deliver === undefined) return;
      const { text } = fill({ subject: '', html: '', text: sms.template }, { Code: code, Token: code });
      background.run('sending a message', async () => {
        try {
          await deliver({ to: `+${to}`, text, code, channel, kind });
        } catch (error) {
          observe({ type: 'message-failed', channel, kind, final: true, error });
        }
      });
    },
  };
}
