import { describe, expect, test } from 'vitest';
import { RestError } from '../../../src/rest/errors.ts';
import { checkWithin, contentRange, rangeStatus, topRange } from '../../../src/rest/range.ts';

const top = (limit: number | undefined, offset: number) => [[[], { limit, offset }] as const];

describe('header and parameters together', () => {
  test.each([
    ['nothing', 'GET', undefined, [], { limit: undefined, offset: 0 }],
    ['a header', 'GET', '2-5', [], { limit: 4, offset: 2 }],
    ['an open header', 'GET', '7-', [], { limit: undefined, offset: 7 }],
    ['a header of another method', 'HEAD', '2-5', [], { limit: undefined, offset: 0 }],
    ['a header of another kind', 'GET', 'bytes=0-1', [], { limit: undefined, offset: 0 }],
    ['both', 'GET', '2-9', top(3, 1), { limit: 2, offset: 2 }],
    ['no rows', 'GET', '5-9', top(0, 3), { limit: 0, offset: 0 }],
  ])('%s', (_name, method, header, ranges, expected) => {
    expect(topRange(method, header, ranges)).toEqual(expected);
  });

  test.each([
    [
      'backwards',
      '5-2',
      [],
      'The lower boundary must be lower than or equal to the upper boundary in the Range header.',
    ],
    ['below zero', undefined, top(-1, 0), 'Limit should be greater than or equal to zero.'],
  ])('%s cannot be satisfied', (_name, header, ranges, details) => {
    expect(() => topRange('GET', header, ranges)).toThrow(
      expect.objectContaining({ status: 416, body: expect.objectContaining({ code: 'PGRST103', details }) }),
    );
  });
});

test('an offset at the end is an empty range, beyond it none', () => {
  expect(() => checkWithin({ limit: undefined, offset: 4 }, 4)).not.toThrow();
  expect(() => checkWithin({ limit: undefined, offset: 5 }, 4)).toThrow(RestError);
  expect(() => checkWithin({ limit: undefined, offset: 5 }, undefined)).not.toThrow();
});

test.each([
  [0, 10, undefined, '0-9/*', 200],
  [3, 2, 10, '3-4/10', 206],
  [0, 10, 10, '0-9/10', 200],
  [0, 0, 0, '*/0', 200],
  [5, 0, undefined, '*/*', 200],
] as const)('from %i on %i rows of %s', (offset, rows, total, header, status) => {
  expect(contentRange({ offset }, rows, total)).toBe(header);
  expect(rangeStatus(rows, total)).toBe(status);
});
