/** The address of a client of sockets: the nearest one that is no trusted proxy. */
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createClientAddress } from '../../../src/gateway/client-address.ts';

test.each([
  // connection, header, trusted → address
  ['10.0.0.9', undefined, ['10.0.0.0/8'], '10.0.0.9'],
  ['10.0.0.9', '1.2.3.4', ['10.0.0.0/8'], '1.2.3.4'],
  ['10.0.0.9', '6.6.6.6, 1.2.3.4, 10.0.0.7', ['10.0.0.0/8'], '1.2.3.4'],
  ['::ffff:10.0.0.9', '1.2.3.4', ['10.0.0.9'], '1.2.3.4'],
  ['9.9.9.9', '1.2.3.4', ['10.0.0.0/8'], '9.9.9.9'],
  ['9.9.9.9', '1.2.3.4', [], '9.9.9.9'],
  ['fd00::1', '2001:db8::1', ['fd00::/8'], '2001:db8::1'],
  ['10.0.0.9', '10.0.0.1', ['10.0.0.0/8'], '10.0.0.1'],
])('%s with %s behind %j is %s', (remoteAddress, forwarded, trusted, expected) => {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  expect(createClientAddress(trusted)({ socket: { remoteAddress }, headers } as IncomingMessage)).toBe(
    expected,
  );
});
