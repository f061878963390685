/** Which origins may open a WebSocket, and whose cookies count. */
import { expect, test } from 'vitest';
import { judgeOrigin } from '../../../src/gateway/sockets/origin.ts';

const HOST = 'api.example:8080';

test.each([
  // origin, allowed origins, public URL → allowed, cookies
  [undefined, ['*'], undefined, true, false],
  ['http://api.example:8080', ['https://other.example'], undefined, true, true],
  ['https://api.example', ['https://other.example'], 'https://api.example/', true, true],
  ['http://api.example', ['https://other.example'], 'https://api.example/', false, false],
  ['https://shop.example', ['https://shop.example'], undefined, true, true],
  ['https://shop.example', ['*'], undefined, true, false],
  ['https://shop.example', ['*', 'https://shop.example'], undefined, true, true],
  ['https://shop.example.evil.example', ['https://shop.example'], undefined, false, false],
  ['https://api.example:8080.evil.example', ['https://shop.example'], undefined, false, false],
  ['null', ['https://shop.example'], undefined, false, false],
  ['nonsense', [], undefined, false, false],
] as const)('%s of %j with public URL %s', (origin, origins, publicUrl, isAllowed, mayUseCookies) => {
  expect(
    judgeOrigin({ host: HOST, ...(origin === undefined ? {} : { origin }) }, origins, publicUrl),
  ).toEqual({
    isAllowed,
    mayUseCookies,
  });
});
