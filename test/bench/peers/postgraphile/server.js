/**
 * PostGraphile as one would run it in production: role and claims by pgSettings on every request, no GraphiQL, no watching,
 * plain lists and simple names. Like the server under test it verifies the token of every request, with the library that its own
 * JWT preset uses.
 */
import { createServer } from 'node:http';
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import jwt from 'jsonwebtoken';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const { BENCH_DATABASE_URL, BENCH_PORT, BENCH_POOL, BENCH_JWT_SECRET } = process.env;

function context({ node }) {
  const token = node?.req.headers.authorization?.slice('Bearer '.length);
  if (token === undefined) return {};
  const claims = jwt.verify(token, BENCH_JWT_SECRET, { algorithms: ['HS256'], audience: 'authenticated' });
  return { pgSettings: { role: claims.role, 'request.jwt.claims': JSON.stringify(claims) } };
}

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
  grafast: { context, explain: false },
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false, websockets: false },
};

const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(BENCH_PORT), '127.0.0.1');
