import { expect, test } from 'vitest';
import { acceptedTypes, chooseRepresentation } from '../../../src/rest/media-type.ts';

const rules = { plan: true, geoJson: false, made: () => undefined };
const chosen = (accept: string | undefined, plan = true) => {
  const { format, stripNulls, contentType, plan: shown } = chooseRepresentation(accept, { ...rules, plan });
  return { format, stripNulls, contentType, shown: shown?.format };
};

test('the better liked comes first, the exact before the wild', () => {
  const names = (header: string) => acceptedTypes(header).map(({ name }) => name);
  expect(names('text/html, application/xml;q=0.9, */*;q=0.8, text/csv;q=0.9')).toEqual([
    'text/html',
    'application/xml',
    'text/csv',
    '*/*',
  ]);
  expect(names('*/*, text/csv')).toEqual(['text/csv', '*/*']);
});

test.each([
  [undefined, 'array', 'application/json; charset=utf-8'],
  ['*/*', 'array', 'application/json; charset=utf-8'],
  [
    'text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8',
    'array',
    'application/json; charset=utf-8',
  ],
  ['text/csv', 'csv', 'text/csv; charset=utf-8'],
  ['Application/Vnd.PgRst.Object+JSON', 'object', 'application/vnd.pgrst.object+json; charset=utf-8'],
  ['application/vnd.pgrst.array+json', 'array', 'application/json; charset=utf-8'],
])('%s', (accept, format, contentType) => {
  expect(chosen(accept)).toMatchObject({ format, contentType, stripNulls: false });
});

test('nulls are stripped where the type says so', () => {
  expect(chosen('application/vnd.pgrst.object+json; nulls=stripped')).toMatchObject({
    format: 'object',
    stripNulls: true,
    contentType: 'application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8',
  });
});

test('a plan is shown of any type, where that is switched on', () => {
  const accept = 'application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|buffers|nonsense';
  expect(chosen(accept)).toMatchObject({
    format: 'csv',
    shown: 'json',
    contentType: 'application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|buffers; charset=utf-8',
  });
  expect(() => chosen(accept, false)).toThrow('None of these media types are available');
});

test('what cannot be made is named', () => {
  expect(() => chosen('image/png, text/unknown; charset=utf-8')).toThrow(
    'None of these media types are available: image/png, text/unknown; charset=utf-8',
  );
});
