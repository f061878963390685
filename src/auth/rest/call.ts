/** One call of the REST door as its handlers see it, and what they give back. */
import type { Exchange } from '../../exchange.ts';
import type { AuthContext, Client } from '../domain/context.ts';

export interface Call {
  readonly auth: AuthContext;
  readonly exchange: Exchange;
  readonly client: Client;
  /** Parts of the path that the route names: `/admin/users/:id`. */
  readonly params: Readonly<Record<string, string>>;
}

/** JSON, a place to go to, or nothing. */
export type Answer =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly redirect: string }
  | { readonly html: string }
  | { readonly empty: true };

export type Handler = (call: Call) => Answer | Promise<Answer>;

export const NOTHING: Answer = { empty: true };

export const json = (it: unknown, status = 200, headers?: Readonly<Record<string, string>>): Answer => ({
  json: it,
  status,
  ...(headers === undefined ? {} : { headers }),
});
