/** The user of the token: read, changed, asked once more who they are, signed out. */
import { z } from 'zod';
import { signOutByTokenOrCookie } from '../browser-sessions.ts';
import { readChallenge } from '../domain/flow.ts';
import { reauthenticate as askAgain, updateOwnUser } from '../domain/user-update.ts';
import { viewUser } from '../domain/user-view.ts';
import { invalid } from '../errors.ts';
import type { SessionScope } from '../store/sessions.ts';
import { requireBearer, requireUser } from './bearer.ts';
import { channel, optional, pkce, queryText, readBody, redirectTo } from './body.ts';
import { type Handler, json, NOTHING } from './call.ts';

export const getUser: Handler = async (call) => json(viewUser((await requireUser(call)).user));

const body = z.object({
  email: optional,
  phone: optional,
  password: optional,
  current_password: optional,
  nonce: optional,
  data: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((it) => it ?? undefined),
  channel,
  ...pkce,
});

export const updateUser: Handler = async (call) => {
  const { user, sessionId, aal } = await requireUser(call);
  const { email, phone, password, data, nonce, channel, ...rest } = readBody(call, body);
  const updated = await updateOwnUser(call.auth, {
    user,
    sessionId,
    aal,
    email,
    phone,
    password,
    data,
    nonce,
    channel,
    currentPassword: rest.current_password,
    redirectTo: redirectTo(call),
    challenge: readChallenge(rest.code_challenge, rest.code_challenge_method),
    client: call.client,
  });
  return json(viewUser(updated));
};

export const reauthenticate: Handler = async (call) => {
  const { user } = await requireUser(call);
  await askAgain(call.auth, user, call.client);
  return json({});
};

const SCOPES: readonly string[] = ['global', 'local', 'others'];

export const logout: Handler = async (call) => {
  const scope = queryText(call, 'scope') ?? 'global';
  if (!SCOPES.includes(scope)) throw invalid(`Unsupported logout scope "${scope}"`);
  await signOutByTokenOrCookie(call.auth, call.exchange.cookies, {
    bearer: () => requireBearer(call),
    scope: scope as SessionScope,
    client: call.client,
  });
  return NOTHING;
};
