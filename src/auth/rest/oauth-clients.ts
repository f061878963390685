/** `/admin/oauth/clients` for the service key, and `/user/oauth/grants` for users. */
import { z } from 'zod';
import type { OauthClient } from '../../generated/prisma/client.ts';
import type { ClientSettings } from '../domain/oauth-clients/client-settings.ts';
import { listGrants, revokeGrant } from '../domain/oauth-clients/grants.ts';
import * as clients from '../domain/oauth-clients/oauth-clients.ts';
import { requireAdmin, requireUser } from './bearer.ts';
import { optional, queryText, readBody } from './body.ts';
import { type Call, type Handler, json, NOTHING } from './call.ts';
import { pageHeaders, readPage } from './pages.ts';

const texts = z
  .array(z.string())
  .nullish()
  .transform((it) => it ?? undefined);

const body = z.object({
  client_name: optional,
  client_uri: optional,
  logo_uri: optional,
  redirect_uris: texts,
  grant_types: texts,
  response_types: texts,
  client_type: optional,
  token_endpoint_auth_method: optional,
});

function readSettings(call: Call): ClientSettings {
  const given = readBody(call, body);
  return {
    name: given.client_name,
    uri: given.client_uri,
    logoUri: given.logo_uri,
    redirectUris: given.redirect_uris,
    grantTypes: given.grant_types,
    responseTypes: given.response_types,
    type: given.client_type,
    authMethod: given.token_endpoint_auth_method,
  };
}

const idOf = ({ params }: Call) => params.id ?? '';

export const create: Handler = async (call) => {
  requireAdmin(call);
  const { client, secret } = await clients.createOauthClient(call.auth, readSettings(call), call.client);
  return json(viewClient(client, secret), 201);
};

export const list: Handler = async (call) => {
  requireAdmin(call);
  const page = readPage(call);
  const { clients: found, total } = await clients.listOauthClients(call.auth, page);
  const headers = pageHeaders('/admin/oauth/clients', page, total);
  const view = { clients: found.map((one) => viewClient(one)), aud: call.auth.config.jwt.audience };
  return json(view, 200, headers);
};

export const read: Handler = async (call) => {
  requireAdmin(call);
  return json(viewClient(await clients.readOauthClient(call.auth, idOf(call))));
};

export const update: Handler = async (call) => {
  requireAdmin(call);
  const settings = readSettings(call);
  return json(viewClient(await clients.updateOauthClient(call.auth, idOf(call), settings, call.client)));
};

export const remove: Handler = async (call) => {
  requireAdmin(call);
  await clients.deleteOauthClient(call.auth, idOf(call), call.client);
  return NOTHING;
};

export const regenerateSecret: Handler = async (call) => {
  requireAdmin(call);
  const { client, secret } = await clients.regenerateClientSecret(call.auth, idOf(call), call.client);
  return json(viewClient(client, secret));
};

function viewClient(client: OauthClient, secret?: string): Record<string, unknown> {
  return {
    client_id: client.id,
    ...(secret === undefined ? {} : { client_secret: secret }),
    client_type: client.clientType,
    client_name: client.clientName ?? '',
    ...(client.clientUri === null ? {} : { client_uri: client.clientUri }),
    ...(client.logoUri === null ? {} : { logo_uri: client.logoUri }),
    redirect_uris: client.redirectUris,
    grant_types: client.grantTypes,
    response_types: client.responseTypes,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    registration_type: client.registrationType,
    created_at: client.createdAt,
    updated_at: client.updatedAt,
  };
}

export const grants: Handler = async (call) => {
  const { userId } = await requireUser(call);
  const found = await listGrants(call.auth, userId);
  return json(
    found.map(({ clientId, clientName, clientUri, logoUri, scopes, grantedAt }) => ({
      client: { id: clientId, name: clientName ?? '', uri: clientUri ?? '', logo_uri: logoUri ?? '' },
      scopes: [...new Set(scopes?.split(' ') ?? [])].filter((one) => one !== ''),
      granted_at: grantedAt,
    })),
  );
};

export const revoke: Handler = async (call) => {
  const { userId } = await requireUser(call);
  await revokeGrant(call.auth, { userId, clientId: queryText(call, 'client_id') });
  return NOTHING;
};
