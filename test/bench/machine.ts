/** On what a run was measured. */
import { cpus, release, type as systemType, totalmem } from 'node:os';
import type { ScratchCluster } from '../support/scratch-cluster.ts';
import { withClient } from './database.ts';
import type { Machine } from './results.ts';

export async function describeMachine(cluster: ScratchCluster): Promise<Machine> {
  const { rows } = await withClient(cluster.url('postgres'), (client) =>
    client.query<{ version: string }>("select 'PostgreSQL ' || current_setting('server_version') as version"),
  );
  return {
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${systemType()} ${release()}`,
    node: process.versions.node,
    postgres: rows[0]?.version ?? 'PostgreSQL',
  };
}
