/** Limits, switches and credentials have one verdict, whichever way a document comes in; what is refused costs no statement. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { createTestDatabase, TEST_JWT_SECRET, type TestDatabase } from '../support/database.ts';
import { createShop } from '../support/shop.ts';
import { type Message, openSocket } from '../support/socket-client.ts';
import { signHs256 } from '../support/tokens.ts';

let database: TestDatabase;
let app: TestApp;
let closed: TestApp;
let folder: string;
let perRole: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  await createShop(database);
  const tables = Array.from(
    { length: 12 },
    (
      _,
      n,
    ) => `create table extra${n} (id int primary key, maker_id int references maker, item_id int references item);
      grant select on extra${n} to anon, authenticated;`,
  );
  await database.sql(tables.join('\n'));
  app = await startApp(database);
  closed = await startApp(database, {
    GOFORWARD_API_GRAPHQL_INTROSPECTION: 'false',
    GOFORWARD_API_GRAPHQL_SUGGESTIONS: 'false',
  });
  folder = mkdtempSync(join(tmpdir(), 'goforward-limits-'));
  const file = join(folder, 'goforward.yaml');
  writeFileSync(file, 'api: {graphql: {depth: 3, roles: {authenticated: {depth: 5, aliases: 2}}}}');
  perRole = await startApp(database, {}, folder);
});
afterAll(async () => {
  for (const one of [app, closed, perRole]) await one?.stop();
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

interface Verdict {
  readonly status: number;
  readonly text: string;
  readonly data: unknown;
  readonly error: { message: string; extensions: Record<string, unknown> } | undefined;
}

type Way = (
  to: TestApp,
  query: string,
  options?: { token?: string; variables?: unknown },
) => Promise<Verdict>;

async function verdictOf(response: Response): Promise<Verdict> {
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: Verdict['error'][] };
  return { status: response.status, text, data, error: errors?.[0] };
}

const post =
  (path: string, type = 'application/json', accept = 'application/json'): Way =>
  async (to, query, { token, variables } = {}) =>
    verdictOf(
      await fetch(`${to.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': type, accept, ...(token ? { authorization: `Bearer ${token}` } : {}) },
        body: JSON.stringify({ query, variables }),
      }),
    );
const get =
  (path: string): Way =>
  async (to, query, { token, variables } = {}) => {
    const search = new URLSearchParams({ query });
    if (variables !== undefined) search.set('variables', JSON.stringify(variables));
    const headers = { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    return verdictOf(await fetch(`${to.url}${path}?${search}`, { headers }));
  };

const POSTS: Record<string, Way> = {
  'POST /graphql': post('/graphql'),
  'POST /graphql, the media type of GraphQL': post(
    '/graphql',
    'application/json',
    'application/graphql-response+json',
  ),
  'POST /graphql, the long way': post('/graphql', 'application/json; profile=none'),
  'POST /graphql/v1': post('/graphql/v1'),
  'POST /v1/graphql': post('/v1/graphql'),
};
const GETS: Record<string, Way> = {
  'GET /graphql': get('/graphql'),
  'GET /graphql/v1': get('/graphql/v1'),
  'GET /v1/graphql': get('/v1/graphql'),
};

/** On a socket, as the answer to one operation; whoever is refused before gets the code of closing as the status. */
const socket =
  (path: string, protocol: string, start: string): Way =>
  async (to, query, { token, variables } = {}) => {
    const client = await openSocket(to.url, path, { protocol });
    const text = (message: Message): string => {
      const { type, payload } = message;
      if (type !== 'error') return JSON.stringify(payload);
      return JSON.stringify(Array.isArray(payload) ? { errors: payload } : payload);
    };
    client.say({ type: 'connection_init', payload: token === undefined ? {} : { token } });
    const answered = client.heard(({ id }) => id === '1').then(text);
    await client.heard(({ type }) => type === 'connection_ack').catch(() => undefined);
    client.say({ type: start, id: '1', payload: { query, variables } });
    try {
      return await verdictOf(new Response(await answered));
    } catch {
      const { code } = await client.closed;
      return { status: code, text: '', data: undefined, error: undefined };
    } finally {
      await client.close();
    }
  };
