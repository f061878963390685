/**
 * Every setting that exists, with its type, default and one sentence of meaning.
 * `docs/configuration.md` is written from this file; a key is accepted only while something reads it.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { authSchema } from './auth.ts';
import { about, list, MIB, MINUTE_MS, text, whole } from './fields.ts';
import { realtime } from './realtime.ts';

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8` */
const network = z.string().refine((value) => {
  const [address = '', bits, ...rest] = value.split('/');
  const width = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    width > 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width))
  );
}, 'must be an IP address or a CIDR range');
const BY_MODE = 'on in development, off in production';

/** The limits of one document; optional here, so that a role may override one and inherit the others. */
const limitFields = {
  depth: whole(1, 1000).optional().meta(about('How deep selections may nest.', '12')),
  tokens: whole(1, 1_000_000).optional().meta(about('How many tokens a document may have.', '2000')),
  aliases: whole(0, 100_000).optional().meta(about('How many aliases a document may use.', '30')),
  rootFields: whole(1, 10_000)
    .optional()
    .meta(about('How many fields an operation may select at its root.', '20')),
  directives: whole(0, 10_000).optional().meta(about('How many directives a document may use.', '20')),
  documentBytes: whole(1, 64 * MIB)
    .optional()
    .meta(about('How long a document may be, in bytes.', '65536')),
  estimatedRows: whole(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta(
      about(
        'How many rows an operation may promise: the limits along a path multiplied, a missing one counted as 100.',
        '1000000',
      ),
    ),
  introspection: z.boolean().optional().meta(about('Whether `__schema` and `__type` answer.', BY_MODE)),
  suggestions: z
    .boolean()
    .optional()
    .meta(about('Whether errors suggest the field that was probably meant.', BY_MODE)),
};

export const DEFAULT_LIMITS = {
  depth: 12,
  tokens: 2000,
  aliases: 30,
  rootFields: 20,
  directives: 20,
  documentBytes: 65_536,
  estimatedRows: 1_000_000,
} as const;

const roleLimits = z.strictObject(limitFields);

const sockets = z.strictObject({
  maximum: whole(0, 1_000_000)
    .default(20_000)
    .meta(about('How many WebSockets may be open; event streams are counted by themselves.')),
  perAddress: whole(0, 1_000_000)
    .default(10_000)
    .meta(about('How many WebSockets, and event streams, one address may have open.')),
  operations: whole(1, 100_000)
    .default(100)
    .meta(about('How many operations, subscriptions most of all, one WebSocket may run at a time.')),
  messageBytes: whole(1024, 1024 * MIB)
    .default(4 * MIB)
    .meta(about('The largest message that a WebSocket may send, in bytes; a larger one closes it.')),
  messagesPerSecond: whole(1, 1_000_000)
    .default(500)
    .meta(about('How many messages a WebSocket may send in a second; more close it.')),
  bufferedBytes: whole(1024, 1024 * MIB)
    .default(MIB)
    .meta(about('How many bytes may wait for a client that does not read; more cut it off.')),
  initTimeoutMs: whole(100, 10 * MINUTE_MS)
    .default(5_000)
    .meta(about('How long a WebSocket may take to say who it is, in milliseconds.')),
  keepAliveMs: whole(100, 60 * MINUTE_MS)
    .default(25_000)
    .meta(
      about(
        'How often a WebSocket is pinged and an event stream gets a comment, in milliseconds; a peer silent from one ping to the next is cut off.',
      ),
    ),
});

const server = z.strictObject({
  host: text
    .default('127.0.0.1')
    .meta(about('The address to listen on; 0.0.0.0 for all, as in the container.')),
  port: whole(0, 65_535)
    .default(8080)
    .meta(about('The port to listen on; 0 takes any free one and prints it.')),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .meta(
      about(
        'The address under which clients reach the server; never taken from request headers.',
        'derived from host and port',
      ),
    ),
  trustedProxies: z
    .array(network)
    .default([])
    .meta(about('Addresses or CIDR ranges of proxies whose X-Forwarded-For names the client in the log.')),
  cors: z
    .strictObject({
      origins: list
        .default(['*'])
        .meta(
          about(
            'Origins whose pages may call the API; `*` allows all. Without cookies: see auth.cookies.origins.',
          ),
        ),
    })
    .prefault({}),
  sockets: sockets.prefault({}),
  bodyBytes: whole(1024, 1024 * MIB)
    .default(4 * MIB)
    .meta(about('The largest request body, in bytes.')),
  requestTimeoutMs: whole(1000, 60 * MINUTE_MS)
    .default(MINUTE_MS)
    .meta(about('How long a client may take to send its request, in milliseconds.')),
  shutdownTimeoutMs: whole(500, 10 * MINUTE_MS)
    .default(10_000)
    .meta(about('How long a stop may take, in milliseconds, before connections are cut.')),
});

const log = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .meta(
      about('From which severity on facts are logged; `debug` has every request, `info` the refused ones.'),
    ),
  format: z
    .enum(['pretty', 'json'])
    .optional()
    .meta(
      about(
        'One readable line or one JSON object per fact.',
        'pretty in development on a terminal, else json',
      ),
    ),
});

