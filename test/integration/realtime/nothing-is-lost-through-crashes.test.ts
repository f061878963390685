/** The short form of `npm run oracle:changes`: two real servers, a real Redis, a PostgreSQL that crashes. */
import { expect, test } from 'vitest';
import { runChangesOracle } from '../../oracle/changes-oracle.ts';
import { difference } from '../../oracle/difference.ts';
import { RESET } from '../../oracle/subscriber.ts';
import { hasRedis } from '../../support/redis.ts';

// Without a redis-server on the machine two servers share nothing.
test.skipIf(!hasRedis)(
  'what subscribers are told is what was committed, in order, no gap, no duplicate',
  async () => {
    const { failures, resets, changes, told } = await runChangesOracle({
      ...{ seed: 20_261_125, transactions: 250, faults: 5, subscribers: 6 },
      kinds: ['postgres-crash', 'server-kill', 'redis-kill', 'walsender-kill', 'server-stop'],
    });
    expect(failures).toEqual([]);
    expect(resets).toBe(0);
    expect(changes).toBeGreaterThan(500);
    expect(told).toBeGreaterThan(1000);
  },
  180_000,
);

test('the judge of the oracle notices what is missing, doubled, or in another order', () => {
  const wanted = ['a', 'b', 'c', 'd'];
  expect(difference(wanted, wanted)).toBeUndefined();
  for (const told of [['a', 'c', 'd'], ['a', 'b', 'b', 'c', 'd'], ['b', 'a', 'c', 'd'], ['a', 'b', 'c'], []])
    expect(difference(told, wanted)).toEqual(expect.any(String));
  expect(difference(['a', RESET, 'c', 'd'], wanted)).toBeUndefined();
  expect(difference(['a', RESET, 'd', 'c'], wanted)).toEqual(expect.any(String));
});
