/** GitHub, and servers of one's own that speak like it: OAuth without ID tokens, the user is asked for. */

import { Configuration } from 'openid-client';
import { z } from 'zod';
import {
  authorizationUrl,
  clientAuthentication,
  exchange,
  exchangeFailed,
  permitPlainHttp,
  TIMEOUT_SECONDS,
} from './client.ts';
import type { ExternalProfile, ExternalProvider } from './provider.ts';

export interface GithubSettings {
  readonly name: string;
  /** Of a server of one's own; undefined: github.com. */
  readonly url: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[];
}

const HOME = 'https://github.com';
const API = 'https://api.github.com';

const person = z.object({
  id: z.number().int(),
  login: z.string(),
  name: z.string().nullish(),
  avatar_url: z.string().nullish(),
});
const addresses = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

export function createGithubProvider(settings: GithubSettings): ExternalProvider {
  const { name, url, clientId, clientSecret, scopes } = settings;
  const home = url?.replace(/\/+$/, '') ?? HOME;
  const api = url === undefined ? API : `${home}/api/v3`;
  const configuration = new Configuration(
    {
      issuer: home,
      authorization_endpoint: `${home}/login/oauth/authorize`,
      token_endpoint: `${home}/login/oauth/access_token`,
    },
    clientId,
    clientSecret,
    clientAuthentication(clientSecret),
  );
  configuration.timeout = TIMEOUT_SECONDS;
  for (const permit of permitPlainHttp(home)) permit(configuration);

  return {
    name,
    begin(secrets, request) {
      const wanted = [...new Set([...scopes, ...request.scopes])];
      return authorizationUrl(configuration, secrets, { ...request, scopes: wanted }, false);
    },
    async finish(secrets, callback) {
      const tokens = await exchange(configuration, secrets, callback, false);
      const profile = await readProfile(home, api, tokens.access_token).catch((error: unknown) => {
        throw exchangeFailed(error);
      });
      return { profile, accessToken: tokens.access_token, refreshToken: tokens.refresh_token };
    },
  };
}

/** Only the first address counts, and only once it is verified there. */
async function readProfile(issuer: string, api: string, accessToken: string): Promise<ExternalProfile> {
  const [user, emails] = await Promise.all([
    ask(`${api}/user`, accessToken).then((it) => person.parse(it)),
    ask(`${api}/user/emails`, accessToken).then((it) => addresses.parse(it)),
  ]);
  const primary = emails.find((it) => it.primary);
  return {
    issuer,
    // The number stays when the login changes hands.
    subject: String(user.id),
    email: primary?.email,
    emailVerified: primary?.verified === true,
    data: {
      name: user.name ?? undefined,
      full_name: user.name ?? undefined,
      user_name: user.login,
      preferred_username: user.login,
      avatar_url: user.avatar_url ?? undefined,
    },
  };
}

async function ask(url: string, accessToken: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${accessToken}`,
      'user-agent': 'goforward',
    },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
  });
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}`);
  return response.json();
}