const database = z.strictObject({
  url: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional()
    .meta(
      about("The platform's login: PostgreSQL 15 or later.", 'an embedded PostgreSQL 18 in the data folder'),
    ),
  apiUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional()
    .meta(
      about(
        'The login `authenticator`, under which table data is read and written.',
        'derived from url and auth.jwt.secret',
      ),
    ),
  replicationUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional()
    .meta(
      about(
        'A login with the attribute REPLICATION, which follows changes; directly, not through a pooler.',
        'derived from url and auth.jwt.secret, or url itself',
      ),
    ),
  bootstrap: z
    .enum(['auto', 'off'])
    .default('auto')
    .meta(
      about(
        'Whether missing roles, schemas and functions of the platform are created at start; `off` lists what an administrator must run.',
      ),
    ),
  defaultPrivileges: z
    .enum(['none', 'supabase'])
    .default('none')
    .meta(
      about(
        '`none`: nothing is readable until granted; `supabase`: everything on new objects of exposed schemas to anon, authenticated and service_role.',
      ),
    ),
  maxConnections: whole(1, 10_000).default(20).meta(about('How many connections table data may use.')),
  statementTimeoutMs: whole(1, 24 * 60 * MINUTE_MS)
    .default(30_000)
    .meta(about('After how many milliseconds a statement is cancelled.')),
  connectTimeoutMs: whole(100, 10 * MINUTE_MS)
    .default(5_000)
    .meta(about('How long to wait for a connection, in milliseconds.')),
  pollDdlMs: whole(100, 60 * MINUTE_MS)
    .default(500)
    .meta(
      about(
        'How often the catalog is compared, in milliseconds, where no event trigger can announce changes.',
      ),
    ),
  isolationLevel: z
    .enum(['read committed', 'repeatable read', 'serializable'])
    .default('read committed')
    .meta(
      about(
        'The isolation of every operation; where it lost against a concurrent one it is run again, up to three times.',
      ),
    ),
  preparedStatements: z
    .boolean()
    .default(true)
    .meta(
      about(
        'Whether statements are prepared by name; off behind a transaction pooler that cannot keep them.',
      ),
    ),
});

const graphql = z.strictObject({
  ...limitFields,
  graphiql: z
    .boolean()
    .optional()
    .meta(about('Whether a browser that opens the endpoint gets GraphiQL.', BY_MODE)),
  batch: whole(0, 10)
    .default(0)
    .meta(about('How many operations one request may carry on `/graphql`; 0 refuses arrays.')),
  roles: z
    .record(text, roleLimits)
    .default({})
    .meta(
      about(
        'Limits of single roles, by role name (`roles: {authenticated: {depth: 8}}`); what is left out is inherited.',
        'none',
      ),
    ),
});

const rest = z.strictObject({
  aggregates: z
    .boolean()
    .default(false)
    .meta(about('Whether a select may call sum, avg, count, max and min.')),
  plan: z
    .boolean()
    .default(false)
    .meta(about('Whether the plan of a request is shown to whoever asks for `application/vnd.pgrst.plan`.')),
  preRequest: text
    .optional()
    .meta(
      about(
        'A function (`schema.name`) that is called in the transaction of every request, before it.',
        'none',
      ),
    ),
});

const api = z.strictObject({
  schemas: list
    .min(1, 'must name at least one schema')
    .default(['public'])
    .meta(
      about('The schemas whose tables, views and functions the API serves; the first is the default one.'),
    ),
  extraSearchPath: list
    .default(['extensions'])
    .meta(about('Schemas added to the search path, but not served.')),
  anonymousRole: text.default('anon').meta(about('The database role of requests without a credential.')),
  metadata: text
    .optional()
    .meta(about('A file with other names and relationships for tables and columns.', 'none')),
  maxRows: whole(1, 10_000_000)
    .default(10_000)
    .meta(
      about(
        'The limit of every list that asks for none; a larger one is refused in GraphQL and cut in REST.',
      ),
    ),
  transactionEnd: z
    .enum(['commit', 'commit-allow-override', 'rollback', 'rollback-allow-override'])
    .default('commit')
    .meta(
      about(
        'How the transaction of a REST request ends, and whether `Prefer: tx=` may choose the other end.',
      ),
    ),
  rest: rest.prefault({}),
  graphql: graphql.prefault({}),
});

const redis = z.strictObject({
  url: text
    .optional()
    .meta(
      about(
        'A Redis in which several processes count tries together, as `redis://host:6379` or `rediss://…`.',
        'none; each process counts for itself',
      ),
    ),
});

export const configSchema = z.strictObject({
  mode: z
    .enum(['development', 'production'])
    .default('development')
    .meta(
      about('`production` hides GraphiQL, introspection, suggestions and keys, and refuses weak secrets.'),
    ),
  dataDirectory: text
    .default('.goforward')
    .meta(about('The folder of the generated secret, the lock and the embedded database.')),
  extensions: z
    .array(text)
    .default([])
    .meta(
      about(
        'Modules (JavaScript or TypeScript) whose default export adds to the server: routes, sign-in providers and hooks of your own. Relative to the working folder.',
        'none',
      ),
    ),
  server: server.prefault({}),
  log: log.prefault({}),
  database: database.prefault({}),
  api: api.prefault({}),
  realtime: realtime.prefault({}),
  redis: redis.prefault({}),
  auth: authSchema.prefault({}),
});

export type ParsedConfig = z.output<typeof configSchema>;
