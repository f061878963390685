/** The GraphQL door of auth: a document goes in with variables and a key or token, the answer comes out parsed. */
import type { AuthServer } from './auth.ts';

export interface GraphqlAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

export async function askGraphql(
  server: AuthServer,
  query: string,
  { variables, key, path = '/graphql' }: { variables?: object; key?: string; path?: string } = {},
): Promise<GraphqlAnswer> {
  const { text } = await server.app.post(path, { query, variables }, key);
  return JSON.parse(text) as GraphqlAnswer;
}
