/** A PostgreSQL of a test's own, for what concerns the whole cluster: its roles are not shared with other tests. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/database/embedded.ts';

export interface ThrowawayServer {
  readonly adminUrl: string;
  stop(): Promise<void>;
}

export async function startThrowawayServer(): Promise<ThrowawayServer> {
  const path = mkdtempSync(join(tmpdir(), 'goforward-server-'));
  chmodSync(path, 0o711); // when run as root, PostgreSQL is somebody else
  const server = await startEmbedded({
    dataDirectory: { path, secrets: { jwtSecret: '', databasePassword: 'throw-away' } },
    observe: () => undefined,
    durable: false,
  });
  return {
    adminUrl: server.adminUrl,
    stop: async () => {
      await server.stop();
      rmSync(path, { recursive: true, force: true });
    },
  };
}
