/** GraphQL over WebSocket: which protocols are spoken where. */
import type { SocketEndpoint } from '../../socket.ts';
import { createLegacy } from './legacy.ts';
import type { SessionInput } from './session.ts';
import { createTransportWs } from './transport-ws.ts';

const TRANSPORT_WS = 'graphql-transport-ws';
const LEGACY = 'graphql-ws';

/** `hasura`: in the manner of Hasura, which speaks the older protocol as well; elsewhere a socket that asks for it is closed by 4406. */
export function createSocketEndpoints(input: SessionInput): {
  graphql: SocketEndpoint;
  hasura: SocketEndpoint;
} {
  const open = createTransportWs(input);
  const openLegacy = createLegacy(input);
  return {
    graphql: { protocols: [TRANSPORT_WS], open },
    hasura: {
      protocols: [TRANSPORT_WS, LEGACY],
      open: (socket) => (socket.protocol === LEGACY ? openLegacy(socket) : open(socket)),
    },
  };
}
