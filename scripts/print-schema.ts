/** Writes `schema.graphql`: the platform's own part of the API. The generated part depends on the database. */
import { writeFileSync } from 'node:fs';
import { platformSdl } from '../src/graphql/platform/schema.ts';

writeFileSync(new URL('../schema.graphql', import.meta.url), platformSdl());
