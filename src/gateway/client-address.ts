/** The address of a client behind proxies that are trusted, for connections that do not come through Fastify. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** `trusted`: addresses and CIDR ranges. The nearest address that is no trusted proxy is the client's. */
export function createClientAddress(trusted: readonly string[]): (request: IncomingMessage) => string {
  const proxies = new BlockList();
  for (const one of trusted) {
    const [address = '', bits] = one.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) proxies.addAddress(address, family);
    else proxies.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return ({ socket, headers }) => {
    const direct = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const forwarded = headers['x-forwarded-for'];
    if (forwarded === undefined || !isTrusted(direct)) return direct;
    const hops = String(forwarded)
      .split(',')
      .map((one) => one.trim());
    return hops.findLast((one) => !isTrusted(one)) ?? hops[0] ?? direct;
  };
}
