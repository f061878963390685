/** `npm run fuzz -- [--cases N] [--seed S]`: the authorization oracle for as long as one likes, on a server of its own. */
import { parseArgs } from 'node:util';
import { bootstrap } from '../../src/database/bootstrap.ts';
import { startThrowawayServer } from '../support/throwaway-server.ts';
import { runOracle } from './reference/oracle.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string' },
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
  const { failure, ...facts } = await runOracle({
    adminUrl: server.adminUrl,
    platformUrl,
    apiUrl,
    cases,
    seed,
  });
  process.stdout.write(`${JSON.stringify(facts)}\n`);
  if (failure !== undefined) process.stdout.write(`${failure}\n`);
  process.stdout.write(failure === undefined ? 'no difference\n' : '1 difference\n');
  process.exitCode = failure === undefined ? 0 : 1;
} finally {
  await server.stop();
}
