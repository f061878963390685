/** Guessing is slow: by address, by whom it is about, and altogether; in one request as in many, in one process as in two. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { askGraphql } from '../../support/auth-graphql.ts';

const servers: AuthServer[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const child of children.splice(0)) {
    child.kill();
    await once(child, 'exit');
  }
});

async function start(env: Record<string, string>): Promise<AuthServer> {
  const server = await startAuth({
    GOFORWARD_AUTH_LIMITS_ENABLED: 'true',
    GOFORWARD_SERVER_TRUSTED_PROXIES: '127.0.0.1',
    ...env,
  });
  servers.push(server);
  return server;
}

const signIn = (server: AuthServer, email: string, ip = '192.0.2.1') =>
  server.request('/token?grant_type=password', {
    method: 'POST',
    headers: { 'x-forwarded-for': ip },
    body: JSON.stringify({ email, password: 'wrong' }),
  });

async function statuses(responses: readonly (() => Promise<Response>)[]): Promise<number[]> {
  const all = [];
  for (const respond of responses) all.push((await respond()).status);
  return all;
}

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));

it('per client address, whoever is tried; another address has its own tries', async () => {
  const server = await start({ GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: '5' });
  const all = await statuses(times(7, (index) => () => signIn(server, `u${index}@example.org`)));
  expect(all).toEqual([400, 400, 400, 400, 400, 429, 429]);
  expect((await signIn(server, 'u@example.org', '192.0.2.2')).status).toBe(400);
  const refused = await signIn(server, 'u@example.org');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(200);
  expect(await refused.json()).toMatchObject({
    error_code: 'over_request_rate_limit',
    msg: 'Request rate limit reached',
  });
});

it('an IPv6 client has one network, however many addresses are in it', async () => {
  const server = await start({ GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: '3' });
  const ips = ['2001:db8::1', '2001:db8:0:0:1::1', '2001:DB8::ffff:2', '2001:db8::5', '2001:db8:0:1::1'];
  const all = await statuses(ips.map((ip, index) => () => signIn(server, `v${index}@example.org`, ip)));
  expect(all).toEqual([400, 400, 400, 429, 400]);
});

it('per whom it is about, from wherever, whether there is such a user or not', async () => {
  const server = await start({ GOFORWARD_AUTH_LIMITS_IDENTITY_PER5_MINUTES: '3' });
  await server.admin.createUser({ email: 'here@example.org', password: PASSWORD, email_confirm: true });
  for (const email of ['here@example.org', 'not.here@example.org']) {
    const spellings = [email, email.toUpperCase(), ` ${email} `, email];
    const all = await statuses(
      spellings.map((one, index) => () => signIn(server, one, `198.51.100.${index}`)),
    );
    expect(all.filter((status) => status === 429)).toHaveLength(1);
    expect(all[3]).toBe(429);
  }
});

it('altogether, and who is refused for their own tries takes nothing from the others', async () => {
  const server = await start({
    GOFORWARD_AUTH_LIMITS_GLOBAL_PER_MINUTE: '6',
    GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: '4',
  });
  const first = await statuses(times(20, (index) => () => signIn(server, `g${index}@example.org`)));
  expect(first.filter((status) => status === 400)).toHaveLength(4);
  const others = await statuses(
    times(4, (index) => () => signIn(server, `h${index}@example.org`, `203.0.113.${index}`)),
  );
  expect(others).toEqual([400, 400, 429, 429]);
});

it.each(['/graphql', '/v1/graphql'])('aliases of one document at %s are as many tries', async (path) => {
  const server = await start({ GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: '5' });
  const fields = times(
    9,
    (index) => `a${index}: signIn(email: "a@example.org", password: "p${index}") { accessToken }`,
  );
  const { errors } = await askGraphql(server, `mutation { ${fields.join(' ')} }`, { path });
  const codes = errors!.map(({ extensions }) => extensions.code);
  expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(5);
  expect(codes.filter((code) => code === 'over_request_rate_limit')).toHaveLength(4);
  expect(errors!.at(-1)?.extensions.retryAfter).toBeGreaterThan(200);
});

it.each(['/graphql', '/v1/graphql'])('requests of one batch at %s are as many tries', async (path) => {
  const server = await start({
    GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: '5',
    GOFORWARD_API_GRAPHQL_BATCH: '10',
  });
  const batch = times(9, (index) => ({
    query: `mutation { signIn(email: "a@example.org", password: "p${index}") { accessToken } }`,
  }));
  const { text } = await server.app.post(path, batch);
  expect(text.match(/"invalid_credentials"/g)).toHaveLength(5);
  expect(text.match(/"over_request_rate_limit"/g)).toHaveLength(4);
});

it('both doors draw from the same tries, and every verb counts', async () => {
  const server = await start({ GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: '6' });
  const post = (path: string, body: object) => () =>
    server.request(path, { method: 'POST', body: JSON.stringify(body) });
  const email = 'every@example.org';
  const all = await statuses([
    post('/signup', { email, password: PASSWORD }),
    post('/otp', { email }),
    post('/recover', { email }),
    post('/resend', { type: 'signup', email }),
    post('/verify', { type: 'email', email, token: '000000' }),
  ]);
  expect(all).toEqual([200, 200, 200, 200, 403]);
  const sixth = await askGraphql(server, 'mutation { resetPassword(email: "every@example.org") }');
  expect(sixth).toEqual({ data: { resetPassword: true } });
  const seventh = await askGraphql(server, 'mutation { resetPassword(email: "every@example.org") }');
  expect(seventh.errors?.[0]?.extensions.code).toBe('over_request_rate_limit');
  expect((await post('/recover', { email })()).status).toBe(429);
});

it('mails of an hour are so many, to whomever', async () => {
  const server = await start({ GOFORWARD_AUTH_LIMITS_MAILS_PER_HOUR: '2' });
  const recover = (email: string) =>
    server.request('/recover', { method: 'POST', body: JSON.stringify({ email }) });
  const all = await statuses(times(3, (index) => () => recover(`m${index}@example.org`)));
  expect(all).toEqual([200, 200, 429]);
  expect(await (await recover('n@example.org')).json()).toMatchObject({
    error_code: 'over_email_send_rate_limit',
  });
});

const REDIS = '/usr/bin/redis-server';

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

async function startRedis(): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn(REDIS, flags, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  let output = '';
  for await (const piece of child.stdout!) {
    output += String(piece);
    if (output.includes('Ready to accept connections')) break;
  }
  return { url: `redis://127.0.0.1:${port}`, child };
}

// Without a redis-server on the machine there is nothing to count in.
describe.skipIf(!existsSync(REDIS))('with Redis', () => {
  it('two processes count together', async () => {
    const { url } = await startRedis();
    const env = { GOFORWARD_REDIS_URL: url, GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: '5' };
    const [one, other] = await Promise.all([start(env), start(env)]);
    const all = await statuses(
      times(8, (index) => () => signIn(index % 2 === 0 ? one! : other!, `r${index}@example.org`)),
    );
    expect(all).toEqual([400, 400, 400, 400, 400, 429, 429, 429]);
    const parallel = await Promise.all(
      times(12, (index) => signIn(index % 2 === 0 ? one! : other!, `s${index}@example.org`, '192.0.2.77')),
    );
    expect(parallel.filter(({ status }) => status === 400)).toHaveLength(5);
  });

  it('a Redis that has gone keeps nobody out, and each process counts for itself', async () => {
    const { url, child } = await startRedis();
    const server = await start({
      GOFORWARD_REDIS_URL: url,
      GOFORWARD_AUTH_LIMITS_SIGN_IN_PER5_MINUTES: '3',
    });
    expect((await signIn(server, 'a@example.org')).status).toBe(400);
    child.kill('SIGKILL');
    await once(child, 'exit');
    children.splice(children.indexOf(child), 1);
    const all = await statuses(times(5, (index) => () => signIn(server, `b${index}@example.org`)));
    expect(all).toEqual([400, 400, 400, 429, 429]);
    const lost = server.app.observations.filter(
      (one) => one.type === 'connection-lost' && one.pool === 'redis',
    );
    expect(lost).toHaveLength(1);
  });
});
