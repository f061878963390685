/** The header `x-jwt-aud`: users and tokens of several audiences on one server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { TEST_JWT_SECRET } from '../../support/database.ts';
import { claimsOf, signHs256 } from '../../support/tokens.ts';

let folder: string;
let server: AuthServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goforward-audience-'));
  writeFileSync(join(folder, 'goforward.yaml'), 'auth: { jwt: { otherAudiences: [partners] } }\n');
  server = await startAuth(
    { GOFORWARD_AUTH_ANONYMOUS_ENABLED: 'true', GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'true' },
    folder,
  );
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Session {
  access_token: string;
  refresh_token: string;
  error_code?: string;
  user: { aud: string };
}

async function post(path: string, body: object, audience?: string): Promise<Session> {
  const headers = audience === undefined ? {} : { 'x-jwt-aud': audience };
  const response = await server.request(path, { method: 'POST', body: JSON.stringify(body), headers });
  return (await response.json()) as Session;
}

const password = PASSWORD;
const signIn = (email: string, audience?: string) =>
  post('/token?grant_type=password', { email, password }, audience);

test('who signs up for an audience gets tokens of it, which every door takes', async () => {
  const email = 'partner@example.org';
  const made = await post('/signup', { email, password }, 'partners');
  expect(made.user.aud).toBe('partners');
  expect(claimsOf(made.access_token).aud).toBe('partners');
  const answer = await server.app.post('/graphql', { query: '{ me { email audience } }' }, made.access_token);
  expect(JSON.parse(answer.text)).toEqual({ data: { me: { email, audience: 'partners' } } });
  const next = await post('/token?grant_type=refresh_token', { refresh_token: made.refresh_token });
  expect(claimsOf(next.access_token).aud).toBe('partners');
  expect((await post('/signup', {}, 'partners')).user.aud).toBe('partners');
});

test('in another audience there is no such user', async () => {
  const email = 'plain@example.org';
  expect((await post('/signup', { email, password })).user.aud).toBe('authenticated');
  expect((await signIn(email)).user.aud).toBe('authenticated');
  expect((await signIn(email, 'authenticated')).user.aud).toBe('authenticated');
  expect((await signIn(email, 'partners')).error_code).toBe('invalid_credentials');
  const document = `mutation { signIn(email: "${email}", password: "${password}") { user { id } } }`;
  const response = await fetch(`${server.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-jwt-aud': 'partners' },
    body: JSON.stringify({ query: document }),
  });
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'invalid_credentials' } }] });
});

test('an audience that the server does not have is refused, by header and in tokens', async () => {
  expect((await post('/signup', { email: 'x@example.org', password }, 'elsewhere')).error_code).toBe(
    'validation_failed',
  );
  expect(await server.database.sql(`select 1 from auth.users where email = 'x@example.org'`)).toEqual([]);
  const token = (aud: string) =>
    signHs256({ aud, role: 'authenticated', exp: Math.floor(Date.now() / 1000) + 60 }, TEST_JWT_SECRET);
  const status = async (aud: string) =>
    (await server.app.post('/graphql', { query: '{ __typename }' }, token(aud))).status;
  expect(await status('partners')).toBe(200);
  expect(await status('elsewhere')).toBe(401);
});

test('what is told of a taken address does not depend on it', async () => {
  const strict = await startAuth({ GOFORWARD_AUTH_EMAIL_AUTOCONFIRM: 'false' }, folder);
  try {
    const sign = async (email: string) => {
      const headers = { 'x-jwt-aud': 'partners' };
      const body = JSON.stringify({ email, password });
      return (
        (await (await strict.request('/signup', { method: 'POST', body, headers })).json()) as { aud: string }
      ).aud;
    };
    await strict.admin.createUser({ email: 'taken@example.org', email_confirm: true });
    expect(await sign('taken@example.org')).toBe('partners');
    expect(await sign('free@example.org')).toBe('partners');
    expect(await sign('free@example.org')).toBe('partners');
  } finally {
    await strict.close();
  }
});
