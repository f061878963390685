/** Sockets and streams opened with the cookie of a session: by trusted pages, for as long as it lives, and without its tokens. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, PASSWORD, startAuth } from '../../support/auth.ts';
import { type CookieClient, cookieClient, ownPage } from '../../support/cookie-client.ts';
import { openSignedIn, openSocket, subscribe } from '../../support/socket-client.ts';
import { totpCode } from '../../support/totp.ts';

const LISTED = 'https://app.example.org';

let server: AuthServer;
let count = 0;

beforeAll(async () => {
  server = await startAuth({
    GOFORWARD_AUTH_COOKIES_ENABLED: 'true',
    GOFORWARD_AUTH_COOKIES_ORIGINS: LISTED,
    GOFORWARD_AUTH_MANUAL_LINKING: 'true',
  });
  await server.database.sql(`create table note (id int primary key, owner uuid default auth.uid());
    alter table note enable row level security;
    create policy own on note using (owner = auth.uid());
    grant all on note to authenticated; grant select on note to anon`);
  await server.app.post('/meta/v1/reload', {}, server.app.keys.service);
});

afterAll(() => server.close());

async function signedUp() {
  count += 1;
  const client = cookieClient(server);
  const body = { email: `socket${count}@example.org`, password: PASSWORD };
  const response = await client.send('/auth/v1/signup', { body });
  const { access_token: token } = (await response.json()) as { access_token: string };
  await client.graphql(`mutation { insert_note_one(object: {id: ${count}}) { id } }`);
  return { client, token, note: { id: count } };
}

const cookieOf = (client: CookieClient) =>
  [...client.cookies].map(([name, it]) => `${name}=${it}`).join('; ');
const handshake = (client: CookieClient, told: Record<string, string> = ownPage(server)) => ({
  headers: { cookie: cookieOf(client), ...told },
});

describe.each(['/graphql', '/v1/graphql'])('a socket at %s', (path) => {
  it('of a trusted page is that of the session', async () => {
    const { client, note } = await signedUp();
    for (const told of [ownPage(server), { origin: LISTED, 'sec-fetch-site': 'same-site' }]) {
      const socket = await openSignedIn(server.app.url, path, undefined, handshake(client, told));
      subscribe(socket, 'query', '{ note { id } }');
      expect(await socket.payloads('query', 1)).toEqual([{ data: { note: [note] } }]);
      subscribe(socket, 'live', 'subscription { note { id } }');
      expect(await socket.payloads('live', 1)).toEqual([{ data: { note: [note] } }]);
      await socket.close();
    }
  });

  it.each([
    ['another site', { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' }],
    ['another port', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['a page without an origin', { origin: 'null' }],
    ['nowhere that is told', {}],
  ])('from %s is not opened by cookie, but by a token of its own', async (_from, told) => {
    const { client } = await signedUp();
    const socket = await openSocket(server.app.url, path, handshake(client, told));
    socket.say({ type: 'connection_init' });
    expect((await socket.closed).code).toBe(4403);
    const other = await signedUp();
    const payload = { headers: { authorization: `Bearer ${other.token}` } };
    const own = await openSignedIn(server.app.url, path, payload, handshake(client, told));
    subscribe(own, 'query', '{ note { id } }');
    expect(await own.payloads('query', 1)).toEqual([{ data: { note: [other.note] } }]);
    await own.close();
  });

  it('ends with the session', async () => {
    const { client } = await signedUp();
    const socket = await openSignedIn(server.app.url, path, undefined, handshake(client));
    await client.send('/auth/v1/logout');
    expect((await socket.closed).code).toBe(4403);
  });

  it('shows no tokens of the session, and spends none', async () => {
    const { client } = await signedUp();
    const enrolled = await client.send('/auth/v1/factors', { body: { factor_type: 'totp' } });
    const { id, totp } = (await enrolled.json()) as { id: string; totp: { secret: string } };
    const asked = await client.send(`/auth/v1/factors/${id}/challenge`);
    const { id: challenge } = (await asked.json()) as { id: string };
    const socket = await openSignedIn(server.app.url, path, undefined, handshake(client));
    const answer = async (name: string, document: string) => {
      subscribe(socket, name, document);
      const message = await socket.heard((one) => one.id === name);
      return JSON.stringify(message.payload);
    };
    const code = totpCode(totp.secret);
    const verify = `mutation { verifyFactor(factorId: "${id}", challengeId: "${challenge}", code: "${code}") { accessToken refreshToken } }`;
    expect(await answer('verify', verify)).toContain('{"accessToken":null,"refreshToken":null}');
    expect(await answer('refresh', 'mutation { refreshSession { accessToken } }')).toContain(
      'validation_failed',
    );
    await socket.close();
    expect((await client.send('/auth/v1/token?grant_type=refresh_token')).status).toBe(200);
  });
});

it('a socket with a cookie given twice is refused at the handshake', async () => {
  const { client } = await signedUp();
  const twice = { headers: { cookie: `goforward-access=x; ${cookieOf(client)}`, ...ownPage(server) } };
  await expect(openSocket(server.app.url, '/graphql', twice)).rejects.toThrow('HTTP 400');
});

describe('a stream of events', () => {
  const stream = (client: CookieClient, query: string, told: Record<string, string>) =>
    client.send('/graphql', { body: { query }, told: { accept: 'text/event-stream', ...told } });

  it('is that of the session for trusted pages, and for no others', async () => {
    const { client, note } = await signedUp();
    const answer = await stream(client, '{ note { id } }', ownPage(server));
    expect(await answer.text()).toContain(JSON.stringify({ data: { note: [note] } }));
    const foreign = await stream(client, '{ note { id } }', { origin: 'https://evil.example.com' });
    expect(foreign.status).toBe(403);
    expect(await foreign.text()).toContain('untrusted-origin');
  });

  it('ends with the session, and spends no token that it could not give back', async () => {
    const { client } = await signedUp();
    const refused = await stream(client, 'mutation { refreshSession { expiresIn } }', ownPage(server));
    expect(await refused.text()).toContain('validation_failed');
    const live = await stream(client, 'subscription { note { id } }', ownPage(server));
    const read = live.text();
    await client.send('/auth/v1/logout');
    expect(await read).toContain('invalid-jwt');
  });
});