const SOCKETS: Record<string, Way> = {
  'graphql-transport-ws at /graphql': socket('/graphql', 'graphql-transport-ws', 'subscribe'),
  'graphql-transport-ws at /v1/graphql': socket('/v1/graphql', 'graphql-transport-ws', 'subscribe'),
  'graphql-ws at /v1/graphql': socket('/v1/graphql', 'graphql-ws', 'start'),
};

/** The first event of a stream; a request that is refused before is answered as any other. */
const events: Way = async (to, query, { token, variables } = {}) => {
  const response = await fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query, variables }),
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return verdictOf(response);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/^data: .+\n/m.test(text)) text += (await reader.read()).value ?? '';
  await reader.cancel();
  return verdictOf(new Response(/^data: (.+)$/m.exec(text)?.[1]));
};

const REQUESTS = { ...POSTS, ...GETS, 'events of /graphql': events };
const WAYS = { ...REQUESTS, ...SOCKETS };
/** What a subscription may be asked on: the document with its kind of operation changed. */
const SUBSCRIBING = Object.entries({ ...SOCKETS, 'events of /graphql': events }).map(
  ([name, way]): [string, Way] => [
    name,
    (to, query, options) =>
      way(
        to,
        query.replace(/^(query\b)?/, 'subscription').replace('{', '@_multiple_top_level_fields {'),
        options,
      ),
  ],
);
/** An address is not made for long documents: Node refuses 16 KB of it. */
const LONGEST_ADDRESS = 6000;

/** The ways that this document can take. */
function waysOf(query: string): [string, Way][] {
  return Object.entries(encodeURIComponent(query).length > LONGEST_ADDRESS ? { ...POSTS, ...SOCKETS } : WAYS);
}

/** When each connection of the API was last asked something: if nothing changes, no statement was run. */
async function activity(): Promise<unknown> {
  return database.sql(
    "select pid, query_start, state_change from pg_stat_activity where datname = current_database() and application_name = 'goforward api' order by pid",
  );
}

async function refusedWithoutStatement(query: string, code: string, limit?: string): Promise<void> {
  const before = await activity();
  for (const [name, way] of waysOf(query)) {
    const { error, status, data } = await way(app, query);
    expect([name, error?.extensions.code, data ?? null]).toEqual([name, code, null]);
    if (limit !== undefined) expect([name, error?.extensions.limit]).toEqual([name, limit]);
    expect(status, name).toBeLessThan(500);
  }
  expect(await activity()).toEqual(before);
}

function nested(levels: number): string {
  let text = 'id';
  for (let level = levels - 1; level >= 1; level -= 1)
    text =
      level % 2 === 0
        ? `maker { ${text} }`
        : level === 1
          ? `item(limit: 1) { ${text} }`
          : `items(limit: 1) { ${text} }`;
  return `{ ${text} }`;
}
const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

