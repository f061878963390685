/** A body that comes in pieces: each is written when the client has taken those before it. */
import type { ServerResponse } from 'node:http';

/** A client that takes nothing for so long has gone, whatever its connection says. */
const MAX_PAUSE_MS = 60_000;

/** Throws what the source throws; by then the connection is cut, as the beginning of the body has long been sent. */
export async function pour(pieces: AsyncIterable<string>, outgoing: ServerResponse): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (outgoing.destroyed) return;
      if (!outgoing.write(piece)) await drained(outgoing);
    }
    outgoing.end();
  } catch (error) {
    outgoing.destroy();
    throw error;
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => outgoing.destroy(), MAX_PAUSE_MS);
    const settle = () => {
      clearTimeout(timer);
      outgoing.off('drain', settle);
      outgoing.off('close', settle);
      resolve();
    };
    outgoing.once('drain', settle);
    outgoing.once('close', settle);
  });
}
