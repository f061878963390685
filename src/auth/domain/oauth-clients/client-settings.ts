/** What is said of an application: what is left out is as it was, or as usual; what does not go together is refused. */
import type { OauthClient } from '../../../generated/prisma/client.ts';
import { invalid } from '../../errors.ts';

export interface ClientSettings {
  readonly name?: string | undefined;
  readonly uri?: string | undefined;
  readonly logoUri?: string | undefined;
  readonly redirectUris?: readonly string[] | undefined;
  readonly grantTypes?: readonly string[] | undefined;
  readonly responseTypes?: readonly string[] | undefined;
  readonly type?: string | undefined;
  readonly authMethod?: string | undefined;
}

type Kept = Pick<
  OauthClient,
  | 'clientName'
  | 'clientUri'
  | 'logoUri'
  | 'redirectUris'
  | 'grantTypes'
  | 'responseTypes'
  | 'clientType'
  | 'tokenEndpointAuthMethod'
>;

const MAX_REDIRECTS = 10;
const MAX_NAME = 1024;
const MAX_URI = 2048;
const GRANT_TYPES = ['authorization_code', 'refresh_token'];
const RESPONSE_TYPES = ['code'];
const AUTH_METHODS: Readonly<Record<string, readonly string[]>> = {
  public: ['none'],
  confidential: ['client_secret_basic', 'client_secret_post'],
};

export function completeSettings(given: ClientSettings, known: Kept | undefined): Kept {
  const clientType = typeOf(given, known);
  const methods = AUTH_METHODS[clientType] ?? [];
  const usual = known?.tokenEndpointAuthMethod ?? methods[0] ?? '';
  const method = given.authMethod ?? usual;
  if (!methods.includes(method))
    throw invalid(
      `token_endpoint_auth_method must be one of ${methods.join(', ')} for a ${clientType} client`,
    );
  const name = given.name?.trim() ?? known?.clientName ?? '';
  if (name === '' || name.length > MAX_NAME)
    throw invalid(`client_name must have 1 to ${MAX_NAME} characters`);
  return {
    clientName: name,
    clientUri: uriOf('client_uri', given.uri) ?? known?.clientUri ?? null,
    logoUri: uriOf('logo_uri', given.logoUri) ?? known?.logoUri ?? null,
    redirectUris: redirectsOf(given.redirectUris) ?? known?.redirectUris ?? redirectsOf([]) ?? [],
    grantTypes: oneOf('grant_types', given.grantTypes, GRANT_TYPES) ?? known?.grantTypes ?? GRANT_TYPES,
    responseTypes:
      oneOf('response_types', given.responseTypes, RESPONSE_TYPES) ?? known?.responseTypes ?? RESPONSE_TYPES,
    clientType,
    tokenEndpointAuthMethod: method,
  };
}

/** A client with a secret does not become one without, nor the other way round. */
function typeOf({ type, authMethod }: ClientSettings, known: Kept | undefined): string {
  const chosen = type ?? known?.clientType ?? (authMethod === 'none' ? 'public' : 'confidential');
  if (!Object.hasOwn(AUTH_METHODS, chosen)) throw invalid('client_type must be public or confidential');
  if (known !== undefined && chosen !== known.clientType) throw invalid('client_type cannot be changed');
  return chosen;
}

function redirectsOf(given: readonly string[] | undefined): string[] | undefined {
  if (given === undefined) return undefined;
  if (given.length === 0 || given.length > MAX_REDIRECTS)
    throw invalid(`redirect_uris must have 1 to ${MAX_REDIRECTS} entries`);
  for (const one of given) assertRedirect(one);
  return [...given];
}

/** Codes go there: over TLS, to this machine, or to an app by a scheme of its own; never into a page as a script. */
function assertRedirect(text: string): void {
  const url = parse('redirect_uris', text);
  if (url.hash !== '' || text.includes('#')) throw invalid('redirect_uris must have no fragment');
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !isLocal) throw invalid('redirect_uris must be https, but for localhost');
  if (/^(javascript|data|file|blob|about|vbscript):$/.test(url.protocol))
    throw invalid(`redirect_uris cannot have the scheme ${url.protocol}`);
}

function uriOf(member: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!/^https?:$/.test(parse(member, text).protocol))
    throw invalid(`${member} must be an http or https URL`);
  return text;
}

function parse(member: string, text: string): URL {
  if (text.length > MAX_URI || !URL.canParse(text)) throw invalid(`${member} must be absolute URLs`);
  return new URL(text);
}

function oneOf(
  member: string,
  given: readonly string[] | undefined,
  known: readonly string[],
): string[] | undefined {
  if (given === undefined || given.length === 0) return undefined;
  if (!given.every((one) => known.includes(one)))
    throw invalid(`${member} must be among ${known.join(', ')}`);
  return [...new Set(given)];
}
