/** What the scope of a key covers, name by name. */
import { describe, expect, test } from 'vitest';
import { CallerScope, type Touch } from '../../src/caller-scope.ts';

const scope = new CallerScope([
  { tables: ['public.orders', 'shop.*'], verbs: ['select', 'insert'] },
  { tables: ['public.orders'], verbs: ['delete'] },
  { functions: ['public.report'] },
]);

describe('covered', () => {
  test.each<[Touch['verb'], string, string]>([
    ['select', 'public', 'orders'],
    ['insert', 'public', 'orders'],
    ['delete', 'public', 'orders'],
    ['select', 'shop', 'anything'],
    ['execute', 'public', 'report'],
  ])('%s on %s.%s', (verb, schema, name) => expect(scope.allows({ verb, schema, name })).toBe(true));
});

describe('not covered', () => {
  test.each<[Touch['verb'], string, string]>([
    ['update', 'public', 'orders'],
    ['select', 'public', 'orders_archive'],
    ['select', 'public', 'Orders'],
    ['delete', 'shop', 'anything'],
    ['select', 'shopping', 'cart'],
    ['execute', 'public', 'orders'],
    ['execute', 'shop', 'report'],
    ['select', 'public', 'report'],
    ['select', 'public.orders', ''],
  ])('%s on %s.%s', (verb, schema, name) => expect(scope.allows({ verb, schema, name })).toBe(false));
});

test('the schema ends at the first dot, whatever a table is called', () => {
  const dotted = new CallerScope([{ tables: ['a.b.c'], verbs: ['select'] }]);
  expect(dotted.allows({ verb: 'select', schema: 'a', name: 'b.c' })).toBe(true);
  expect(dotted.allows({ verb: 'select', schema: 'a.b', name: 'c' })).toBe(false);
  const whole = new CallerScope([{ tables: ['a.*'], verbs: ['select'] }]);
  expect(whole.allows({ verb: 'select', schema: 'a.b', name: 'c' })).toBe(false);
});

test('equal scopes have the same key', () => {
  const one = new CallerScope([{ tables: ['a.b', 'a.c'], verbs: ['select'] }]);
  const other = new CallerScope([
    { tables: ['a.c'], verbs: ['select'] },
    { tables: ['a.b'], verbs: ['select'] },
  ]);
  expect(one.key).toBe(other.key);
  expect(one.key).not.toBe(new CallerScope([{ tables: ['a.b'], verbs: ['select'] }]).key);
});
