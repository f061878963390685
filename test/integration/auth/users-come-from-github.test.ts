import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { browse } from '../../support/identity-provider.ts';

/** Speaks as a GitHub server of one's own does, as far as a sign-in asks. */
interface Account {
  id: number;
  login: string;
  name: string | null;
  emails: { email: string; primary: boolean; verified: boolean }[];
}

let account: Account;
let github: Server;
let server: AuthServer;
let directory: string;
const asked: URLSearchParams[] = [];

beforeAll(async () => {
  let challenge = '';
  github = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://github.test');
    const json = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/login/oauth/authorize') {
      asked.push(url.searchParams);
      challenge = url.searchParams.get('code_challenge') ?? '';
      const back = new URL(url.searchParams.get('redirect_uri')!);
      back.search = String(new URLSearchParams({ code: 'c0de', state: url.searchParams.get('state')! }));
      return response.writeHead(302, { location: back.href }).end();
    }
    if (url.pathname === '/login/oauth/access_token') {
      const body = new URLSearchParams(await new Response(request as never).text());
      const answered = createHash('sha256')
        .update(body.get('code_verifier') ?? '')
        .digest('base64url');
      const right =
        answered === challenge && body.get('client_secret') === 'hush' && body.get('code') === 'c0de';
      if (!right) return json({ error: 'bad_verification_code' });
      return json({ access_token: 'gho_1', scope: 'read:user,user:email', token_type: 'bearer' });
    }
    if (request.headers.authorization !== 'Bearer gho_1') return json({ message: 'Bad credentials' }, 401);
    const { emails, ...user } = account;
    if (url.pathname === '/api/v3/user') return json(user);
    if (url.pathname === '/api/v3/user/emails') return json(emails);
    return json({ message: 'Not Found' }, 404);
  });
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;
  directory = await mkdtemp(join(tmpdir(), 'goforward-github-'));
  const providers = { github: { clientId: 'app', clientSecret: 'hush', issuer } };
  await writeFile(join(directory, 'goforward.yaml'), JSON.stringify({ auth: { providers } }));
  server = await startAuth({ GOFORWARD_AUTH_SITE_URL: 'https://shop.example.org' }, directory);
});

afterAll(async () => {
  await server.close();
  github.closeAllConnections();
  await new Promise((resolve) => github.close(resolve));
  await rm(directory, { recursive: true });
});

async function signIn() {
  const place = await browse(`${server.url}/authorize?provider=github`, 'https://shop.example.org');
  const fragment = Object.fromEntries(new URLSearchParams(place.hash.slice(1)));
  const { data } = await server.client().getUser(fragment.access_token ?? '');
  return { fragment, user: data.user };
}

it('takes the number of the account as its key, and the first address once it is verified', async () => {
  account = {
    id: 583231,
    login: 'octocat',
    name: 'The Octocat',
    emails: [
      { email: 'other@example.org', primary: false, verified: true },
      { email: 'octo@example.org', primary: true, verified: true },
    ],
  };
  const { fragment, user } = await signIn();
  expect(asked[0]?.get('scope')).toBe('read:user user:email');
  expect(asked[0]?.get('client_id')).toBe('app');
  expect(fragment.provider_token).toBe('gho_1');
  expect(user).toMatchObject({
    email: 'octo@example.org',
    app_metadata: { provider: 'github', providers: ['github'] },
    user_metadata: { user_name: 'octocat', full_name: 'The Octocat' },
    identities: [{ id: '583231', provider: 'github' }],
  });
  account = { ...account, login: 'renamed' };
  expect((await signIn()).user?.id).toBe(user?.id);
});

it('gives nobody an address that is not verified there', async () => {
  account = {
    id: 7,
    login: 'mallory',
    name: null,
    emails: [{ email: 'octo@example.org', primary: true, verified: false }],
  };
  const { user } = await signIn();
  expect(user).toMatchObject({ email: '', identities: [{ id: '7', provider: 'github' }] });
});

it('links by hand only where that is switched on', async () => {
  const client = server.client();
  const { data } = await client.signUp({ email: 'off@example.org', password: PASSWORD });
  const options = { skipBrowserRedirect: true };
  const expected = { status: 404, code: 'manual_linking_disabled', message: 'Manual linking is disabled' };
  expect((await client.linkIdentity({ provider: 'github', options })).error).toMatchObject(expected);
  const identity = data.user!.identities![0]!;
  expect((await client.unlinkIdentity(identity)).error).toMatchObject(expected);
});

it('tells the site when the answers make no sense, and the log why', async () => {
  account = { id: 'not a number' as unknown as number, login: 'x', name: null, emails: [] };
  const { fragment } = await signIn();
  expect(fragment).toMatchObject({
    error_code: 'bad_oauth_callback',
    error_description: 'Unable to exchange external code',
  });
  expect(server.app.observations).toContainEqual(
    expect.objectContaining({ type: 'unexpected-error', where: 'sign-in at github' }),
  );
});
