/**
 * `npm run fuzz -- [--cases N] [--requests N] [--only reads|writes|rest] [--seed S]`: the authorization oracles, and spoilt requests
 * over REST, for as long as one likes, on a server of their own.
 */
import { parseArgs } from 'node:util';
import { bootstrap } from '../../src/database/bootstrap.ts';
import { query } from '../support/query.ts';
import { startThrowawayServer } from '../support/throwaway-server.ts';
import { runOracle } from './reference/oracle.ts';
import { fuzzRest } from './reference/rest-fuzz.ts';
import { runWriteOracle } from './writes/write-oracle.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    requests: { type: 'string', default: '100000' },
    only: { type: 'string' },
    seed: { type: 'string' },
  },
});
const [cases, requests] = [Number(values.cases), Number(values.requests)];
const seed = values.seed === undefined ? undefined : Number(values.seed);
const isCount = (number: number) => Number.isSafeInteger(number) && number >= 1;
if (!isCount(cases) || !isCount(requests) || (seed !== undefined && !Number.isSafeInteger(seed)))
  throw new Error('--cases, --requests and --seed take whole numbers');

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
  const { only } = values;
  if (only === undefined || only === 'rest') {
    const database = {
      platformUrl,
      apiUrl,
      sql: async (text: string) => void (await query(server.adminUrl, text)),
    };
    const { facts, failure } = await fuzzRest(database, { requests, seed: seed ?? Date.now() });
    tell('spoilt requests', facts, failure && JSON.stringify(failure));
    await query(server.adminUrl, 'drop schema public cascade; create schema public');
  }
  for (const [name, oracle] of Object.entries({ reads: runOracle, writes: runWriteOracle })) {
    if (only !== undefined && only !== name) continue;
    const { failure, ...facts } = await oracle({
      adminUrl: server.adminUrl,
      platformUrl,
      apiUrl,
      cases,
      seed,
    });
    tell(`authorization of ${name}`, facts, failure);
  }
} finally {
  await server.stop();
}

function tell(part: string, facts: object, failure: string | undefined): void {
  process.stdout.write(`${part}: ${JSON.stringify(facts)}\n`);
  process.stdout.write(failure === undefined ? 'nothing wrong\n' : `${failure}\n`);
  if (failure !== undefined) process.exitCode = 1;
}
