/** `GET /authorize`, `/callback`, the grant `id_token`, and `/user/identities`. */
import { z } from 'zod';
import { flowMarker } from '../browser-sessions.ts';
import { readChallenge } from '../domain/flow.ts';
import { authorize as begin } from '../domain/oauth/authorize.ts';
import { finishOAuth } from '../domain/oauth/callback.ts';
import { signInWithIdToken } from '../domain/oauth/id-token.ts';
import { unlinkIdentity } from '../domain/unlink-identity.ts';
import { assertMayLink } from '../domain/ways-in.ts';
import { allowAnybody, requireUser } from './bearer.ts';
import { optional, queryText, readBody, redirectTo } from './body.ts';
import { type Call, type Handler, json } from './call.ts';
import { errorAddress, sessionAddress, withCode } from './link-addresses.ts';
import { answerSameSession, answerSession } from './session-view.ts';

export const authorize: Handler = async (call) => {
  allowAnybody(call);
  return { redirect: await begin(call.auth, authorizeInput(call)) };
};

export const callback: Handler = async (call) => {
  const { auth, client } = call;
  try {
    const began = call.exchange.cookies?.beganFlow;
    const returned = await finishOAuth(auth, parametersOf(call), { client, began });
    const { redirectTo: target } = returned;
    if ('authCode' in returned) return { redirect: withCode(target, returned.authCode) };
    if ('refused' in returned) return { redirect: refusedAddress(returned.refused, target, returned.pkce) };
    const { providerToken, providerRefreshToken } = returned;
    const more = {
      provider_token: providerToken,
      ...(providerRefreshToken === undefined ? {} : { provider_refresh_token: providerRefreshToken }),
    };
    return { redirect: sessionAddress(target, returned.session, undefined, more) };
  } catch (thrown) {
    return { redirect: refusedAddress(thrown, auth.config.siteUrl, true) };
  }
};

function refusedAddress(thrown: unknown, target: string, inQuery: boolean): string {
  const address = errorAddress(thrown, target, inQuery);
  if (address === undefined) throw thrown;
  return address;
}

/** Some providers send a form. */
function parametersOf({ exchange }: Call): URLSearchParams {
  if (exchange.method === 'POST') return new URLSearchParams(exchange.body ?? '');
  return new URL(exchange.url, 'http://localhost').searchParams;
}

const idTokenBody = z.object({
  provider: optional,
  id_token: z.string().default(''),
  access_token: optional,
  nonce: optional,
  link_identity: z.boolean().nullish(),
});

export const byIdToken: Handler = async (call) => {
  const body = readBody(call, idTokenBody);
  const linkTo = body.link_identity ? (await requireLinker(call)).id : undefined;
  const session = await signInWithIdToken(call.auth, {
    provider: body.provider,
    idToken: body.id_token,
    nonce: body.nonce,
    accessToken: body.access_token,
    linkTo,
    client: call.client,
  });
  return linkTo === undefined ? answerSession(call, session) : answerSameSession(call, session);
};

export const authorizeLink: Handler = async (call) => {
  const user = await requireLinker(call);
  const remember = flowMarker(call.exchange.cookies);
  const url = await begin(call.auth, { ...authorizeInput(call), linkTo: user.id, remember });
  return queryText(call, 'skip_http_redirect') === 'true' ? json({ url }) : { redirect: url };
};

export const unlink: Handler = async (call) => {
  const { userId, aal } = await requireUser(call);
  await unlinkIdentity(call.auth, { userId, identityId: call.params.id ?? '', aal, client: call.client });
  return json({});
};

async function requireLinker(call: Call) {
  const bearer = await requireUser(call);
  assertMayLink(call.auth, bearer);
  return bearer.user;
}

function authorizeInput(call: Call) {
  return {
    provider: queryText(call, 'provider'),
    redirectTo: redirectTo(call),
    scopes: queryText(call, 'scopes'),
    challenge: readChallenge(queryText(call, 'code_challenge'), queryText(call, 'code_challenge_method')),
    extra: call.exchange.query,
    client: call.client,
  };
}
