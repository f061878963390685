/** Where messages go in development when nothing is configured to send them: kept in memory, and as files to look at. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../lib/durable-file.ts';

export interface OutboxMessage {
  readonly id: number;
  readonly at: string;
  readonly channel: 'email' | 'sms' | 'whatsapp';
  readonly kind: string;
  readonly to: string;
  readonly subject?: string | undefined;
  readonly text: string;
  readonly html?: string | undefined;
}

export interface Outbox {
  add(message: Omit<OutboxMessage, 'id' | 'at'>): void;
  /** Newest first. */
  list(): readonly OutboxMessage[];
}

const KEPT = 200;

/** `directory` undefined: in memory alone. */
export function createOutbox(directory: string | undefined): Outbox {
  const messages: OutboxMessage[] = [];
  let last = 0;
  return {
    add(message) {
      last += 1;
      const complete = { id: last, at: new Date().toISOString(), ...message };
      messages.unshift(complete);
      messages.length = Math.min(messages.length, KEPT);
      if (directory === undefined) return;
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const name = `${complete.at.replace(/[:.]/g, '-')}-${last}-${message.channel}-${message.kind}.txt`;
      writeDurably(join(directory, name), asFile(complete), 0o600);
    },
    list: () => messages,
  };
}

function asFile({ at, channel, to, subject, text }: OutboxMessage): string {
  const head = [
    `Date: ${at}`,
    `Channel: ${channel}`,
    `To: ${to}`,
    ...(subject ? [`Subject: ${subject}`] : []),
  ];
  return `${head.join('\n')}\n\n${text}\n`;
}
