/** Mass assignment: nothing that only administrators may set comes in through any call that users may make. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth({ GOFORWARD_AUTH_ANONYMOUS_ENABLED: 'true' });
});

afterAll(() => server.close());

const PRIVILEGES: Record<string, unknown> = {
  id: '00000000-0000-4000-8000-000000000001',
  role: 'service_role',
  aud: 'admin',
  app_metadata: { admin: true },
  raw_app_meta_data: { admin: true },
  email_verified: true,
  email_confirm: true,
  phone_confirm: true,
  created_at: '2000-01-01T00:00:00Z',
  is_super_admin: true,
  is_anonymous: false,
  ban_duration: 'none',
  aal: 'aal2',
  password_hash: '$2b$04$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
};

describe.each(Object.entries(PRIVILEGES))('%s', (name, it_) => {
  it('is refused at sign-up, at an anonymous one, at a link, and in a change of oneself', async () => {
    const email = `${name.replaceAll('_', '-')}@example.org`;
    const { data } = await server.client().signUp({ email, password: PASSWORD });
    const headers = { authorization: `Bearer ${data.session!.access_token}` };
    const calls: [string, string, object][] = [
      ['POST', '/signup', { email: `other-${email}`, password: PASSWORD }],
      ['POST', '/signup', {}],
      ['POST', '/otp', { email: `third-${email}` }],
      ['PUT', '/user', { data: { a: 1 } }],
    ];
    for (const [method, path, body] of calls) {
      const init = { method, headers, body: JSON.stringify({ ...body, [name]: it_ }) };
      const response = await server.request(path, init);
      expect(response.status, `${method} ${path}`).toBe(400);
      expect(await response.json()).toMatchObject({
        error_code: 'validation_failed',
        msg: `${name} cannot be set here`,
      });
    }
    const rows = await server.database.sql(`select 1 from auth.users where email like '%-' || $1`, [email]);
    expect(rows).toEqual([]);
    const me = await server.request('/user', { headers });
    expect(await me.json()).toMatchObject({
      role: 'authenticated',
      aud: 'authenticated',
      user_metadata: { email_verified: true },
    });
  });
});

it('what users say of themselves stays what they say, whatever it is called', async () => {
  const data = {
    role: 'service_role',
    app_metadata: { admin: true },
    __proto__: { x: 1 },
    constructor: { y: 2 },
  };
  const signedUp = await server
    .client()
    .signUp({ email: 'meta@example.org', password: PASSWORD, options: { data } });
  const claims = JSON.parse(
    Buffer.from(signedUp.data.session!.access_token.split('.')[1]!, 'base64url').toString(),
  );
  expect(claims).toMatchObject({
    role: 'authenticated',
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: { role: 'service_role', app_metadata: { admin: true } },
  });
});

it('links lead to the configured host, whatever the request calls itself', async () => {
  await server.admin.createUser({ email: 'host@example.org', password: PASSWORD, email_confirm: true });
  await server.request('/recover', {
    method: 'POST',
    headers: {
      'x-forwarded-host': 'evil.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '444',
      forwarded: 'host=evil.example.com',
      'x-original-host': 'evil.example.com',
      referer: 'https://evil.example.com/',
      origin: 'https://evil.example.com',
    },
    body: JSON.stringify({ email: 'host@example.org' }),
  });
  const mail = await server.sent('host@example.org');
  expect(mail.text).not.toContain('evil');
  expect(mail.text).toContain(`${server.url}/verify?token=`);
});
