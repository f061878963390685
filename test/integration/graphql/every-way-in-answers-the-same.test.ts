/** One request, one answer: the short way and Yoga's, GET and POST, both media types, all addresses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createShop } from '../../support/shop.ts';
import { openSignedIn } from '../../support/socket-client.ts';

let database: TestDatabase;
let app: TestApp;
let batching: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  await createShop(database);
  app = await startApp(database);
  batching = await startApp(database, { GOFORWARD_API_GRAPHQL_BATCH: '3' });
});
afterAll(async () => {
  await app.stop();
  await batching.stop();
  await database.drop();
});

interface Sent {
  status: number;
  type: string | null;
  allow: string | null;
  retryAfter: string | null;
  text: string;
}

async function send(path: string, init: RequestInit, from = app): Promise<Sent> {
  const response = await fetch(`${from.url}${path}`, init);
  const { headers, status } = response;
  return {
    status,
    type: headers.get('content-type'),
    allow: headers.get('allow'),
    retryAfter: headers.get('retry-after'),
    text: await response.text(),
  };
}

type Parameters = {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
  extensions?: unknown;
  isAdmin?: unknown;
};

/** Good and bad requests. A text is a body that is no request at all. */
const REQUESTS: Record<string, Parameters | string> = {
  'a list': { query: '{ item(order_by: {id: asc}, limit: 3) { id name price } }' },
  'a deep one': {
    query: '{ maker(order_by: {id: asc}) { items(limit: 1, order_by: {id: asc}) { maker { name } } } }',
  },
  'by key': { query: '{ item_by_pk(id: 1) { name } }' },
  'by key, not there': { query: '{ item_by_pk(id: 99) { name } }' },
  'an aggregate': { query: '{ item_aggregate { aggregate { count sum { price } } } }' },
  'a function': { query: '{ cheaper_than(args: {most: 4}, order_by: {id: asc}) { id } }' },
  'only __typename': { query: '{ __typename }' },
  introspection: { query: '{ __type(name: "item_bool_exp") { name inputFields { name } } }' },
  'tables beside introspection': { query: '{ __type(name: "item") { name } item(limit: 1) { id } }' },
  variables: { query: 'query($id: Int!) { item_by_pk(id: $id) { name } }', variables: { id: 2 } },
  'an operation by name': {
    query: 'query a { __typename } query b { item_by_pk(id: 1) { id } }',
    operationName: 'b',
  },
  'unicode in aliases and values': { query: '{ a: item(where: {name: {_eq: "é\\u00e9😀"}}) { id } }' },
  'no name where one is needed': { query: 'query a { __typename } query b { __typename }' },
  'a name that is not there': { query: 'query a { __typename }', operationName: 'c' },
  'a syntax error': { query: '{ item {' },
  'a field that is not there': { query: '{ item { nothing } }' },
  'a table without a grant': { query: '{ basket { id } }' },
  'a value of the wrong type': { query: '{ item(where: {id: {_eq: "x"}}) { id } }' },
  'a variable of the wrong type': {
    query: 'query($id: Int!) { item_by_pk(id: $id) { id } }',
    variables: { id: 'x' },
  },
  'a missing variable': { query: 'query($id: Int!) { item_by_pk(id: $id) { id } }' },
  'a limit that is too large': { query: '{ item(limit: 10001) { id } }' },
  'too many aliases': { query: `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: __typename`).join(' ')} }` },
  'an error while it runs': { query: '{ broken { id result } }' },
  'an automatic persisted query': { query: '{ __typename }', extensions: { persistedQuery: { version: 1 } } },
  'an empty document': { query: '' },
  'no query': { variables: {} },
  'a query that is no text': { query: 5 },
  'variables that are a list': { query: '{ __typename }', variables: [] },
  'an operation name that is no text': { query: '{ __typename }', operationName: 5 },
  'a member that nobody knows': { query: '{ __typename }', isAdmin: true },
  'extensions that are text': { query: '{ __typename }', extensions: 'x' },
  'no JSON': 'query { __typename }',
  'JSON that is no object': '"{ __typename }"',
  null: 'null',
  nothing: '',
};

const ACCEPTS = [
  undefined,
  '*/*',
  'application/json',
  'application/json, */*',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
];

describe.each(Object.entries(REQUESTS))('%s', (_name, request) => {
  const body = typeof request === 'string' ? request : JSON.stringify(request);
  const headers = (accept: string | undefined, type: string): Record<string, string> => ({
    'content-type': type,
    ...(accept === undefined ? {} : { accept }),
  });

  test('answers the same on the short way and through Yoga, whatever is accepted', async () => {
    for (const accept of ACCEPTS) {
      const short = await send('/graphql', {
        method: 'POST',
        body,
        headers: headers(accept, 'application/json'),
      });
      // A parameter that means nothing takes a request off the short way.
      const long = await send('/graphql', {
        method: 'POST',
        body,
        headers: headers(accept, 'application/json; profile=none'),
      });
      expect(short, `accept: ${accept}`).toEqual(long);
      expect(short.status, short.text).toBeLessThan(500);
      expect(short.type).toMatch(
        accept?.startsWith('application/graphql')
          ? /^application\/graphql-response\+json\b/
          : /^application\/json\b/,
      );
    }
  });

  // An empty parameter of an address counts as none, and what is no text can only be written in a body.
  const fitsAddress =
    typeof request === 'object' && typeof request.query === 'string' && request.query !== '';
  if (fitsAddress)
    test('answers the same to GET as to POST, and at /graphql/v1', async () => {
      const { query, variables, operationName, extensions } = request as Parameters;
      const search = new URLSearchParams({ query: query as string });
      if (variables !== undefined) search.set('variables', JSON.stringify(variables));
      if (typeof operationName === 'string') search.set('operationName', operationName);
      if (extensions !== undefined) search.set('extensions', JSON.stringify(extensions));
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        const post = await send('/graphql', {
          method: 'POST',
          body,
          headers: headers(accept, 'application/json'),
        });
        if (operationName === undefined || typeof operationName === 'string')
          expect(await send(`/graphql?${search}`, { headers: { accept } })).toEqual(post);
        expect(
          await send('/graphql/v1', { method: 'POST', body, headers: headers(accept, 'application/json') }),
        ).toEqual(post);
      }
    });

  // What the protocol of sockets itself refuses is no request there.
  const isRequest =
    fitsAddress &&
    [request.variables ?? {}, request.extensions ?? {}].every(
      (one) => typeof one === 'object' && !Array.isArray(one),
    ) &&
    ['string', 'undefined'].includes(typeof request.operationName);
  if (isRequest)
    test('answers the same on sockets and as events', async () => {
      const ours = JSON.parse(
        (
          await send('/graphql', {
            method: 'POST',
            body,
            headers: headers('application/json', 'application/json'),
          })
        ).text,
      ) as { data?: unknown; errors?: unknown };
      for (const [path, protocol, start] of [
        ['/graphql', 'graphql-transport-ws', 'subscribe'],
        ['/graphql/v1', 'graphql-transport-ws', 'subscribe'],
        ['/v1/graphql', 'graphql-ws', 'start'],
      ] as const) {
        const client = await openSignedIn(app.url, path, undefined, { protocol });
        client.say({ type: start, id: '1', payload: request });
        const { type, payload } = await client.heard(({ id }) => id === '1');
        const errors = (payload as { errors?: unknown }).errors ?? payload;
        // Refused before anything was executed, or an answer.
        expect([path, type === 'error' ? { errors } : payload]).toEqual([path, ours]);
        await client.close();
      }
      const events = await send('/graphql', {
        method: 'POST',
        body,
        headers: headers('text/event-stream', 'application/json'),
      });
      const [, data = ''] =
        /^:\n\nevent: next\ndata: (.*)\n\nevent: complete\ndata:\n\n$/.exec(events.text) ?? [];
      expect(JSON.parse(data)).toEqual(ours);
    });

  test('answers 200 at /v1/graphql, with the same data or the same first error', async () => {
    const ours = await send('/graphql', {
      method: 'POST',
      body,
      headers: headers('application/json', 'application/json'),
    });
    const theirs = await send('/v1/graphql', {
      method: 'POST',
      body,
      headers: headers(undefined, 'application/json'),
    });
    expect(theirs.status).toBe(200);
    const [mine, other] = [JSON.parse(ours.text), JSON.parse(theirs.text)] as Record<string, unknown[]>[];
    if (mine?.errors === undefined) expect(theirs.text).toBe(ours.text);
    else {
      expect(other).not.toHaveProperty('data');
      const code = (answer: typeof mine | undefined) =>
        (answer?.errors?.[0] as { extensions?: unknown; isAdmin?: unknown } | undefined)?.extensions;
      expect(code(other)).toEqual(code(mine));
    }
  });
});

describe('several requests in one body', () => {
  const body = JSON.stringify([{ query: '{ item_by_pk(id: 1) { id } }' }, { query: '{ nothing }' }]);
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };

  test('are refused at /graphql unless they are switched on', async () => {
    expect((await send('/graphql', init)).status).toBe(400);
    const { status, text } = await send('/graphql', init, batching);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject([
      { data: { item_by_pk: { id: 1 } } },
      { errors: [{ extensions: { code: 'validation-failed' } }] },
    ]);
    const four = JSON.stringify(Array.from({ length: 4 }, () => ({ query: '{ __typename }' })));
    expect((await send('/graphql', { ...init, body: four }, batching)).status).toBeGreaterThanOrEqual(400);
  });

  test('are answered in order at /v1/graphql, ten at most', async () => {
    const { status, text } = await send('/v1/graphql', init);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject([
      { data: { item_by_pk: { id: 1 } } },
      { errors: [{ extensions: { code: 'validation-failed' } }] },
    ]);
    const eleven = JSON.stringify(Array.from({ length: 11 }, () => ({ query: '{ __typename }' })));
    const refused = await send('/v1/graphql', { ...init, body: eleven });
    expect(refused.status).toBe(200);
    expect(JSON.parse(refused.text)).toMatchObject({ errors: [{ extensions: { code: 'limit-exceeded' } }] });
    expect((await send('/v1/graphql', { ...init, body: '[]' })).text).toBe('[]');
  });
});

test('forms, text and other methods get nowhere near a statement', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const { status } = await send('/graphql', {
      method: 'POST',
      body: JSON.stringify({ query: '{ __typename }' }),
      headers: { 'content-type': type },
    });
    expect(status, type).toBe(415);
  }
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const { status, allow } = await send('/graphql', { method });
    expect([status, allow], method).toEqual([405, 'GET, POST']);
  }
});

test('introspection at /v1/graphql describes the dialect without our additions, which work there all the same', async () => {
  const ask = async (path: string, query: string) => {
    const { text } = await send(path, {
      method: 'POST',
      body: JSON.stringify({ query }),
      headers: { 'content-type': 'application/json' },
    });
    return text;
  };
  const names = '{ __schema { queryType { fields { name } } types { name } } }';
  const additions = /item_connection|item_group_by|"node"|"PageInfo"|item_if_match/;
  expect(await ask('/graphql', names)).toMatch(additions);
  expect(await ask('/v1/graphql', names)).not.toMatch(additions);
  const used = '{ item_group_by(keys: []) { aggregate { count } } }';
  const answer = await ask('/v1/graphql', used);
  expect(answer).toContain('"aggregate"');
  expect(answer).toBe(await ask('/graphql', used));
});
