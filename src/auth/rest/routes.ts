/** Every call of `/auth/v1` on one screen. */
import { discovery, health, jwks, settings } from './about.ts';
import type { Routes } from './router.ts';
import { signup } from './signup.ts';
import { token } from './token.ts';
import { getUser, logout } from './user.ts';

export const ROUTES: Routes = {
  'GET /health': health,
  'GET /settings': settings,
  'GET /.well-known/jwks.json': jwks,
  'GET /.well-known/openid-configuration': discovery,
  'GET /.well-known/oauth-authorization-server': discovery,
  'POST /signup': signup,
  'POST /token': token,
  'GET /user': getUser,
  'POST /logout': logout,
};