describe('a document at the limit is answered, one beyond it is refused', () => {
  const LIMITS: Record<string, { name: string; fits: string; exceeds: string }> = {
    depth: { name: 'levels of depth', fits: nested(12), exceeds: nested(13) },
    tokens: {
      name: 'tokens',
      fits: `{ item(where: {id: {_in: [${times(1950, () => '1')}]}}) { id } }`,
      exceeds: `{ item(where: {id: {_in: [${times(2000, () => '1')}]}}) { id } }`,
    },
    aliases: {
      name: 'aliases',
      fits: `{ item(limit: 1) { ${times(30, (n) => `a${n}: id`)} } }`,
      exceeds: `{ item(limit: 1) { ${times(31, (n) => `a${n}: id`)} } }`,
    },
    'root fields': {
      name: 'root fields',
      fits: `{ ${times(20, (n) => `a${n}: __typename`)} }`,
      exceeds: `{ ${times(21, (n) => `a${n}: __typename`)} }`,
    },
    directives: {
      name: 'directives',
      fits: `{ item(limit: 1) { ${times(20, () => 'id @include(if: true)')} } }`,
      exceeds: `{ item(limit: 1) { ${times(21, () => 'id @include(if: true)')} } }`,
    },
    bytes: {
      name: 'bytes',
      fits: `{ item(limit: 1) { id } }${' '.repeat(65_536 - 25)}`,
      exceeds: `{ item(limit: 1) { id } }${' '.repeat(65_536)}`,
    },
    'estimated rows': {
      name: 'estimated rows',
      fits: '{ maker(limit: 1000) { items(limit: 1000) { id } } }',
      exceeds: '{ maker(limit: 1000) { items(limit: 1001) { id } } }',
    },
  };

  test.each(Object.entries(LIMITS))('%s', async (_name, { name, fits, exceeds }) => {
    for (const [way, send] of waysOf(fits))
      expect([way, (await send(app, fits)).error]).toEqual([way, undefined]);
    await refusedWithoutStatement(exceeds, 'limit-exceeded', name);
  });

  test.each(SUBSCRIBING)('of a subscription too: %s', async (_name, way) => {
    const before = await activity();
    for (const { name, exceeds } of Object.values(LIMITS)) {
      const { error, data } = await way(app, exceeds);
      expect([name, error?.extensions.code, data ?? null]).toEqual([name, 'limit-exceeded', null]);
      expect(error?.extensions.limit).toMatch(name);
    }
    expect(await activity()).toEqual(before);
    expect((await way(app, nested(12))).error).toBeUndefined();
  });

  test('with the same limits where fragments and variables hide it', async () => {
    const inFragment = `query { item(limit: 1) { ...f } } fragment f on item { ${times(31, (n) => `a${n}: id`)} }`;
    await refusedWithoutStatement(inFragment, 'limit-exceeded', 'aliases');
    const before = await activity();
    for (const [name, way] of Object.entries(WAYS)) {
      const query = 'query($n: Int) { maker(limit: $n) { items(limit: $n) { id } } }';
      const { error } = await way(app, query, { variables: { n: 5000 } });
      expect([name, error?.extensions.limit]).toEqual([name, 'estimated rows']);
    }
    expect(await activity()).toEqual(before);
  });
});

test('limits of a role are that role’s, on every way', async () => {
  const user = signHs256({ role: 'authenticated', sub: 'ada', exp: 4_000_000_000 }, TEST_JWT_SECRET);
  for (const [name, way] of Object.entries(WAYS)) {
    const limitOf = async (query: string, token?: string) =>
      (await way(perRole, query, token === undefined ? {} : { token })).error?.extensions.limit;
    expect([name, await limitOf(nested(3)), await limitOf(nested(4))]).toEqual([
      name,
      undefined,
      'levels of depth',
    ]);
    expect([name, await limitOf(nested(5), user), await limitOf(nested(6), user)]).toEqual([
      name,
      undefined,
      'levels of depth',
    ]);
    const aliases = '{ item(limit: 1) { a: id b: id c: id } }';
    expect([name, await limitOf(aliases), await limitOf(aliases, user)]).toEqual([
      name,
      undefined,
      'aliases',
    ]);
  }
});

