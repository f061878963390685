import { expect, test } from 'vitest';
import { affectedLimit, appliedPreferences, readPreferences } from '../../../src/rest/preferences.ts';

const rules = { mayChooseEnd: true, isTimeZone: (name: string) => name === 'Asia/Tokyo' };
const read = (header: string | string[] | undefined) => readPreferences(header, rules);

test('preferences may come in one header or in several', () => {
  expect(read('return=minimal,count=exact ,  max-affected=5')).toEqual({
    return: 'minimal',
    count: 'exact',
    maxAffected: 5,
  });
  expect(read(['missing=default', 'timezone=Asia/Tokyo'])).toEqual({
    missing: 'default',
    timezone: 'Asia/Tokyo',
  });
  expect(read(undefined)).toEqual({});
});

test('of a preference given twice the first counts', () => {
  expect(read('tx=commit, tx=rollback')).toEqual({ tx: 'commit' });
});

test('the end of the transaction is only chosen where that is allowed', () => {
  expect(readPreferences('tx=rollback', { ...rules, mayChooseEnd: false })).toEqual({});
});

test('what is unknown is passed over, unless handling is strict', () => {
  expect(read('anything, timezone=Nowhere, count=none')).toEqual({});
  expect(() => read('handling=strict, anything, timezone=Nowhere')).toThrow(
    expect.objectContaining({
      body: expect.objectContaining({
        code: 'PGRST122',
        details: 'Invalid preferences: anything, timezone=Nowhere',
      }),
    }),
  );
});

test('what was obeyed is told in a fixed order', () => {
  const preferences = read(
    'max-affected=5, tx=commit, handling=strict, return=minimal, resolution=merge-duplicates',
  );
  const all = new Set(['resolution', 'return', 'tx', 'handling', 'maxAffected'] as const);
  expect(appliedPreferences(preferences, all)).toBe(
    'resolution=merge-duplicates, return=minimal, tx=commit, handling=strict, max-affected=5',
  );
  expect(appliedPreferences(preferences, new Set(['count']))).toBeUndefined();
});

test('max-affected counts only with handling=strict', () => {
  expect(affectedLimit(read('max-affected=5'))).toBeUndefined();
  expect(affectedLimit(read('handling=strict, max-affected=0'))).toBe(0);
});
