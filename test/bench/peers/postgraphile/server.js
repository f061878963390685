/**
 * PostGraphile as one would run it in production: role and claims by pgSettings on every request, no GraphiQL, no watching,
 * plain lists and simple names. It trusts the role it is told and checks no token, which is to its advantage.
 */
import { createServer } from 'node:http';
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const { BENCH_DATABASE_URL, BENCH_PORT, BENCH_POOL, BENCH_CLAIMS } = process.env;
const pgSettings = { role: 'authenticated', 'request.jwt.claims': BENCH_CLAIMS };

const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  pgServices: [
    makePgService({
      connectionString: BENCH_DATABASE_URL,
      schemas: ['public'],
      poolConfig: { max: Number(BENCH_POOL) },
    }),
  ],
  schema: {
    defaultBehavior:
      '-connection +list +query:resource:list +single +singularRelation:resource:single +manyRelation:resource:list',
    pgOmitListSuffix: true,
  },
  grafast: { context: () => ({ pgSettings }), explain: false },
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false, websockets: false },
};

const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(BENCH_PORT), '127.0.0.1');
