/** `POST /token?grant_type=…`: one handler per grant. */
import { z } from 'zod';
import { refreshByTokenOrCookie } from '../browser-sessions.ts';
import { exchangeCode } from '../domain/flow.ts';
import { signInWithPassword } from '../domain/sign-in.ts';
import { authError } from '../errors.ts';
import { allowAnybody } from './bearer.ts';
import { optional, queryText, readBody } from './body.ts';
import type { Handler } from './call.ts';
import { byCustomProvider } from './custom-sign-in.ts';
import { byIdToken } from './oauth.ts';
import { answerSession } from './session-view.ts';

const passwordBody = z.object({ email: optional, phone: optional, password: z.string().default('') });
const refreshBody = z.object({ refresh_token: optional });
const pkceBody = z.object({ auth_code: z.string().default(''), code_verifier: z.string().default('') });

const byPassword: Handler = async (call) => {
  const session = await signInWithPassword(call.auth, {
    ...readBody(call, passwordBody),
    client: call.client,
  });
  const weak = session.weakPassword;
  return answerSession(call, session, { more: weak === undefined ? {} : { weak_password: weak } });
};

const byRefreshToken: Handler = async (call) => {
  const { refresh_token } = readBody(call, refreshBody);
  const { auth, exchange, client } = call;
  const { session, byCookie } = await refreshByTokenOrCookie(auth, exchange.cookies, refresh_token, client);
  return answerSession(call, session, { byCookie });
};

const byCode: Handler = async (call) => {
  const { auth_code, code_verifier } = readBody(call, pkceBody);
  const input = { authCode: auth_code, codeVerifier: code_verifier, client: call.client };
  const session = await exchangeCode(call.auth, input);
  const { providerToken, providerRefreshToken } = session;
  return answerSession(call, session, {
    more: {
      ...(providerToken === undefined ? {} : { provider_token: providerToken }),
      ...(providerRefreshToken === undefined ? {} : { provider_refresh_token: providerRefreshToken }),
    },
  });
};

const GRANTS: Readonly<Record<string, Handler>> = {
  password: byPassword,
  refresh_token: byRefreshToken,
  pkce: byCode,
  id_token: byIdToken,
  custom: byCustomProvider,
  web3: () => {
    throw authError('web3_provider_disabled');
  },
};

export const token: Handler = (call) => {
  allowAnybody(call);
  const name = queryText(call, 'grant_type') ?? '';
  const grant = Object.hasOwn(GRANTS, name) ? GRANTS[name] : undefined;
  if (grant !== undefined) return grant(call);
  throw authError('validation_failed', 'unsupported_grant_type', {
    extensions: { oauth: { error: 'unsupported_grant_type', error_description: 'unsupported_grant_type' } },
  });
};
