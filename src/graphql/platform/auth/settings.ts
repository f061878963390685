/** What everybody may know of signing up and in here. */
import type { Builder } from '../../builder.ts';
import type { AuthAccess } from './door.ts';

export function registerSettings(builder: Builder, auth: AuthAccess): void {
  const settings = builder.objectRef<ReturnType<AuthAccess>['config']>('AuthSettings').implement({
    description: 'Which ways to sign up and in there are',
    fields: (t) => ({
      signupEnabled: t.boolean({ nullable: false, resolve: ({ signup }) => signup.enabled }),
      anonymousEnabled: t.boolean({ nullable: false, resolve: ({ anonymous }) => anonymous.enabled }),
      emailEnabled: t.boolean({ nullable: false, resolve: ({ email }) => email.enabled }),
      phoneEnabled: t.boolean({ nullable: false, resolve: ({ phone }) => phone.enabled }),
      emailAutoconfirm: t.boolean({ nullable: false, resolve: ({ email }) => email.autoconfirm }),
      phoneAutoconfirm: t.boolean({ nullable: false, resolve: ({ phone }) => phone.autoconfirm }),
      passkeysEnabled: t.boolean({ nullable: false, resolve: ({ passkeys }) => passkeys.enabled }),
      passwordMinLength: t.int({ nullable: false, resolve: ({ password }) => password.minLength }),
      manualLinking: t.exposeBoolean('manualLinking', {
        nullable: false,
        description: 'Whether users may link identities to themselves',
      }),
      factorTypes: t.stringList({
        nullable: false,
        description: 'Kinds of second factors',
        resolve: ({ mfa }) => (['totp', 'phone', 'webauthn'] as const).filter((type) => mfa[type]),
      }),
      providers: t.stringList({
        nullable: false,
        resolve: ({ providers }) =>
          Object.keys(providers).filter((name) => providers[name]?.enabled === true),
      }),
    }),
  });
  builder.queryField('authSettings', (t) =>
    t.field({ type: settings, nullable: false, resolve: () => auth().config }),
  );
}
