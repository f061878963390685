/** The id under which the log, the answer and other services find one request. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What other systems make: UUIDs, trace ids, counters. Anything else could forge log lines. */
const SANE = /^[A-Za-z0-9][A-Za-z0-9_.:+/=-]{0,127}$/;

/** Keeps a sane id of the client, else counts behind a random prefix: unique across processes without asking for randomness each time. */
export function createRequestIds(): (request: Pick<IncomingMessage, 'headers'>) => string {
  const prefix = randomBytes(6).toString('base64url').replace(/[-_]/g, '0');
  let count = 0;
  return (request) => {
    const given = request.headers['x-request-id'];
    if (typeof given === 'string' && SANE.test(given)) return given;
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
