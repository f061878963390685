import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Received {
  from: string;
  to: string[];
  raw: string;
}

/** A mail server of our own; `refuse` says how often it is not at home. */
async function smtpSink(refuse = 0): Promise<{ port: number; mails: Received[]; tries: () => number }> {
  const mails: Received[] = [];
  let tries = 0;
  const sink = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onMailFrom(_address, _session, done) {
      tries += 1;
      done(tries <= refuse ? Object.assign(new Error('come back later'), { responseCode: 451 }) : null);
    },
    onData(stream, session, done) {
      let raw = '';
      stream.setEncoding('utf8').on('data', (part: string) => {
        raw += part;
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((one) => one.address),
          raw: raw.replace(/=\r\n/g, '').replaceAll('=3D', '='),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => new Promise<void>((resolve) => sink.close(() => resolve())));
  return { port: (sink.server.address() as AddressInfo).port, mails, tries: () => tries };
}

async function started(env: Record<string, string>): Promise<AuthServer> {
  const server = await startAuth(env);
  cleanUps.push(() => server.close());
  return server;
}

it('goes through a real mail server, which makes confirmation the rule', async () => {
  const { port, mails } = await smtpSink();
  const server = await started({
    GOFORWARD_AUTH_SMTP_HOST: '127.0.0.1',
    GOFORWARD_AUTH_SMTP_PORT: String(port),
    GOFORWARD_AUTH_SMTP_FROM: 'Shop <shop@example.org>',
  });
  const { data } = await server.client().signUp({ email: 'ada@example.org', password: PASSWORD });
  expect(data.session).toBeNull();
  await expect.poll(() => mails.length).toBe(1);
  expect(mails[0]).toMatchObject({ from: 'shop@example.org', to: ['ada@example.org'] });
  expect(mails[0]?.raw).toMatch(/^From: Shop <shop@example\.org>\r$/m);
  expect(mails[0]?.raw).toMatch(/^Subject: Confirm your email\r$/m);
  expect(mails[0]?.raw).toContain('Content-Type: multipart/alternative');
  expect(mails[0]?.raw).toMatch(/\/auth\/v1\/verify\?token=[0-9a-f]{56}&type=signup/);
  expect(await server.outbox()).toEqual([]);
});

it('tries again while the mail server is away, and sends one mail', async () => {
  const { port, mails, tries } = await smtpSink(1);
  const server = await started({
    GOFORWARD_AUTH_SMTP_HOST: '127.0.0.1',
    GOFORWARD_AUTH_SMTP_PORT: String(port),
  });
  const startedAt = performance.now();
  await server.client().signUp({ email: 'later@example.org', password: PASSWORD });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await expect.poll(() => mails.length, { timeout: 10_000 }).toBe(1);
  expect(tries()).toBe(2);
  expect(server.app.observations).toContainEqual(
    expect.objectContaining({ type: 'message-failed', channel: 'email', kind: 'confirmation', final: false }),
  );
});

it('takes templates from files, escapes what is filled in, and lets nothing add a header or run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'goforward-templates-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'confirmation.subject.txt'), 'Hello {{ .Data.name }}\n');
  writeFileSync(
    join(folder, 'confirmation.html'),
    '<p>{{ .Data.name }}|{{ .Token }}|{{ .Unknown }}|{{ range .Users }}|{{ .Data.constructor }}</p>',
  );
  const { port, mails } = await smtpSink();
  const server = await started({
    GOFORWARD_AUTH_SMTP_HOST: '127.0.0.1',
    GOFORWARD_AUTH_SMTP_PORT: String(port),
    GOFORWARD_AUTH_MAIL_TEMPLATES_DIRECTORY: folder,
  });
  const name = '<b>{{ .Token }}</b>\r\nBcc: mallory@example.org\r\n\r\nbody';
  await server.client().signUp({ email: 'tpl@example.org', password: PASSWORD, options: { data: { name } } });
  await expect.poll(() => mails.length).toBe(1);
  const [mail] = mails;
  expect(mail?.to).toEqual(['tpl@example.org']);
  const head = mail?.raw.split('\r\n\r\n')[0];
  expect(head).not.toMatch(/^Bcc:/im);
  expect(mail?.raw.replace(/\r\n\s/g, ' ')).toMatch(
    /^Subject: Hello <b>\{\{ \.Token \}\}<\/b> Bcc: mallory@example\.org body\r$/m,
  );
  expect(mail?.raw).toContain('&lt;b&gt;{{ .Token }}&lt;/b&gt;');
  expect(mail?.raw).toMatch(/\|\d{6}\|\|\{\{ range \.Users \}\}\|/);
});

