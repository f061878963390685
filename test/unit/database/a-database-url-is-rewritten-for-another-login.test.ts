import { expect, it } from 'vitest';
import { describeAddress, withLogin } from '../../../src/database/connection-url.ts';

it.each([
  ['postgres://admin:pw@db:5432/app', 'postgres://me:s%40cret@db:5432/app'],
  ['postgresql://db/app', 'postgresql://me:s%40cret@db/app'],
  ['postgres://a:b@[::1]:5432/app?sslmode=require', 'postgres://me:s%40cret@[::1]:5432/app?sslmode=require'],
  ['postgres://admin:pw@/app?host=/run/postgresql', 'postgres://me:s%40cret@/app?host=/run/postgresql'],
  [
    'postgres://db/app?user=admin&password=pw&sslmode=require',
    'postgres://me:s%40cret@db/app?sslmode=require',
  ],
])('%s', (url, expected) => {
  expect(withLogin(url, 'me', 's@cret')).toBe(expected);
});

it('describes where a database is without its login', () => {
  expect(describeAddress('postgres://admin:pw@db:5432/app?password=pw')).toBe('db:5432/app');
  expect(describeAddress('postgres://')).toBe('the local server');
});

it('refuses what is no URL of PostgreSQL, without repeating it', () => {
  const wrong = 'mysql://admin:hunter2@db/app';
  expect(() => withLogin(wrong, 'me', 'pw')).toThrow(expect.objectContaining({ code: 'config-invalid' }));
  expect(() => describeAddress(wrong)).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
  );
});
