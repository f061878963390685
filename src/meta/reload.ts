/** `POST /meta/v1/reload`: reads catalog and metadata file anew, and answers when every schema in use has followed. */
import type { Endpoint } from '../exchange.ts';
import type { Audit } from './audit.ts';
import { requireService } from './service-only.ts';

export function createReloadEndpoint(reload: () => Promise<number>, audit: Audit): Endpoint {
  return {
    async handle(exchange) {
      requireService(exchange.caller);
      const version = await reload();
      await audit(exchange, 'catalog.reload', { version });
      return {
        status: 200,
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({ reloaded: true, version }),
      };
    },
  };
}
