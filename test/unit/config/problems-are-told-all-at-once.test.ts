import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ConfigInput, loadConfig } from '../../../src/config.ts';
import { AppError } from '../../../src/errors.ts';

function folder(yaml?: string): string {
  const path = mkdtempSync(join(tmpdir(), 'goforward-config-'));
  if (yaml !== undefined) writeFileSync(join(path, 'goforward.yaml'), yaml);
  return path;
}

function problemsOf(input: ConfigInput): string {
  try {
    loadConfig({ env: {}, ...input });
  } catch (error) {
    if (error instanceof AppError && error.code === 'config-invalid')
      return `${error.message}\n${error.details ?? ''}`;
    throw error;
  }
  return '';
}

test('file, environment and flags are judged together, each problem with its source', () => {
  const cwd = folder('server: {prot: 80}\napi: {maxRows: many}\ncache: {url: "redis://x"}\n');
  const text = problemsOf({
    cwd,
    env: { GOFORWARD_LOG_LEVEL: 'loud', GOFORWARD_API_SCHEMA: 'x' },
    argvFlags: { port: '99999' },
  });
  expect(text).toContain('in 6 places');
  expect(text).toContain('goforward.yaml: server.prot: there is no such setting; did you mean server.port?');
  expect(text).toContain('goforward.yaml: api.maxRows must be a whole number');
  expect(text).toContain('goforward.yaml: cache: there is no such setting');
  expect(text).toContain('GOFORWARD_LOG_LEVEL must be one of');
  expect(text).toContain(
    'GOFORWARD_API_SCHEMA: there is no such setting; did you mean GOFORWARD_API_SCHEMAS?',
  );
  expect(text).toContain('--port must be 65535 or less');
});

test('a setting in the wrong section is found where it belongs', () => {
  expect(problemsOf({ cwd: folder('maxRows: 3\n') })).toContain('did you mean api.maxRows?');
});

test('values of the wrong kind are told in words', () => {
  expect(problemsOf({ cwd: folder('log: 7\n') })).toContain('log must be a section');
  expect(problemsOf({ cwd: folder('api: {schemas: public}\n') })).toContain('api.schemas must be a list');
  expect(problemsOf({ cwd: folder('api: {schemas: []}\n') })).toContain(
    'api.schemas must name at least one schema',
  );
  expect(problemsOf({ cwd: folder(), env: { GOFORWARD_DATABASE_PREPARED_STATEMENTS: 'yes' } })).toContain(
    'must be true or false',
  );
  expect(problemsOf({ cwd: folder(), env: { DATABASE_URL: 'mysql://x' } })).toContain(
    'DATABASE_URL must start with postgres://',
  );
  expect(problemsOf({ cwd: folder('- a\n') })).toContain('must be a mapping');
  expect(problemsOf({ cwd: folder('a: b: c\n') })).toContain('goforward.yaml: ');
  expect(problemsOf({ cwd: folder('__proto__: {polluted: true}\n') })).toContain('there is no such setting');
});

test('a named file that is not there is an error, the default file may be absent', () => {
  expect(problemsOf({ cwd: folder(), argvFlags: { config: 'other.yaml' } })).toContain(
    'other.yaml: cannot be read',
  );
  expect(problemsOf({ cwd: folder() })).toBe('');
});

test('a secret is refused when it is short, and never shown', () => {
  const text = problemsOf({ cwd: folder(), env: { GOFORWARD_AUTH_JWT_SECRET: 'hunter2' } });
  expect(text).toContain('GOFORWARD_AUTH_JWT_SECRET must have at least 32 characters');
  expect(text).not.toContain('hunter2');
});

test('production refuses example secrets and proxies that are everybody; development takes them', () => {
  const weak = [
    'super-secret-jwt-token-with-at-least-32-characters-long',
    'a'.repeat(40),
    'changeme-changeme-changeme-changeme-1234567890',
    'your-256-bit-secret-your-256-bit-secret-000',
  ];
  for (const secret of weak) {
    const env = { GOFORWARD_AUTH_JWT_SECRET: secret };
    expect(problemsOf({ cwd: folder(), env })).toBe('');
    expect(problemsOf({ cwd: folder(), env: { ...env, NODE_ENV: 'production' } })).toContain(
      'GOFORWARD_AUTH_JWT_SECRET is an example',
    );
  }
  const proxies = { GOFORWARD_SERVER_TRUSTED_PROXIES: '10.0.0.0/8,0.0.0.0/0' };
  expect(problemsOf({ cwd: folder(), env: { ...proxies, NODE_ENV: 'production' } })).toContain(
    'trusts every address',
  );
  expect(
    problemsOf({
      cwd: folder(),
      env: { ...proxies, GOFORWARD_SERVER_TRUSTED_PROXIES: '10.0.0.0/8', NODE_ENV: 'production' },
    }),
  ).toBe('');
});

test('a proxy is an address or a range', () => {
  for (const proxy of ['*', 'localhost', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', '10.0.0.1/x']) {
    const env = { GOFORWARD_SERVER_TRUSTED_PROXIES: proxy };
    expect(problemsOf({ cwd: folder(), env })).toContain('must be an IP address or a CIDR range');
  }
  expect(problemsOf({ cwd: folder(), env: { GOFORWARD_SERVER_TRUSTED_PROXIES: '10.0.0.1,fd00::/8' } })).toBe(
    '',
  );
});

test('no mode lets anonymous requests be the service, or leaves tokens that nothing can verify', () => {
  expect(problemsOf({ cwd: folder(), env: { GOFORWARD_API_ANONYMOUS_ROLE: 'service_role' } })).toContain(
    'must not be service_role',
  );
  expect(problemsOf({ cwd: folder(), env: { GOFORWARD_AUTH_JWT_ALGORITHMS: 'RS256' } })).toContain(
    'no token could be verified',
  );
});
