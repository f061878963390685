import { expect, test } from 'vitest';
import { mediaTypeOf, readPayload } from '../../../src/rest/payload.ts';

const read = (mediaType: string, body: string, more: { columns?: string[]; forRoutine?: boolean } = {}) =>
  readPayload({
    body,
    bytes: undefined,
    mediaType,
    columns: more.columns,
    forRoutine: more.forRoutine ?? false,
  });

test('JSON goes on as it came, with its keys known', () => {
  const text = '\t[{"b":1.10,"a":12345678901234567890},{"a":1,"b":2}] ';
  expect(read('application/json', text)).toEqual({ kind: 'json', text, keys: ['a', 'b'], isEmpty: false });
});

test.each(['', '{', '[{]', 'undefined'])('a body that is no JSON is refused: %j', (body) => {
  expect(() => read('application/json', body)).toThrow('Empty or invalid json');
});

test.each(['[{"a":1},2]', '[1]', '[null]', '[{"a":1},{"b":1}]', '[{"a":1},{"a":1,"b":2}]', '[[]]'])(
  'all rows must have the same keys: %s',
  (body) => {
    expect(() => read('application/json', body)).toThrow('All object keys must match');
  },
);

test.each(['[]', '1', 'null', '"text"'])('%s holds no row', (body) => {
  expect(read('application/json', body)).toMatchObject({ isEmpty: true, keys: [] });
});

test('with ?columns the body is left to PostgreSQL', () => {
  expect(read('application/json', '{"a":1,"c":2}', { columns: ['a'] })).toMatchObject({ keys: ['a'] });
});

test('a call without a body is a call without arguments', () => {
  expect(read('application/json', '', { forRoutine: true })).toMatchObject({ text: '{}', keys: [] });
});

test('CSV becomes rows; NULL is the null, quotes and line ends are kept', () => {
  const payload = read('text/csv', 'a,b\r\n1,NULL\n\n"x, ""y""\nz",\n');
  expect(payload).toMatchObject({ kind: 'json', keys: ['a', 'b'] });
  expect(JSON.parse((payload as { text: string }).text)).toEqual([
    { a: '1', b: null },
    { a: 'x, "y"\nz', b: '' },
  ]);
});

test('CSV with lines of different length, or a quote out of place, is refused', () => {
  expect(() => read('text/csv', 'a,b\n1,2,3')).toThrow('All lines must have same number of fields');
  expect(() => read('text/csv', 'a\nx"y')).toThrow('a quote is out of place');
  expect(() => read('text/csv', '')).toThrow('The CSV is empty');
});

test('a form is a row, or the arguments of a function', () => {
  expect(read('application/x-www-form-urlencoded', 'a=1+2&b=%20')).toMatchObject({
    text: '{"b":" ","a":"1 2"}',
  });
  expect(read('application/x-www-form-urlencoded', 'v=1&v=2', { forRoutine: true })).toEqual({
    kind: 'form',
    pairs: [
      ['v', '1'],
      ['v', '2'],
    ],
  });
});

test('text and bytes are for functions alone', () => {
  expect(read('text/plain', 'hi', { forRoutine: true })).toEqual({ kind: 'raw', text: 'hi' });
  const bytes = Buffer.from([0, 255]);
  expect(
    readPayload({
      body: undefined,
      bytes,
      mediaType: 'application/octet-stream',
      columns: undefined,
      forRoutine: true,
    }),
  ).toEqual({ kind: 'raw', text: '\\x00ff' });
  expect(() => read('text/plain', 'hi')).toThrow('Content-Type not acceptable: text/plain');
});

test('the media type is read without its parameters', () => {
  expect(mediaTypeOf('Text/CSV; charset=utf-8')).toBe('text/csv');
  expect(mediaTypeOf(undefined)).toBe('application/json');
});

test('JSON that nests too deep for PostgreSQL is refused, brackets in strings do not count', () => {
  const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  expect(read('application/json', nested(1000))).toMatchObject({ keys: ['a'] });
  expect(() => read('application/json', nested(1001))).toThrow('nests deeper than 1000 levels');
  expect(() => read('application/json', '['.repeat(5000), { columns: ['a'] })).toThrow('nests deeper');
  const quoted = JSON.stringify({ a: `\\"${'['.repeat(2000)}\\` });
  expect(read('application/json', quoted)).toMatchObject({ keys: ['a'] });
});
