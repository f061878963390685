/**
 * Prisma's own command line. The server does not read this: it applies prisma/migrations itself and records them as
 * Prisma does, so that `prisma migrate status` and `deploy` agree with it.
 */
import { defineConfig } from 'prisma/config';

// `?schema=goforward` is where Prisma then looks for its table of applied migrations
const url = process.env.DATABASE_URL;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url ? { datasource: { url: `${url}${url.includes('?') ? '&' : '?'}schema=goforward` } } : {}),
});
