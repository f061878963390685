/** Two projects: `unit` needs nothing but Node, `integration` gets one embedded PostgreSQL for the whole run. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** As Node resolves it for the libraries: with two copies of graphql-js its types would not know each other. */
const resolve = {
  alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
};

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/security/**/*.test.ts', 'test/golden/*.test.ts'],
          globalSetup: ['test/support/database-server.ts'],
          pool: 'forks',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
