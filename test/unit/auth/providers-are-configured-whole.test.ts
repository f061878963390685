import { expect, it } from 'vitest';
import { authSchema, refuseAuth } from '../../../src/config/auth.ts';

function problemsOf(providers: Record<string, object>, production = false): string[] {
  return refuseAuth(authSchema.parse({ providers }), production).map(([path]) => path);
}

it('takes presets without an issuer, and any issuer by its address', () => {
  expect(problemsOf({ google: { clientId: 'a' }, github: { clientId: 'b' } }, true)).toEqual([]);
  expect(
    problemsOf({ keycloak: { clientId: 'a', issuer: 'https://id.example.org/realms/one' } }, true),
  ).toEqual([]);
  expect(problemsOf({ local: { clientId: 'a', issuer: 'http://127.0.0.1:9000' } })).toEqual([]);
});

it('asks for what a sign-in cannot do without, unless the provider is off', () => {
  expect(problemsOf({ keycloak: {} })).toEqual([
    'auth.providers.keycloak.clientId',
    'auth.providers.keycloak.issuer',
  ]);
  expect(problemsOf({ keycloak: { enabled: false } })).toEqual([]);
});

it('refuses names that mean something else, and plain HTTP in production', () => {
  const whole = { clientId: 'a', issuer: 'http://id.example.org' };
  expect(problemsOf({ email: whole, 'My IdP': whole })).toEqual([
    'auth.providers.email',
    'auth.providers.My IdP',
  ]);
  expect(problemsOf({ idp: whole }, true)).toEqual(['auth.providers.idp.issuer']);
});
