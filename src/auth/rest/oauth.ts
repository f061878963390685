/** `GET /authorize`, `/callback`, the grant `id_token`, and `/user/identities`. */
import { z } from 'zod';
import { UUID } from '../domain/bearer.ts';
import { readChallenge } from '../domain/flow.ts';
import { authorize as begin } from '../domain/oauth/authorize.ts';
import { finishOAuth } from '../domain/oauth/callback.ts';
import { signInWithIdToken } from '../domain/oauth/id-token.ts';
import { assertProved, unlinkIdentity } from '../domain/unlink-identity.ts';
import { authError } from '../errors.ts';
import { allowAnybody, requireUser } from './bearer.ts';
import { optional, queryText, readBody, redirectTo } from './body.ts';
import { type Call, type Handler, json } from './call.ts';
import { errorAddress, sessionAddress, withCode } from './link-addresses.ts';
import { viewSession } from './session-view.ts';

/** Ours, or such that the provider's answer depends on them: nobody else sets them. */
const RESERVED = new Set([
  'provider',
  'redirect_to',
  'scopes',
  'skip_http_redirect',
  'invite_token',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
  'apikey',
]);

export const authorize: Handler = async (call) => {
  allowAnybody(call);
  return { redirect: await begin(call.auth, authorizeInput(call)) };
};

export const callback: Handler = async (call) => {
  const { auth, client } = call;
  try {
    const returned = await finishOAuth(auth, parametersOf(call), client);
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
  return json(viewSession(session));
};

export const authorizeLink: Handler = async (call) => {
  const user = await requireLinker(call);
  const url = await begin(call.auth, { ...authorizeInput(call), linkTo: user.id });
  return queryText(call, 'skip_http_redirect') === 'true' ? json({ url }) : { redirect: url };
};

export const unlink: Handler = async (call) => {
  const { userId, aal } = await requireUser(call);
  assertManualLinking(call);
  const { id = '' } = call.params;
  if (!UUID.test(id)) throw authError('validation_failed', 'identity_id must be an UUID', { status: 404 });
  await unlinkIdentity(call.auth, { userId, identityId: id.toLowerCase(), aal, client: call.client });
  return json({});
};

async function requireLinker(call: Call) {
  const { user, aal } = await requireUser(call);
  assertManualLinking(call);
  assertProved(user, aal);
  return user;
}

function assertManualLinking({ auth }: Call): void {
  if (!auth.config.manualLinking) throw authError('manual_linking_disabled');
}

function authorizeInput(call: Call) {
  const extra = Object.entries(call.exchange.query).flatMap(([name, it]) =>
    typeof it === 'string' && !RESERVED.has(name) ? [[name, it] as const] : [],
  );
  return {
    provider: queryText(call, 'provider'),
    redirectTo: redirectTo(call),
    scopes: queryText(call, 'scopes'),
    challenge: readChallenge(queryText(call, 'code_challenge'), queryText(call, 'code_challenge_method')),
    extra: Object.fromEntries(extra),
  };
}
