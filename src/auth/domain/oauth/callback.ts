/** A user comes back from a provider. The state counts once, whatever comes of it. */
import { AppError } from '../../../errors.ts';
import { authError } from '../../errors.ts';
import type { Connection } from '../../store/database.ts';
import { type FlowState, takeFlow } from '../../store/flow-state.ts';
import type { User } from '../../store/users.ts';
import { admit } from '../admit.ts';
import { audit } from '../audit.ts';
import type { AuthContext, Client } from '../context.ts';
import { issueAuthCode, startFlow } from '../flow.ts';
import { UUID } from '../ids.ts';
import { seal, TOKEN_PURPOSE, unseal } from '../seal.ts';
import { type IssuedSession, issueSession } from '../sessions.ts';
import { isBanned } from '../sign-in.ts';
import { linkProfile, userOfProfile } from './accounts.ts';
import { callbackAddress, requireProvider, VERIFIER_PURPOSE } from './authorize.ts';
import type { ExternalSignIn } from './provider.ts';

/** How long a user may take at the provider. */
const FLOW_SECONDS = 600;
const METHOD = 'oauth';

export type Returned = { readonly redirectTo: string } & (
  | {
      readonly session: IssuedSession;
      readonly providerToken: string;
      readonly providerRefreshToken?: string;
    }
  /** To be exchanged by whoever began. */
  | { readonly authCode: string }
  | { readonly refused: AppError; readonly pkce: boolean }
);

/** `began`: whether this browser began, where browsers are told apart. Throws where nobody knows of the state; what goes wrong later is told where the user wanted to go. */
export async function finishOAuth(
  auth: AuthContext,
  parameters: URLSearchParams,
  { client, began }: { client: Client; began: ((state: string) => boolean) | undefined },
): Promise<Returned> {
  await admit(auth, client);
  const state = parameters.get('state') ?? '';
  if (!UUID.test(state)) throw authError('bad_oauth_state');
  const flow = await takeFlow(auth.database, state, FLOW_SECONDS);
  if (flow === undefined || flow.codeVerifier === null) throw authError('bad_oauth_state');
  if (flow.linkingTargetId !== null && began?.(state) === false) throw authError('bad_oauth_state');
  const redirectTo = flow.redirectTo ?? auth.config.siteUrl;
  try {
    const signIn = await ask(auth, flow, parameters);
    return { redirectTo, ...(await settle(auth, flow, signIn, client)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.cause !== undefined)
      auth.observe({
        type: 'unexpected-error',
        error: error.cause,
        where: `sign-in at ${flow.providerType}`,
      });
    return { redirectTo, refused: error, pkce: flow.codeChallenge !== null };
  }
}

async function ask(auth: AuthContext, flow: FlowState, parameters: URLSearchParams): Promise<ExternalSignIn> {
  const provider = requireProvider(auth, flow.providerType);
  const refusal = parameters.get('error');
  if (refusal !== null) throw authError('bad_oauth_callback', parameters.get('error_description') ?? refusal);
  if (!parameters.get('code'))
    throw authError('bad_oauth_callback', 'OAuth callback with missing authorization code missing');
  const codeVerifier = unseal(auth, VERIFIER_PURPOSE, flow.codeVerifier);
  if (codeVerifier === undefined) throw authError('bad_oauth_state');
  const url = new URL(callbackAddress(auth));
  url.search = parameters.toString();
  return provider.finish({ state: flow.id, nonce: flow.nonce ?? '', codeVerifier }, url);
}

type Settled =
  | { session: IssuedSession; providerToken: string; providerRefreshToken?: string }
  | { authCode: string };

async function settle(
  auth: AuthContext,
  flow: FlowState,
  { profile, accessToken, refreshToken }: ExternalSignIn,
  client: Client,
): Promise<Settled> {
  const tokens = {
    providerToken: accessToken,
    ...(refreshToken === undefined ? {} : { providerRefreshToken: refreshToken }),
  };
  return auth.database.transaction(async (connection) => {
    const arrival = { provider: flow.providerType, profile, client };
    const user =
      flow.linkingTargetId === null
        ? await userOfProfile(auth, connection, arrival)
        : await linkProfile(auth, connection, flow.linkingTargetId, arrival);
    if (isBanned(auth, user)) throw authError('user_banned');
    const traits = { method: METHOD, provider: flow.providerType };
    audit(auth, { action: 'login', user, client, traits });
    const authCode = await codeFor(auth, connection, flow, user, tokens);
    if (authCode !== undefined) return { authCode };
    return { session: await issueSession(auth, user, { method: METHOD, client, connection }), ...tokens };
  });
}

/** Undefined where the one who began asked for no code. */
async function codeFor(
  auth: AuthContext,
  connection: Connection,
  { codeChallenge, codeChallengeMethod, providerType }: FlowState,
  user: User,
  tokens: { providerToken: string; providerRefreshToken?: string },
): Promise<string | undefined> {
  if (codeChallenge === null) return undefined;
  const challenge = {
    codeChallenge,
    codeChallengeMethod: codeChallengeMethod === 'plain' ? 'plain' : 's256',
  } as const;
  const id = await startFlow(connection, challenge, {
    userId: user.id,
    providerType,
    authenticationMethod: METHOD,
  });
  const provider = {
    providerAccessToken: seal(auth, TOKEN_PURPOSE, tokens.providerToken),
    ...(tokens.providerRefreshToken === undefined
      ? {}
      : { providerRefreshToken: seal(auth, TOKEN_PURPOSE, tokens.providerRefreshToken) }),
  };
  return issueAuthCode(connection, { id: id ?? '', userId: user.id, ...provider });
}
