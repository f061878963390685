/** Two that follow one database: one decodes, both get everything once, and either may go. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Change, changesOf, type RowChange } from '../../../src/realtime/changes/change.ts';
import { BEGINNING, comparePositions } from '../../../src/realtime/changes/cursor.ts';
import { connectRedis } from '../../../src/realtime/history/redis-connections.ts';
import { createRedisHistory } from '../../../src/realtime/history/redis-history.ts';
import { type CaptureUnderTest, captureChanges } from '../../support/capture.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { hasRedis, startRedis, type TestRedis } from '../../support/redis.ts';

// Without a redis-server on the machine there is nothing to share.
describe.skipIf(!hasRedis)('through Redis', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  const running: CaptureUnderTest[] = [];
  let written = 0;

  beforeEach(async () => {
    redis = await startRedis();
    database = await createTestDatabase();
    await database.sql('create table event (id int primary key)');
    written = 0;
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
    await redis.kill();
    await database.drop();
  });

  async function follow(limits = {}): Promise<CaptureUnderTest> {
    const history = createRedisHistory({
      ...connectRedis(redis.url, () => undefined),
      prefix: 'test',
      limits: { maxAgeMs: 600_000, maxChanges: 1_000_000, maxBytes: 1e9, ...limits },
    });
    const one = await captureChanges(database, { history });
    running.push(one);
    await one.capture.ready;
    return one;
  }

  const write = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      written += 1;
      await database.sql(`set synchronous_commit = on; insert into event values (${written})`);
    }
  };
  const idsOf = (one: CaptureUnderTest) =>
    one.changes().map((change) => Number((change as RowChange).new?.[0]));
  const upTo = (from: number) => Array.from({ length: written - from + 1 }, (_, index) => index + from);

  test('one decodes, and both get everything in the same order with the same cursors', async () => {
    const [first, second] = [await follow(), await follow()];
    expect([first.capture.state, second.capture.state]).toEqual(['streaming', 'standby']);
    await write(20);
    await first.until(20);
    await second.until(20);
    expect(idsOf(first)).toEqual(upTo(1));
    const places = (one: CaptureUnderTest) => one.changes().map(({ lsn, sequence }) => `${lsn}:${sequence}`);
    expect(places(second)).toEqual(places(first));
    expect(second.feed.epoch).toBe(first.feed.epoch);
  });

  test('when the one that decodes goes the other takes over, and nothing is lost or told twice', async () => {
    const [first, second] = [await follow(), await follow()];
    await write(5);
    await second.until(5);
    const writing = write(30);
    await first.capture.close();
    await writing;
    await second.until(35);
    expect(second.capture.state).toBe('streaming');
    await write(5);
    await second.until(40);
    expect(idsOf(second)).toEqual(upTo(1));
    const third = await follow();
    await write(1);
    await third.until(1);
    expect(idsOf(third)).toEqual([written]);
  });

  test('while Redis is away the one that decodes goes on; when it is back the other has everything', async () => {
    const [first, second] = [await follow(), await follow()];
    await write(5);
    await second.until(5);
    await redis.kill();
    await write(10);
    await first.until(15);
    await redis.start();
    await write(5);
    await first.until(20);
    await second.until(20);
    expect(idsOf(first)).toEqual(upTo(1));
    expect(idsOf(second)).toEqual(upTo(1));
    expect(second.resets()).toBe(0);
  });

  test('a Redis that comes back empty while the slot goes to the other loses nothing of what both know', async () => {
    const [first, second] = [await follow(), await follow()];
    await write(10);
    await second.until(10);
    await redis.kill();
    await redis.start();
    await first.capture.close();
    await write(10);
    await second.until(20);
    expect(second.capture.state).toBe('streaming');
    expect(second.resets()).toBe(0);
    expect(idsOf(second)).toEqual(upTo(1));
    const kept: Change[] = [];
    await expect
      .poll(async () => {
        kept.length = 0;
        for await (const batch of second.history.read(BEGINNING)) kept.push(...changesOf(batch, () => true));
        return kept.length;
      })
      .toBe(20);
  });

  test('a Redis that is frozen holds nobody up who decodes', async () => {
    const [first, second] = [await follow(), await follow()];
    redis.freeze();
    await write(10);
    await first.until(10);
    redis.thaw();
    await second.until(10);
    expect(idsOf(second)).toEqual(upTo(1));
  });

  test('what is older than the limit goes, and where it began is known', async () => {
    const first = await follow({ maxChanges: 20 });
    await write(30);
    await first.until(30);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await write(1);
    await first.until(31);
    const all = first.changes();
    await expect
      .poll(async () => {
        const from = (await first.history.range())?.from ?? BEGINNING;
        return all.filter((change) => comparePositions(change, from) > 0).length;
      })
      // Batches go as a whole: what is left is no less than the limit, and was in it with the next one.
      .toBeLessThan(31);
    const from = (await first.history.range())?.from ?? BEGINNING;
    const kept: Change[] = [];
    for await (const batch of first.history.read(BEGINNING)) kept.push(...changesOf(batch, () => true));
    expect(kept.length).toBeGreaterThanOrEqual(20);
    expect(kept).toEqual(all.filter((change) => comparePositions(change, from) > 0));
  });
});
