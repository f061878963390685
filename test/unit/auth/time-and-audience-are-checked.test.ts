import { expect, test } from 'vitest';
import { bearer, createTestAuthenticator, NOW, SECRET } from '../../support/authenticator.ts';
import { signHs256 } from '../../support/tokens.ts';

const sign = (claims: Record<string, unknown>) =>
  bearer(signHs256({ role: 'authenticated', ...claims }, SECRET));

test('a token passes until 30 seconds after exp', async () => {
  const { ask } = createTestAuthenticator();
  expect((await ask(sign({ exp: NOW - 29 }))).kind).toBe('user');
  await expect(ask(sign({ exp: NOW - 31 }))).rejects.toMatchObject({
    code: 'invalid-jwt',
    message: 'The token has expired',
  });
});

test('a token passes from 30 seconds before nbf', async () => {
  const { ask } = createTestAuthenticator();
  expect((await ask(sign({ nbf: NOW + 29 }))).kind).toBe('user');
  await expect(ask(sign({ nbf: NOW + 31 }))).rejects.toMatchObject({ code: 'invalid-jwt' });
});

test('exp and nbf that are no numbers are refused', async () => {
  const { ask } = createTestAuthenticator();
  for (const claims of [
    { exp: '9999999999' },
    { exp: null },
    { nbf: '0' },
    { exp: {} },
    { exp: [NOW + 60] },
  ]) {
    await expect(ask(sign(claims))).rejects.toMatchObject({ code: 'invalid-jwt' });
  }
});

test('a remembered token is answered at once, and refused at once when it expires', async () => {
  const { ask, authenticate, clock } = createTestAuthenticator();
  const headers = sign({ exp: NOW + 60, sub: 'u1' });
  const first = await ask(headers);
  expect(authenticate(headers)).toBe(first);
  clock.seconds = NOW + 60 + 29;
  expect(authenticate(headers)).toBe(first);
  clock.seconds = NOW + 60 + 31;
  expect(() => authenticate(headers)).toThrow(
    expect.objectContaining({ code: 'invalid-jwt', message: 'The token has expired' }),
  );
});

test('a remembered token is refused when the clock goes back behind nbf', async () => {
  const { ask, authenticate, clock } = createTestAuthenticator();
  const headers = sign({ nbf: NOW });
  await ask(headers);
  clock.seconds = NOW - 31;
  expect(() => authenticate(headers)).toThrow(expect.objectContaining({ code: 'invalid-jwt' }));
});

test('aud must contain the audience where there is one', async () => {
  const { ask } = createTestAuthenticator();
  expect((await ask(sign({ aud: 'authenticated' }))).kind).toBe('user');
  expect((await ask(sign({ aud: ['other', 'authenticated'] }))).kind).toBe('user');
  expect((await ask(sign({}))).kind).toBe('user');
  for (const aud of ['other', [], ['other'], '', null, { authenticated: true }, [['authenticated']]]) {
    await expect(ask(sign({ aud }))).rejects.toMatchObject({ code: 'invalid-jwt' });
  }
});

test('iss must be the configured one, and our own keys pass without it', async () => {
  const { ask, keys } = createTestAuthenticator({ jwt: { issuer: 'https://id.example.org' } });
  expect((await ask(sign({ iss: 'https://id.example.org' }))).kind).toBe('user');
  for (const iss of ['https://id.example.org/', 'goforward', undefined]) {
    await expect(ask(sign({ iss }))).rejects.toMatchObject({ code: 'invalid-jwt' });
  }
  expect((await ask(bearer(keys.service))).kind).toBe('service');
});

test('a token from the future, or with an audience that is no text, is refused', async () => {
  const { ask } = createTestAuthenticator();
  expect((await ask(sign({ iat: NOW + 29 }))).kind).toBe('user');
  await expect(ask(sign({ iat: NOW + 31 }))).rejects.toMatchObject({ reason: 'issued-in-future' });
  await expect(ask(sign({ iat: '0' }))).rejects.toMatchObject({ code: 'invalid-jwt' });
  await expect(ask(sign({ aud: ['authenticated', {}] }))).rejects.toMatchObject({ reason: 'bad-audience' });
});
