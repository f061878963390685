/** Reads and rewrites postgres:// URLs. What it prints about one never holds a password. */
import { AppError } from '../errors.ts';

const SHAPE = /^(postgres(?:ql)?:\/\/)(?:[^@/?#]*@)?(.*)$/is;

/** The same server and database with another login. */
export function withLogin(url: string, user: string, password: string): string {
  const parts = SHAPE.exec(url);
  if (!parts) throw malformed();
  const [, scheme, rest = ''] = parts;
  const [address = '', query] = rest.split('?', 2);
  // a login may also hide among the parameters, and would win there
  const kept = (query ?? '').split('&').filter((pair) => pair !== '' && !/^(user|password)=/i.test(pair));
  const suffix = kept.length > 0 ? `?${kept.join('&')}` : '';
  return `${scheme}${encodeURIComponent(user)}:${encodeURIComponent(password)}@${address}${suffix}`;
}

/** Host, port and database, for messages. */
export function describeAddress(url: string): string {
  const parts = SHAPE.exec(url);
  if (!parts) throw malformed();
  return (parts[2] ?? '').split('?', 1)[0] || 'the local server';
}

function malformed(): AppError {
  return new AppError(
    'config-invalid',
    'The database URL is not of the form postgres://user:password@host:port/database.',
  );
}
