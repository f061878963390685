import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { limitsOf, loadConfig } from '../../../src/config.ts';

function folder(yaml: string): string {
  const path = mkdtempSync(join(tmpdir(), 'goforward-config-'));
  writeFileSync(join(path, 'goforward.yaml'), yaml);
  return path;
}

test('nothing at all gives the defaults', () => {
  const config = loadConfig({ env: {}, cwd: '/nonexistent' });
  expect(config).toMatchObject({
    mode: 'development',
    dataDirectory: '/nonexistent/.goforward',
    server: { host: '127.0.0.1', port: 8080, trustedProxies: [], cors: { origins: ['*'] } },
    database: {
      bootstrap: 'auto',
      defaultPrivileges: 'none',
      maxConnections: 20,
      statementTimeoutMs: 30_000,
      preparedStatements: true,
    },
    api: { schemas: ['public'], extraSearchPath: ['extensions'], anonymousRole: 'anon', maxRows: 10_000 },
    auth: { jwt: { audience: 'authenticated', leewaySeconds: 30 } },
  });
  expect(config.api.graphql).toEqual({
    depth: 12,
    tokens: 2000,
    aliases: 30,
    rootFields: 20,
    directives: 20,
    documentBytes: 65_536,
    estimatedRows: 1_000_000,
    introspection: true,
    suggestions: true,
    graphiql: true,
    batch: 0,
    roles: {},
  });
});

test('flags win over environment, environment over file, exact names over well-known ones', () => {
  const cwd = folder('server: {port: 1001, host: 10.0.0.1}\n');
  expect(loadConfig({ cwd, env: {} }).server.port).toBe(1001);
  expect(loadConfig({ cwd, env: { PORT: '1002' } }).server).toMatchObject({ port: 1002, host: '10.0.0.1' });
  expect(loadConfig({ cwd, env: { GOFORWARD_SERVER_PORT: '1003', PORT: '1002' } }).server.port).toBe(1003);
  expect(
    loadConfig({ cwd, env: { GOFORWARD_SERVER_PORT: '1003' }, argvFlags: { port: '1004' } }).server.port,
  ).toBe(1004);
  const env = { DATABASE_URL: 'postgres://a/b', GOFORWARD_DATABASE_URL: 'postgres://c/d' };
  expect(loadConfig({ cwd, env }).database.url).toBe('postgres://c/d');
});

test('lists are comma separated, booleans and numbers are read, camel case becomes snake case', () => {
  const env = {
    GOFORWARD_API_SCHEMAS: 'public, shop,',
    GOFORWARD_API_GRAPHQL_ROOT_FIELDS: '7',
    GOFORWARD_API_GRAPHQL_INTROSPECTION: 'false',
    GOFORWARD_SERVER_CORS_ORIGINS: 'https://a.example,https://b.example',
  };
  const config = loadConfig({ env, cwd: '/nonexistent' });
  expect(config.api.schemas).toEqual(['public', 'shop']);
  expect(config.api.graphql).toMatchObject({ rootFields: 7, introspection: false });
  expect(config.server.cors.origins).toEqual(['https://a.example', 'https://b.example']);
});

test('an empty section says nothing', () => {
  expect(loadConfig({ cwd: folder('server:\napi:\n  graphql:\n'), env: {} }).server.port).toBe(8080);
});

test('production closes what helps attackers, unless it is opened by name', () => {
  const hidden = loadConfig({ env: { NODE_ENV: 'production' }, cwd: '/nonexistent' });
  expect(hidden.mode).toBe('production');
  expect(hidden.log.format).toBe('json');
  expect(hidden.api.graphql).toMatchObject({ introspection: false, suggestions: false, graphiql: false });
  const opened = loadConfig({
    env: { NODE_ENV: 'production', GOFORWARD_API_GRAPHQL_INTROSPECTION: 'true' },
    cwd: '/nonexistent',
  });
  expect(opened.api.graphql).toMatchObject({ introspection: true, suggestions: false });
});

test('the limits of a role inherit what they do not say', () => {
  const cwd = folder('api: {graphql: {depth: 9, roles: {service_role: {depth: 40, introspection: true}}}}\n');
  const { graphql } = loadConfig({ cwd, env: { NODE_ENV: 'production' } }).api;
  expect(limitsOf(graphql, 'service_role')).toMatchObject({
    depth: 40,
    aliases: 30,
    introspection: true,
    suggestions: false,
  });
  expect(limitsOf(graphql, 'anon')).toMatchObject({ depth: 9, introspection: false });
  expect(limitsOf(graphql, 'constructor').depth).toBe(9);
});

test('the configuration is frozen all the way down', () => {
  const config = loadConfig({ env: {}, cwd: '/nonexistent' });
  expect(() => (config.api.schemas as string[]).push('x')).toThrow(TypeError);
  expect(() => Object.assign(config.server, { port: 1 })).toThrow(TypeError);
});
