/** The control of sockets: a bare WebSocket server, which sends what it is POSTed to all who are connected. */
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

const peers = new Set<WebSocket>();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false });
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    for (const text of body.split('\n')) if (text !== '') for (const peer of peers) peer.send(text);
    response.end();
  });
});
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (peer) => {
    peers.add(peer);
    peer.on('error', () => undefined);
    peer.on('close', () => peers.delete(peer));
  }),
);
server.listen(Number(process.env.BENCH_PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit());
