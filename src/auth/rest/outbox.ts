/** `GET /dev/outbox`: in development, what would have been sent if anything were configured to send it. */
import type { OutboxMessage } from '../domain/outbox.ts';
import { requireAdmin } from './bearer.ts';
import { type Handler, json } from './call.ts';
import { notFound } from './errors.ts';

export const outbox: Handler = (call) => {
  const { auth, exchange } = call;
  if (auth.outbox === undefined) throw notFound(exchange.method, exchange.path);
  requireAdmin(call);
  const messages = auth.outbox.list();
  if (!/\btext\/html\b/.test(exchange.headers.accept ?? '')) return json({ messages });
  return { html: page(messages) };
};

function page(messages: readonly OutboxMessage[]): string {
  const items = messages.map(
    ({ at, channel, kind, to, subject, text }) =>
      `<article><h2>${asText(subject ?? kind)}</h2><p>${asText(`${at} · ${channel} · to ${to}`)}</p><pre>${asText(text)}</pre></article>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Outbox</title>
<style>body{font:16px/1.5 system-ui;max-width:48rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}article{border-top:1px solid #ccc}</style>
<h1>Outbox</h1>${items.join('\n') || '<p>Nothing was sent yet.</p>'}</html>`;
}

function asText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