it('says clearly in production that there is no mail server', async () => {
  const server = await started({
    GOFORWARD_MODE: 'production',
    GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false',
  });
  const { error } = await server.client().signUp({ email: 'prod@example.org', password: PASSWORD });
  expect(error).toMatchObject({
    status: 503,
    message: 'This server cannot send e-mail: auth.smtp is not configured',
  });
  const outbox = await server.request('/dev/outbox', {
    headers: { authorization: `Bearer ${server.app.keys.service}` },
  });
  expect(outbox.status).toBe(404);
});

interface Call {
  request: IncomingMessage;
  body: string;
}

async function httpSink(status = 200): Promise<{ url: string; calls: Call[] }> {
  const calls: Call[] = [];
  const sink = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      calls.push({ request, body });
      response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => new Promise((resolve) => sink.close(resolve)));
  return { url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`, calls };
}

it('speaks to Twilio, and to what speaks like it', async () => {
  const { url, calls } = await httpSink();
  const server = await started({
    GOFORWARD_AUTH_PHONE_ENABLED: 'true',
    GOFORWARD_AUTH_SMS_PROVIDER: 'twilio',
    GOFORWARD_AUTH_SMS_URL: url,
    GOFORWARD_AUTH_SMS_ACCOUNT_SID: 'AC1',
    GOFORWARD_AUTH_SMS_AUTH_TOKEN: 'secret',
    GOFORWARD_AUTH_SMS_FROM: '+15550100',
  });
  await server.client().signInWithOtp({ phone: '+491512345678', options: { channel: 'whatsapp' } });
  await expect.poll(() => calls.length).toBe(1);
  const { request, body } = calls[0]!;
  expect(request.url).toBe('/2010-04-01/Accounts/AC1/Messages.json');
  expect(request.headers.authorization).toBe(`Basic ${Buffer.from('AC1:secret').toString('base64')}`);
  const fields = Object.fromEntries(new URLSearchParams(body));
  expect(fields).toEqual({
    To: 'whatsapp:+491512345678',
    From: 'whatsapp:+15550100',
    Body: expect.stringMatching(/^Your code is \d{6}$/),
  });
});

it('calls a webhook that can tell who called', async () => {
  const { url, calls } = await httpSink();
  const server = await started({
    GOFORWARD_AUTH_PHONE_ENABLED: 'true',
    GOFORWARD_AUTH_SMS_PROVIDER: 'webhook',
    GOFORWARD_AUTH_SMS_URL: `${url}/hook`,
    GOFORWARD_AUTH_SMS_AUTH_TOKEN: 'shared',
  });
  await server.client().signInWithOtp({ phone: '+491512345679' });
  await expect.poll(() => calls.length).toBe(1);
  const { request, body } = calls[0]!;
  expect(JSON.parse(body)).toMatchObject({
    to: '+491512345679',
    channel: 'sms',
    code: expect.stringMatching(/^\d{6}$/),
  });
  const [, at, signature] =
    /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(request.headers['x-goforward-signature'])) ?? [];
  expect(signature).toBe(createHmac('sha256', 'shared').update(`${at}.${body}`).digest('hex'));
});
