/** The clients that applications use: graphql-ws, Apollo over it, the older subscriptions-transport-ws, and SSE by fetch. */
import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { SubscriptionClient } from 'subscriptions-transport-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createShop } from '../../support/shop.ts';

let database: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  await createShop(database);
  app = await startApp(database, {
    GOFORWARD_REALTIME_POLL_MS: '50',
    GOFORWARD_SERVER_SOCKETS_KEEP_ALIVE_MS: '200',
  });
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

const address = (path: string) => `${app.url.replace('http', 'ws')}${path}`;
const rename = (id: number, name: string) =>
  database.sql('update item set name = $2 where id = $1', [id, name]);
const QUERY = 'subscription($id: Int!) { item_by_pk(id: $id) { name } }';
const answer = (name: string) => ({ data: { item_by_pk: { name } } });

/** What came so far, and a promise of so many. */
function collector<T>() {
  const values: T[] = [];
  const waiting = new Set<() => void>();
  return {
    push(value: T) {
      values.push(value);
      for (const look of waiting) look();
    },
    first: (count: number) =>
      new Promise<T[]>((resolve) => {
        const look = () => values.length >= count && resolve(values.slice(0, count));
        waiting.add(look);
        look();
      }),
  };
}

test.each(['/graphql', '/v1/graphql'])(
  'graphql-ws subscribes, asks and is told of errors at %s',
  async (path) => {
    const client = createClient({
      url: address(path),
      webSocketImpl: WebSocket,
      connectionParams: { headers: { 'x-hasura-admin-secret': app.keys.secret } },
    });
    const heard = collector<unknown>();
    const stop = client.subscribe(
      { query: QUERY, variables: { id: 1 } },
      { next: heard.push, error: heard.push, complete: () => undefined },
    );
    await heard.first(1);
    await rename(1, `of ${path}`);
    expect((await heard.first(2))[1]).toEqual(answer(`of ${path}`));
    stop();
    const asked = [];
    for await (const one of client.iterate({ query: '{ item_by_pk(id: 2) { id } }' })) asked.push(one);
    expect(asked).toEqual([{ data: { item_by_pk: { id: 2 } } }]);
    await expect(client.iterate({ query: 'subscription { nothing }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'validation-failed' } },
    ]);
    await client.dispose();
  },
);

test('Apollo Client subscribes through GraphQLWsLink', async () => {
  const socket = createClient({ url: address('/graphql'), webSocketImpl: WebSocket });
  const client = new ApolloClient({
    link: ApolloLink.from([new GraphQLWsLink(socket)]),
    cache: new InMemoryCache(),
  });
  const heard = collector<unknown>();
  const subscription = client
    .subscribe({ query: gql(QUERY), variables: { id: 3 } })
    .subscribe({ next: ({ data }) => heard.push(data), error: heard.push });
  await heard.first(1);
  await rename(3, 'apollo');
  expect((await heard.first(2))[1]).toMatchObject({ item_by_pk: { name: 'apollo' } });
  subscription.unsubscribe();
  client.stop();
  await socket.dispose();
});

test('subscriptions-transport-ws works where Hasura has it', async () => {
  const client = new SubscriptionClient(
    address('/v1/graphql'),
    { connectionParams: { headers: { apikey: app.keys.anon } }, reconnect: false },
    WebSocket,
  );
  const heard = collector<unknown>();
  const { unsubscribe } = client
    .request({ query: QUERY, variables: { id: 4 } })
    .subscribe({ next: heard.push });
  expect(await heard.first(1)).toEqual([answer('item 4')]);
  await rename(4, 'older');
  expect((await heard.first(2))[1]).toEqual(answer('older'));
  unsubscribe();
  const asked = collector<unknown>();
  client
    .request({ query: '{ item_by_pk(id: 5) { id } }' })
    .subscribe({ next: asked.push, complete: () => asked.push('end') });
  expect(await asked.first(2)).toEqual([{ data: { item_by_pk: { id: 5 } } }, 'end']);
  const failed = collector<unknown>();
  client.request({ query: 'subscription { nothing }' }).subscribe({ next: failed.push, error: failed.push });
  expect(await failed.first(1)).toMatchObject([{ message: expect.stringContaining('nothing') }]);
  client.close();
});

describe('SSE', () => {
  async function* events(response: Response): AsyncGenerator<{ event: string; data: unknown }> {
    let text = '';
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const of = (name: string) =>
          lines
            .find((line) => line.startsWith(`${name}:`))
            ?.slice(name.length + 1)
            .trim();
        const [event, data] = [of('event'), of('data')];
        if (event !== undefined) yield { event, data: data ? JSON.parse(data) : undefined };
      }
    }
  }
  const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
  const open = (path: string, query: string, variables = {}, signal?: AbortSignal) =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
      signal: signal ?? null,
    });

  test.each(['/graphql', '/graphql/v1', '/v1/graphql'])(
    'answers follow each other at %s, and end when the client hangs up',
    async (path) => {
      const hangUp = new AbortController();
      const response = await open(path, QUERY, { id: 6 }, hangUp.signal);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/event-stream; charset=utf-8',
      ]);
      const stream = events(response);
      const first = await stream.next();
      await rename(6, `sse ${path}`);
      expect([first.value?.event, (await stream.next()).value]).toEqual([
        'next',
        { event: 'next', data: answer(`sse ${path}`) },
      ]);
      hangUp.abort();
      await expect(stream.next()).rejects.toThrow();
      await expect.poll(asksNothing).toBe(true);
    },
  );

  test('a subscription may come by GET, a query ends with its answer, an error too', async () => {
    const search = new URLSearchParams({ query: QUERY, variables: '{"id": 7}' });
    const byGet = await fetch(`${app.url}/graphql?${search}`, { headers: { accept: 'text/event-stream' } });
    const stream = events(byGet);
    expect((await stream.next()).value).toEqual({ event: 'next', data: answer('item 7') });
    await byGet.body?.cancel().catch(() => undefined);
    await stream.return(undefined);
    const collect = async (query: string) => Array.fromAsync(events(await open('/graphql', query)));
    expect(await collect('{ item_by_pk(id: 8) { id } }')).toEqual([
      { event: 'next', data: { data: { item_by_pk: { id: 8 } } } },
      { event: 'complete', data: undefined },
    ]);
    expect(await collect('subscription { nothing }')).toEqual([
      {
        event: 'next',
        data: { errors: [expect.objectContaining({ message: expect.stringContaining('nothing') })] },
      },
      { event: 'complete', data: undefined },
    ]);
  });

  test('a mutation does not come by GET', async () => {
    const search = new URLSearchParams({ query: 'mutation { delete_item(where: {}) { affected_rows } }' });
    const response = await fetch(`${app.url}/graphql?${search}`, {
      headers: { accept: 'text/event-stream', apikey: app.keys.service },
    });
    expect(await response.text()).toContain('a GET request cannot run a mutation');
    expect(await database.sql('select count(*)::int as n from item')).toEqual([{ n: 20 }]);
  });

  test('comments keep the line open', async () => {
    const response = await open('/graphql', QUERY, { id: 9 });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text.split(':\n\n').length < 3) text += (await reader.read()).value ?? '';
    await reader.cancel();
  });

  /** When the API asked something last. */
  async function askedAt(): Promise<unknown> {
    return database.sql(
      "select max(query_start) as at from pg_stat_activity where application_name = 'goforward api' and datname = current_database()",
    );
  }
  /** Twice the time after which live queries are asked again. */
  async function asksNothing(): Promise<boolean> {
    const before = JSON.stringify(await askedAt());
    await new Promise((resolve) => setTimeout(resolve, 120));
    return before === JSON.stringify(await askedAt());
  }
});
