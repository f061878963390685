import { expect, test } from 'vitest';
import { withResponseSettings } from '../../../src/rest/response-settings.ts';

const reply = {
  status: 200,
  headers: { 'content-type': 'application/json', 'content-range': '0-0/*' },
  body: '[]',
};

test('without settings the reply stays as it is', () => {
  expect(withResponseSettings(reply, null, undefined)).toBe(reply);
});

test('headers take the place of ours, and may come several times', () => {
  const text = '[{"Content-Type":"text/plain"},{"Set-Cookie":"a=1"},{"set-cookie":"b=2"},{"X-Own":"ü"}]';
  expect(withResponseSettings(reply, text, '201')).toEqual({
    status: 201,
    headers: {
      'content-range': '0-0/*',
      'content-type': 'text/plain',
      'set-cookie': ['a=1', 'b=2'],
      'x-own': 'ü',
    },
    body: '[]',
  });
});

test('how long the answer is, no setting decides', () => {
  const text =
    '[{"Content-Length":"5"},{"Transfer-Encoding":"chunked"},{"Connection":"close"},{"X-Own":"1"}]';
  expect(withResponseSettings(reply, text, null).headers).toEqual({ ...reply.headers, 'x-own': '1' });
});

test.each([
  '{"a":"b"}',
  '[1]',
  '[{"a":1}]',
  '[{"a":"b","c":"d"}]',
  '[{}]',
  'no json',
  '[{"a b":"c"}]',
  '[{"a":"b\\nc"}]',
])('headers that cannot be read are an error: %s', (text) => {
  expect(() => withResponseSettings(reply, text, null)).toThrow(
    expect.objectContaining({ status: 500, body: expect.objectContaining({ code: 'PGRST111' }) }),
  );
});

test.each(['tea', '99', '199', '-1', '1000'])('a status that is none is an error: %s', (text) => {
  expect(() => withResponseSettings(reply, null, text)).toThrow(
    expect.objectContaining({ body: expect.objectContaining({ code: 'PGRST112' }) }),
  );
});
