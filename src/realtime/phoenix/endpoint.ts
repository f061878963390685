/** `/realtime/v1/websocket`: who may open a socket there, and in which version it speaks. */
import { AppError } from '../../errors.ts';
import type { SocketEndpoint } from '../../socket.ts';
import type { PhoenixInput } from './channel.ts';
import { Connection } from './connection.ts';
import { connectionHeaders } from './credentials.ts';
import { serializerOf } from './frames.ts';

export function createPhoenixEndpoint(input: PhoenixInput): SocketEndpoint {
  return {
    protocols: [],
    messageBytes: input.service.limits.messageBytes,
    async admit(handshake, signIn) {
      if (serializerOf(handshake.query.vsn) === undefined)
        throw new AppError('invalid-request', 'vsn must be 1.0.0 or 2.0.0');
      const headers = connectionHeaders(handshake);
      if (headers.apikey === undefined && handshake.query.apikey === undefined)
        throw new AppError('invalid-api-key', 'The connection needs an apikey', {
          hint: 'Give it as ?apikey=… or in the header x-api-key.',
        });
      await signIn(headers);
    },
    renderRefusal: ({ message }) => JSON.stringify({ error: message }),
    open: (socket) => new Connection(socket, input, serializerOf(socket.query.vsn)!),
  };
}
