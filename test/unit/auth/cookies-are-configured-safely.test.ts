import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';

const load = (env: Record<string, string>) =>
  loadConfig({ env: { GOFORWARD_AUTH_COOKIES_ENABLED: 'true', ...env }, cwd: '/nonexistent' });
const production = {
  GOFORWARD_MODE: 'production',
  GOFORWARD_AUTH_JWT_SECRET: 'k3J9-qLx7Zp2Vb8Nw4Ty6Rm1Hs5Dg0Fc',
};

it.each([
  '*',
  'app.example.org',
  'https://app.example.org/',
  'https://app.example.org/page',
  'https://*.example.org',
  'https://user@app.example.org',
  'file://x',
  'null',
])('%s is no origin', (origin) => {
  expect(() => load({ GOFORWARD_AUTH_COOKIES_ORIGINS: origin })).toThrow(/must be an origin/);
});

it('an origin has scheme, host and port', () => {
  const { cookies } = load({
    GOFORWARD_AUTH_COOKIES_ORIGINS: 'https://app.example.org,http://localhost:5173',
  }).auth;
  expect(cookies.origins).toEqual(['https://app.example.org', 'http://localhost:5173']);
});

it('production asks for https, of the server and of the pages', () => {
  expect(() => load(production)).toThrow(/https address in server.publicUrl/);
  const plain = { GOFORWARD_SERVER_PUBLIC_URL: 'http://api.example.org' };
  expect(() => load({ ...production, ...plain })).toThrow(/https address in server.publicUrl/);
  const safe = { ...production, GOFORWARD_SERVER_PUBLIC_URL: 'https://api.example.org' };
  expect(load(safe).auth.cookies.enabled).toBe(true);
  expect(() => load({ ...safe, GOFORWARD_AUTH_COOKIES_ORIGINS: 'http://app.example.org' })).toThrow(
    /must all be https/,
  );
});
