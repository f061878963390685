/** The payload of connection_init as headers: every form of a credential, and no way to forge what others vouch for. */
import { expect, test } from 'vitest';
import { initHeaders, renewedHeaders } from '../../../src/graphql/sockets/init-headers.ts';

test.each([
  [{ headers: { Authorization: 'Bearer a' } }, { authorization: 'Bearer a' }],
  [{ Authorization: 'Bearer a' }, { authorization: 'Bearer a' }],
  [
    { authorization: 'Bearer a', apikey: 'k' },
    { authorization: 'Bearer a', apikey: 'k' },
  ],
  [{ token: 'a' }, { authorization: 'Bearer a' }],
  [{ 'x-hasura-admin-secret': 's' }, { 'x-hasura-admin-secret': 's' }],
  [
    { headers: { 'X-Hasura-Role': 'user', 'X-Hasura-User-Id': 5 } },
    { 'x-hasura-role': 'user', 'x-hasura-user-id': '5' },
  ],
  [{ unknown: 'member', headers: { apikey: null } }, {}],
  [undefined, {}],
  ['text', {}],
])('%j', (payload, expected) => {
  expect(initHeaders(payload, {})).toEqual(expected);
});

test('the handshake counts where the payload says nothing, and gives way to its credentials', () => {
  const handshake = {
    authorization: 'Bearer old',
    apikey: 'k',
    host: 'h',
    'sec-websocket-key': 'x',
    'x-tenant': 'a',
  };
  expect(initHeaders({ token: 'new', headers: { 'x-tenant': 'b', 'x-mine': 'c' } }, handshake)).toEqual({
    authorization: 'Bearer new',
    apikey: 'k',
    'x-tenant': 'a',
    'x-mine': 'c',
  });
});

test.each(['x-forwarded-for', 'X-Forwarded-Host', 'x-real-ip', 'forwarded', 'cookie', 'origin'])(
  '%s cannot be made up',
  (name) => {
    expect(initHeaders({ headers: { [name]: 'forged' } }, {})).toEqual({});
  },
);

test('a header that is no text is an error', () => {
  expect(() => initHeaders({ headers: { apikey: ['a'] } }, {})).toThrow('apikey');
});

test('a renewal changes the token and nothing else', () => {
  const before = { authorization: 'Bearer a', 'x-tenant': 'a' };
  expect(
    renewedHeaders({ token: 'b', headers: { 'x-tenant': 'b', 'x-hasura-role': 'admin' } }, before),
  ).toEqual({
    authorization: 'Bearer b',
    'x-tenant': 'a',
  });
  expect(renewedHeaders({ apikey: 'b' }, before)).toBeUndefined();
});
