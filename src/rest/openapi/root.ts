/** `/rest/v1/`: what there is, for programs as OpenAPI, for people as a page. */
import { LRUCache } from 'lru-cache';
import type { Catalog } from '../../data/catalog/catalog.ts';
import type { Grants } from '../../data/catalog/grants.ts';
import { scopedGrants } from '../../data/catalog/scoped-grants.ts';
import type { Exchange, Reply } from '../../exchange.ts';
import { RestError } from '../errors.ts';
import { acceptedTypes } from '../media-type.ts';
import { optionsReply } from '../options.ts';
import { profileOf } from '../profile.ts';
import type { RestSettings } from '../settings.ts';
import { describeApi } from './description.ts';
import { createReferencePage } from './reference-page.ts';

export interface RootInput {
  readonly grants: (catalog: Catalog, role: string) => Promise<Grants>;
}

export type Root = (
  place: { readonly catalog: Catalog; readonly settings: RestSettings },
  exchange: Exchange,
) => Promise<Reply>;

const DOCUMENTS = ['application/openapi+json', 'application/json', 'application/*', '*/*'];
const METHODS = ['OPTIONS', 'GET', 'HEAD'];
const MAX_DESCRIPTIONS = 100;

export function createRoot({ grants }: RootInput): Root {
  const page = createReferencePage();
  const texts = new LRUCache<string, string>({ max: MAX_DESCRIPTIONS });
  return async ({ catalog, settings }, exchange) => {
    const profile = profileOf(exchange, settings);
    if (exchange.method === 'OPTIONS') return optionsReply(METHODS);
    if (!METHODS.includes(exchange.method))
      throw new RestError('PGRST117', `Unsupported HTTP method: ${exchange.method}`);
    const accepted = acceptedTypes(exchange.headers.accept).map(({ name }) => name);
    const wanted = accepted.find((name) => name === 'text/html' || DOCUMENTS.includes(name));
    if (wanted === 'text/html') return page.reply(exchange);
    if (wanted === undefined)
      throw new RestError('PGRST107', `None of these media types are available: ${accepted.join(', ')}`);
    const { role, scope } = exchange.caller;
    const key = JSON.stringify([catalog.version, role, profile.schema, scope?.key]);
    let text = texts.get(key);
    if (text === undefined) {
      const granted = await grants(catalog, role);
      const shown = scope === undefined ? granted : scopedGrants(granted, scope);
      text = JSON.stringify(describeApi(catalog, shown, profile.schema));
      texts.set(key, text);
    }
    return {
      status: 200,
      headers: {
        'content-type': 'application/openapi+json; charset=utf-8',
        ...(profile.isTold ? { 'content-profile': profile.schema } : {}),
      },
      body: exchange.method === 'HEAD' ? '' : text,
    };
  };
}
