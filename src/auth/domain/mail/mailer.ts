/** Sends mails beside the request: by a hook, by SMTP with tries until the code in it is stale, or to the outbox. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthConfig } from '../../../config/auth.ts';
import type { Observe } from '../../../observation.ts';
import { authError } from '../../errors.ts';
import type { Background } from '../background.ts';
import type { AuthHooks } from '../context.ts';
import type { Outbox } from '../outbox.ts';
import { fill, type Variables } from '../template.ts';
import type { MailKind, Templates } from './templates.ts';

export interface Mail {
  readonly kind: MailKind;
  readonly to: string;
  readonly variables: Variables;
}

export interface Mailer {
  /** Whether mails reach anybody at all. */
  readonly available: boolean;
  /** Throws where this server has no way to send mail. */
  assertAvailable(): void;
  /** Comes back at once. */
  send(mail: Mail): void;
  close(): void;
}

export interface MailerInput {
  readonly smtp: AuthConfig['smtp'];
  readonly templates: Templates;
  readonly hooks: AuthHooks;
  /** In development only. */
  readonly outbox: Outbox | undefined;
  readonly background: Background;
  readonly observe: Observe;
  /** How long a mail is worth sending. */
  readonly worthMs: number;
}

type Deliver = (mail: {
  kind: string;
  to: string;
  subject: string;
  html: string;
  text: string;
}) => Promise<void>;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
const CONNECTION_TIMEOUT_MS = 10_000;

export async function createMailer(input: MailerInput): Promise<Mailer> {
  const { smtp, templates, hooks, outbox, background, observe, worthMs } = input;
  const closing = new AbortController();
  const transport = await createTransport(smtp);
  const deliver = way();

  function way(): Deliver | undefined {
    if (hooks.sendMail !== undefined) return hooks.sendMail;
    if (transport !== undefined) {
      return async ({ to, subject, html, text }) => {
        // As an object an address is taken as it is, not parsed for further ones.
        await transport.sendMail({ from: smtp.from, to: { name: '', address: to }, subject, html, text });
      };
    }
    if (outbox === undefined) return undefined;
    return async (mail) => outbox.add({ channel: 'email', ...mail });
  }

  async function deliverInTime({ kind, to, variables }: Mail, send: Deliver): Promise<void> {
    const mail = { kind, to, ...fill(templates[kind], variables) };
    const deadline = performance.now() + worthMs;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        return await send(mail);
      } catch (error) {
        const last = isFinal(error) || performance.now() + wait > deadline || closing.signal.aborted;
        observe({ type: 'message-failed', channel: 'email', kind, final: last, error });
        if (last) return;
      }
      await sleep(wait, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  return {
    available: deliver !== undefined,
    assertAvailable() {
      if (deliver === undefined) throw authError('email_not_configured');
    },
    send(mail) {
      if (deliver !== undefined) background.run('sending a mail', () => deliverInTime(mail, deliver));
    },
    close() {
      closing.abort();
      transport?.close();
    },
  };
}

/** The library is only in memory where there is a server to speak to. */
async function createTransport(smtp: AuthConfig['smtp']) {
  if (smtp.host === undefined) return undefined;
  const nodemailer = await import('nodemailer');
  return nodemailer.createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.secure,
    requireTLS: smtp.requireTls,
    pool: true,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    greetingTimeout: CONNECTION_TIMEOUT_MS,
    // Addresses and files in a mail are never fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(smtp.user === undefined ? {} : { auth: { user: smtp.user, pass: smtp.password ?? '' } }),
  });
}

/** The mail server has said no to this very mail (5xx): asking again changes nothing. */
function isFinal(error: unknown): boolean {
  const { responseCode } = (error ?? {}) as { responseCode?: unknown };
  return typeof responseCode === 'number' && responseCode >= 500;
}
