/** Every call of `/auth/v1` on one screen. */
import { authError } from '../errors.ts';
import { discovery, health, jwks, settings } from './about.ts';
import * as proofs from './admin-proofs.ts';
import * as admin from './admin-users.ts';
import { withCaptcha } from './captcha.ts';
import * as factors from './factors.ts';
import * as oauth from './oauth.ts';
import * as oauthClients from './oauth-clients.ts';
import { followLink, otp, recover, resend, verify } from './one-time.ts';
import { outbox } from './outbox.ts';
import * as passkeys from './passkeys.ts';
import type { Routes } from './router.ts';
import { signup } from './signup.ts';
import { token } from './token.ts';
import { getUser, logout, reauthenticate, updateUser } from './user.ts';

export const ROUTES: Routes = {
  // for everybody
  'GET /health': health,
  'GET /settings': settings,
  'GET /.well-known/jwks.json': jwks,
  'GET /.well-known/openid-configuration': discovery,
  'GET /.well-known/oauth-authorization-server': discovery,
  'POST /signup': withCaptcha(signup),
  'POST /token': withCaptcha(token),
  'POST /otp': withCaptcha(otp),
  'POST /magiclink': withCaptcha(otp),
  'POST /verify': verify,
  'GET /verify': followLink,
  'POST /recover': withCaptcha(recover),
  'POST /resend': withCaptcha(resend),
  'GET /authorize': oauth.authorize,
  'GET /callback': oauth.callback,
  'POST /callback': oauth.callback,
  'POST /passkeys/authentication/options': withCaptcha(passkeys.authenticationOptions),
  'POST /passkeys/authentication/verify': passkeys.authenticationVerify,
  'POST /sso': () => {
    throw authError('saml_provider_disabled');
  },
  // for the user of a token
  'GET /user': getUser,
  'PUT /user': updateUser,
  'GET /reauthenticate': reauthenticate,
  'POST /logout': logout,
  'GET /user/identities/authorize': oauth.authorizeLink,
  'DELETE /user/identities/:id': oauth.unlink,
  'GET /user/oauth/grants': oauthClients.grants,
  'DELETE /user/oauth/grants': oauthClients.revoke,
  'POST /factors': factors.enroll,
  'POST /factors/:id/challenge': factors.challenge,
  'POST /factors/:id/verify': factors.verify,
  'DELETE /factors/:id': factors.unenroll,
  'GET /factors/recovery-codes': factors.countRecoveryCodes,
  'POST /factors/recovery-codes': factors.createRecoveryCodes,
  'POST /factors/recovery-codes/verify': factors.verifyRecoveryCode,
  'GET /passkeys': passkeys.list,
  'POST /passkeys/registration/options': passkeys.registrationOptions,
  'POST /passkeys/registration/verify': passkeys.registrationVerify,
  'PATCH /passkeys/:id': passkeys.rename,
  'DELETE /passkeys/:id': passkeys.remove,
  // for the service key
  'GET /admin/users': admin.listUsers,
  'POST /admin/users': admin.createUser,
  'GET /admin/users/:id': admin.readUser,
  'PUT /admin/users/:id': admin.updateUser,
  'DELETE /admin/users/:id': admin.deleteUser,
  'GET /admin/users/:id/factors': proofs.listFactors,
  'DELETE /admin/users/:id/factors/:factor': proofs.deleteFactor,
  'GET /admin/users/:id/passkeys': proofs.listPasskeys,
  'DELETE /admin/users/:id/passkeys/:passkey': proofs.deletePasskey,
  'GET /admin/oauth/clients': oauthClients.list,
  'POST /admin/oauth/clients': oauthClients.create,
  'GET /admin/oauth/clients/:id': oauthClients.read,
  'PUT /admin/oauth/clients/:id': oauthClients.update,
  'DELETE /admin/oauth/clients/:id': oauthClients.remove,
  'POST /admin/oauth/clients/:id/regenerate_secret': oauthClients.regenerateSecret,
  'POST /admin/generate_link': admin.generateLink,
  'POST /invite': admin.invite,
  'GET /admin/audit': admin.audit,
  'GET /dev/outbox': outbox,
};
