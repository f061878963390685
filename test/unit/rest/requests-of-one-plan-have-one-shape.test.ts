import { expect, test } from 'vitest';
import { shapeOf } from '../../../src/rest/read-shape.ts';

test.each([
  ['/t?id=eq.1', '/t?id=eq.2'],
  ['/t?id=not.in.(1,2)', '/t?id=not.in.(3)'],
  ['/t?a=like.x*&b.c->>d=cs.{1}', '/t?a=like.%25&b.c->>d=cs.{2,3}'],
])('%s and %s', (one, other) => {
  expect(shapeOf(one).key).toBe(shapeOf(other).key);
  expect(shapeOf(one).values).not.toEqual(shapeOf(other).values);
});

test.each([
  ['/t?id=eq.1', '/t?id=neq.1'],
  ['/t?id=eq.1', '/t?id=not.eq.1'],
  ['/t?limit=1', '/t?limit=2'],
  ['/t?id=is.null', '/t?id=is.true'],
  ['/t?select=a', '/t?select=b'],
  ['/t?or=(a.eq.1)', '/t?or=(a.eq.2)'],
  ['/t?a=like(any).{1}', '/t?a=like(any).{2}'],
  ['/t?select=eq.1', '/t?select=eq.2'],
])('%s and %s are two', (one, other) => {
  expect(shapeOf(one).key).not.toBe(shapeOf(other).key);
});

test('values are what is bound', () => {
  expect(shapeOf('/t?a=ilike.*x+y%2A&b=in.(1,"a,b")&c=in.()&d=eq.a%00b').values).toEqual([
    '%x y%',
    ['1', 'a,b'],
    [],
    'ab',
  ]);
});

test('a name that must be decoded may be a reserved one', () => {
  const { values, pairs } = shapeOf('/t?%6Frder=eq.1&li%6Dit=eq.2&id=eq.3');
  expect(values).toEqual(['3']);
  expect(pairs.map(([name, , slot]) => [name, slot])).toEqual([
    ['order', undefined],
    ['limit', undefined],
    ['id', 's0'],
  ]);
});
