/** What a module of the user's own may add to the server. Its default export is called once, at the start. */
import type { CustomProvider } from '../auth/domain/custom-provider.ts';
import type { HookFunctions } from '../auth/domain/hooks.ts';
import type { Caller } from '../caller.ts';
import type { CallerTransaction } from '../database/caller-transaction.ts';

export type Extension = (server: ExtensionApi) => void | Promise<void>;

export interface ExtensionApi {
  /** Serves an address of one's own. Throws where the address is the server's, or taken. */
  registerRoute(route: RouteDefinition): void;
  /** A way of one's own to sign in. Throws where the name is none, or taken. */
  registerAuthProvider(provider: CustomProvider): void;
  /** Steps into what the auth module does. Each hook is one function's. */
  registerAuthHook<N extends keyof HookFunctions>(name: N, hook: HookFunctions[N]): void;
}

export interface RouteDefinition {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/functions/v1/orders/:id`: steps that begin with a colon match anything, and come as `params`. */
  readonly path: string;
  /** What it returns becomes JSON, unless it is a `Response`; `undefined` is 204. What it throws is logged and answered by 500. */
  readonly handler: (request: RouteRequest) => unknown;
}

export interface RouteRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as text; undefined where there is none. */
  readonly body: string | undefined;
  /** Who is calling: role and claims, verified. */
  readonly caller: Caller;
  readonly requestId: string;
  /** The body read as JSON. A body that is none is answered by 400. */
  json(): unknown;
  /**
   * Runs statements as the caller, with grants and row level security, in one transaction: committed when `use` is done, undone
   * when it throws.
   */
  transaction<T>(use: (transaction: CallerTransaction) => Promise<T>): Promise<T>;
}