describe('hostile documents are refused, and cost no statement', () => {
  const fanOut = (levels: number) =>
    `{ ...f0 } ${times(levels, (n) => `fragment f${n} on query_root { ${n === levels - 1 ? 'item { id }' : `...f${n + 1} ...f${n + 1}`} }`)}`;
  const deep = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);
  const HOSTILE: Record<string, string> = {
    'a thousand aliases of an aggregate': `{ ${times(1000, (n) => `a${n}: item_aggregate { aggregate { count } }`)} }`,
    'binary fragments, 22 deep': fanOut(22),
    'binary fragments, 60 deep': fanOut(60),
    'binary fragments of one field each': `{ item { ...f0 } } ${times(40, (n) => `fragment f${n} on item { id ${n === 39 ? '' : `...f${n + 1} ...f${n + 1}`} }`)}`,
    '200 × 100 inline fragments': `{ item { ${times(200, () => `... on item { ${times(100, () => '... { id }')} }`)} } }`,
    '3,000 times the same field': `{ item { ${times(3000, () => 'id')} } }`,
    '3,000 fields at the root': `{ ${times(3000, () => '__typename')} }`,
    '5,000 levels of selections': `{${deep(5000, 'maker{', '}')}}`,
    '5,000 levels of input': `{ item(where: ${deep(5000, '{_not:', '}')}) { id } }`,
    '400 levels of input': `{ item(where: ${'{_not:'.repeat(400)}{id:{_eq:1}}${'}'.repeat(400)}) { id id(x: 1) } }`,
    '5,000 levels of lists': `{ item(where: {_and: ${deep(5000, '[', ']')}}) { id } }`,
    '20,000 levels below introspection': `{__schema${deep(20_000, '{a', '}')}}`,
    '20,000 levels of introspection': `{__schema{types${'{fields{type'.repeat(2000)}{name}${'}}'.repeat(2000)}}}`,
    'a cycle of fragments': '{ item { ...a } } fragment a on item { ...b } fragment b on item { ...a }',
    'a fragment within itself': '{ ...a } fragment a on query_root { item { id } ...a }',
    'a megabyte of blanks': `{ item { id } }${' '.repeat(1_048_576)}`,
    'a megabyte of comments': `{ item { id } }${'\n#'.repeat(524_288)}`,
    'a thousand directives': `{ item { id ${times(900, () => '@include(if: true)')} } }`,
    'a thousand variables': `query(${times(600, (n) => `$v${n}: Int`)}) { item { id } }`,
    'ten thousand brackets': '['.repeat(10_000),
    'a thousand operations': times(300, (n) => `query q${n} { item { id } }`),
  };

  test.each(Object.entries(HOSTILE))('%s', async (_name, query) => {
    const before = await activity();
    const verdicts = await Promise.all(
      Object.entries(waysOf(query)).map(async ([, [name, way]]) => [name, await way(app, query)] as const),
    );
    for (const [name, { status, error, data }] of verdicts) {
      expect([name, data ?? null, error?.extensions.code]).toEqual([
        name,
        null,
        expect.stringMatching(/^(limit-exceeded|validation-failed)$/),
      ]);
      expect(status, name).toBeLessThan(500);
    }
    expect(await activity()).toEqual(before);
  });

  test.each(Object.entries(POSTS))('variables that are huge or deep: %s', async (_name, way) => {
    const before = await activity();
    const large = await way(app, 'query($v: [Int!]) { item(where: {id: {_in: $v}}) { id } }', {
      variables: { v: Array.from({ length: 1_000_000 }, () => 1_000_000) },
    });
    expect(large.error?.extensions.code).toBe('payload-too-large');
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query": "query($w: item_bool_exp) { item(where: $w) { id } }", "variables": {"w": ${deep(50_000, '{"_not":', '}').replace(':}', ':{}}')}}}`,
    });
    const { error, status } = await verdictOf(response);
    expect(status).toBeLessThan(500);
    expect(error?.extensions.code).not.toBe('internal-error');
    expect(error).toBeDefined();
    expect(await activity()).toEqual(before);
  });
});

describe('introspection', () => {
  const ours = getIntrospectionQuery();
  const graphiqls = getIntrospectionQuery({
    inputValueDeprecation: true,
    specifiedByUrl: true,
    schemaDescription: true,
    directiveIsRepeatable: true,
    oneOf: true,
  });

  test('that is longer than other documents may be is answered', async () => {
    const fragments = times(
      150,
      (n) => `fragment f${n} on __Type { kind name description specifiedByURL isOneOf ofType { kind name } }`,
    );
    const query = `{ __schema { types { ${times(150, (n) => `...f${n}`)} } } } ${fragments}`;
    for (const [name, way] of waysOf(query)) {
      const { data, error } = await way(app, query);
      expect([name, error]).toEqual([name, undefined]);
      expect(data).toHaveProperty('__schema.types');
    }
    await refusedWithoutStatement(`${query.replace('{', '{ item { id }')}`, 'limit-exceeded', 'tokens');
  });

  test.each(Object.entries(WAYS))('of the whole schema is answered: %s', async (_name, way) => {
    for (const query of [ours, graphiqls]) {
      const { data, error } = await way(app, query);
      expect(error).toBeUndefined();
      const schema = buildClientSchema(data as IntrospectionQuery);
      expect(Object.keys(schema.getQueryType()?.getFields() ?? {}).length).toBeGreaterThan(36);
    }
  });

  test.each(Object.entries(WAYS))(
    'is nowhere where it is switched off, nor are suggestions: %s',
    async (_name, way) => {
      for (const query of [
        '{ __schema { types { name } } }',
        '{ __type(name: "item") { name } }',
        ours,
        '{ item { ...f } } fragment f on item { __typename } query q { __schema { description } }',
      ]) {
        const { data, error } = await way(closed, query);
        expect([query.slice(0, 40), data ?? null, error?.extensions.code]).toEqual([
          query.slice(0, 40),
          null,
          'validation-failed',
        ]);
      }
      expect((await way(closed, '{ item(limit: 1) { __typename } }')).error).toBeUndefined();
      const suggested = [
        '{ itm { id } }',
        '{ item { nme } }',
        '{ item(wher: {}) { id } }',
        '{ item(where: {nme: {_eq: "x"}}) { id } }',
        '{ item(order_by: {name: ascc}) { id } }',
      ];
      const unknown = [
        '{ item { ... on itm { id } } }',
        'query($v: itm_bool_exp) { item(where: $v) { id } }',
      ];
      for (const query of [...suggested, ...unknown]) {
        const quiet = await way(closed, query);
        expect(quiet.error?.extensions.code).toBe('validation-failed');
        expect(quiet.text).not.toMatch(/did you mean|"(item|item_bool_exp|name|where|asc)\\"\?/i);
      }
      for (const query of suggested) expect((await way(app, query)).text).toMatch(/did you mean/i);
      const { text } = await way(closed, 'query($v: item_bool_exp) { item(where: $v) { id } }', {
        variables: { v: { nme: {} } },
      });
      expect(text).not.toMatch(/did you mean/i);
    },
  );
});

