/** Typed documents for the examples (later the dashboard): `npm run codegen`. Scalars are what PostgreSQL prints as JSON. */
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'examples/music/client/schema.graphql',
  documents: 'examples/music/client/*.graphql',
  generates: {
    'examples/music/client/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        strictScalars: true,
        useTypeImports: true,
        emitLegacyCommonJSImports: false,
        importExtension: '.ts',
        scalars: {
          DateTime: 'string',
          JSON: 'unknown',
          bigint: 'number',
          bpchar: 'string',
          float8: 'number',
          numeric: 'number',
          smallint: 'number',
          timestamp: 'string',
          timestamptz: 'string',
        },
      },
    },
  },
};

export default config;
