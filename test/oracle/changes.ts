/**
 * `npm run oracle:changes -- [--transactions N] [--faults N] [--subscribers N] [--seed S] [--only FAULT]`: the oracle of changes, on a
 * PostgreSQL, a Redis and two servers of its own. Needs redis-server.
 */
import { parseArgs } from 'node:util';
import { hasRedis } from '../support/redis.ts';
import { runChangesOracle } from './changes-oracle.ts';
import { FAULTS, type Fault } from './faults.ts';

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '3000' },
    faults: { type: 'string', default: '20' },
    subscribers: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string' },
  },
});
if (!hasRedis) throw new Error('redis-server is missing (Debian: redis-server)');
if (values.only !== undefined && !FAULTS.includes(values.only as Fault))
  throw new Error(`--only takes one of ${FAULTS.join(', ')}`);
const say = (line: string) => void process.stdout.write(`${line}\n`);
say(`seed ${values.seed}`);
const { failures, ...facts } = await runChangesOracle({
  seed: Number(values.seed),
  transactions: Number(values.transactions),
  faults: Number(values.faults),
  subscribers: Number(values.subscribers),
  ...(values.only === undefined ? {} : { kinds: [values.only as Fault] }),
  tell: say,
});
say(JSON.stringify(facts, undefined, 2));
for (const failure of failures) say(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
