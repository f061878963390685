/** GraphiQL out of our own package: one page of 9 MB. */
import { createPage, type Page } from '../page.ts';

const WELCOME = `# Every table is a field:
# Ctrl-Space shows which.
#
# The key below says who you are;
# the service key sees everything.

{
  __typename
}
`;

/** `anonKey` stands in the header editor, to be replaced by the key of whom one wants to be. */
export function createGraphiql(anonKey: string): Page {
  return createPage(async () => {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    return renderGraphiQL({
      title: 'GoForward GraphiQL',
      defaultQuery: WELCOME,
      headers: JSON.stringify({ apikey: anonKey }, null, 2),
    });
  });
}
