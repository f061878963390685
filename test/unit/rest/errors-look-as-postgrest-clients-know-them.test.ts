import { expect, test } from 'vitest';
import { createCaller } from '../../../src/caller.ts';
import { toAppError } from '../../../src/database/errors.ts';
import { AppError } from '../../../src/errors.ts';
import { RestError, restErrorReply } from '../../../src/rest/errors.ts';

const body = (error: AppError) => JSON.parse(restErrorReply(error).body as string) as unknown;

/** What node-postgres throws. */
function databaseError(code: string, message: string, facts: { detail?: string; hint?: string } = {}) {
  return toAppError({ severity: 'ERROR', code, message, ...facts }, createCaller('user', 'alice'));
}

test('an error of our own has all four members, nulls included, and its status', () => {
  const reply = restErrorReply(new RestError('PGRST125', 'Invalid path specified in request URL'));
  expect(reply.status).toBe(404);
  expect(reply.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'proxy-status': 'PostgREST; error=PGRST125',
  });
  expect(JSON.parse(reply.body as string)).toEqual({
    code: 'PGRST125',
    message: 'Invalid path specified in request URL',
    details: null,
    hint: null,
  });
});

test.each([
  ['23503', 409],
  ['23505', 409],
  ['23502', 400],
  ['25006', 405],
  ['42883', 404],
  ['42P01', 404],
  ['42P17', 500],
  ['42703', 400],
  ['53300', 503],
  ['53400', 500],
  ['54001', 500],
  ['08006', 503],
  ['P0001', 400],
  ['P0002', 500],
  ['PT418', 418],
  ['PTxyz', 500],
  ['PT099', 500],
  ['22P02', 400],
])('SQLSTATE %s is answered %i, with what PostgreSQL said', (code, status) => {
  const error = databaseError(code, 'told so', { detail: 'why', hint: 'do this' });
  expect(restErrorReply(error).status).toBe(status);
  expect(body(error)).toEqual({ code, message: 'told so', details: 'why', hint: 'do this' });
});

test('a refusal is 401 for those who have not said who they are, 403 for the others', () => {
  const refused = { severity: 'ERROR', code: '42501', message: 'permission denied for table t' };
  const anonymous = restErrorReply(toAppError(refused, createCaller('anonymous', 'anon')));
  expect(anonymous).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
  const known = restErrorReply(toAppError(refused, createCaller('user', 'alice')));
  expect(known.status).toBe(403);
  expect(known.headers).not.toHaveProperty('www-authenticate');
});

test('a role that does not exist is a 401', () => {
  expect(restErrorReply(databaseError('22023', 'role "nobody" does not exist')).status).toBe(401);
  expect(restErrorReply(databaseError('22023', 'something else')).status).toBe(400);
});

test('a raise may write the whole answer', () => {
  const error = databaseError('PGRST', '{"code":"123","message":"ABC","hint":"XYZ"}', {
    detail: '{"status":332,"headers":{"X-Header":"str"}}',
  });
  expect(restErrorReply(error)).toMatchObject({
    status: 332,
    headers: { 'X-Header': 'str', 'proxy-status': 'PostgREST; error=123' },
  });
  expect(body(error)).toEqual({ code: '123', message: 'ABC', details: null, hint: 'XYZ' });
});

test.each([
  ['{"code":1,"message":"ABC"}', '{"status":332,"headers":{}}', /MESSAGE/],
  ['{"code":"1","message":"ABC"}', 'INVALID', /Invalid JSON value for DETAIL: 'INVALID'/],
  ['{"code":"1","message":"ABC"}', '{"status":42,"headers":{}}', /DETAIL/],
  ['{"code":"1","message":"ABC"}', undefined, /DETAIL is missing/],
  ['{"code":"1","message":"ABC"}', '{"status":400,"headers":{"a b":"c"}}', /DETAIL/],
  ['{"code":"1","message":"ABC"}', '{"status":400,"headers":{"a":"b\\r\\nc: d"}}', /DETAIL/],
])('a raise that cannot be read says which part: %s, %s', (message, detail, told) => {
  const error = databaseError('PGRST', message, detail === undefined ? {} : { detail });
  expect(restErrorReply(error).status).toBe(500);
  expect(body(error)).toMatchObject({ code: 'PGRST121', details: expect.stringMatching(told) });
});

test('a bug of ours is masked, and a raise cannot write into the header', () => {
  expect(body(new AppError('internal-error', 'Something went wrong on our side'))).toMatchObject({
    code: 'PGRSTX00',
    details: null,
  });
  const reply = restErrorReply(
    databaseError('PGRST', '{"code":"a\\r\\nx: y","message":"m"}', { detail: '{"status":400,"headers":{}}' }),
  );
  expect(reply.headers['proxy-status']).toBe('PostgREST; error=ax: y');
});

test('how long an answer is, no raise decides', () => {
  const error = databaseError('PGRST', '{"code":"1","message":"m"}', {
    detail: '{"status":204,"headers":{"Content-Length":"5","Transfer-Encoding":"chunked","X-Own":"1"}}',
  });
  const { headers } = restErrorReply(error);
  expect(headers).toMatchObject({ 'X-Own': '1' });
  expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('content-length');
  expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('transfer-encoding');
});