test.each(SUBSCRIBING)(
  'a subscription describes no schema, and names nothing where that is switched off: %s',
  async (_name, way) => {
    for (const query of [
      '{ __schema { types { name } } }',
      '{ __type(name: "item") { name } }',
      '{ itm { id } }',
    ]) {
      const { text, error, data } = await way(closed, query);
      expect([query, data ?? null, error?.extensions.code]).toEqual([query, null, 'validation-failed']);
      expect(text).not.toMatch(/did you mean/i);
    }
    expect((await way(app, '{ __type(name: "item") { name } }')).error?.extensions.code).toBe(
      'validation-failed',
    );
  },
);

describe('credentials', () => {
  const claims = { role: 'authenticated', sub: 'ada', aud: 'authenticated', exp: 4_000_000_000 };
  const WRONG: Record<string, string> = {
    'that are no token': 'nothing.like.it',
    'signed with another secret': signHs256(claims, 'another secret, long enough to sign tokens with'),
    'that have expired': signHs256({ ...claims, exp: 1_000_000_000 }, TEST_JWT_SECRET),
    'that are not valid yet': signHs256({ ...claims, nbf: 3_999_999_999 }, TEST_JWT_SECRET),
    'made for somebody else': signHs256({ ...claims, aud: 'another service' }, TEST_JWT_SECRET),
    'without a signature': `${signHs256(claims, TEST_JWT_SECRET, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
  };

  test.each(Object.entries(WRONG))(
    '%s are refused as invalid, and cost no statement',
    async (_name, token) => {
      const before = await activity();
      for (const [name, way] of Object.entries(SOCKETS))
        expect([name, (await way(app, '{ item { id } }', { token })).status]).toEqual([name, 4403]);
      for (const [name, way] of Object.entries(REQUESTS)) {
        const { status, data, error } = await way(app, '{ item { id } }', { token });
        expect([name, data, error?.extensions.code]).toEqual([name, undefined, 'invalid-jwt']);
        expect([name, status]).toEqual([name, name.endsWith('/v1/graphql') ? 200 : 401]);
        expect(error?.message).not.toContain(token);
      }
      expect(await activity()).toEqual(before);
    },
  );

  test.each(['nobody_of_that_name', 'postgres', 'goforward_platform', 'pg_read_all_data'])(
    'for the role %s, which may not be taken, are refused',
    async (role) => {
      const token = signHs256({ ...claims, role }, TEST_JWT_SECRET);
      for (const [name, way] of Object.entries(WAYS))
        for (const query of ['{ __typename }', '{ item { id } }', '{ no_queries_available }']) {
          const { data, error } = await way(app, query, { token });
          expect([name, query, data ?? null, error?.extensions.code]).toEqual([
            name,
            query,
            null,
            'access-denied',
          ]);
        }
    },
  );

  test('that are right are the caller’s, on every way', async () => {
    const token = signHs256(claims, TEST_JWT_SECRET);
    for (const [name, way] of Object.entries(WAYS)) {
      const { data } = await way(app, '{ basket { owner } }', { token });
      expect([name, data]).toEqual([name, { basket: [{ owner: 'ada' }] }]);
    }
  });
});
