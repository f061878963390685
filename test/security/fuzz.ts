/** `npm run fuzz -- [--reads | --writes] [--cases N] [--seed S]`: the authorization oracles for as long as one likes, on a server of their own. */
import { parseArgs } from 'node:util';
import { bootstrap } from '../../src/database/bootstrap.ts';
import { startThrowawayServer } from '../support/throwaway-server.ts';
import { runOracle } from './reference/oracle.ts';
import { runWriteOracle } from './writes/write-oracle.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    reads: { type: 'boolean' },
    writes: { type: 'boolean' },
  },
});
const cases = Number(values.cases);
const seed = values.seed === undefined ? undefined : Number(values.seed);
if (!Number.isSafeInteger(cases) || cases < 1 || (seed !== undefined && !Number.isSafeInteger(seed)))
  throw new Error('--cases and --seed take whole numbers');

const server = await startThrowawayServer();
try {
  const { platformUrl, apiUrl } = await bootstrap({
    adminUrl: server.adminUrl,
    mode: 'auto',
    jwtSecret: 'a secret of the tests, long enough to sign tokens with',
    defaultPrivileges: 'none',
    schemas: ['public'],
    observe: () => undefined,
  });
  const input = { adminUrl: server.adminUrl, platformUrl, apiUrl, cases, seed };
  const oracles = [...(values.writes ? [] : [runOracle]), ...(values.reads ? [] : [runWriteOracle])];
  let differences = 0;
  for (const oracle of oracles) {
    const { failure, ...facts } = await oracle(input);
    process.stdout.write(`${JSON.stringify(facts)}\n`);
    if (failure === undefined) continue;
    process.stdout.write(`${failure}\n`);
    differences += 1;
  }
  process.stdout.write(differences === 0 ? 'no difference\n' : `${differences} difference(s)\n`);
  process.exitCode = differences === 0 ? 0 : 1;
} finally {
  await server.stop();
}
