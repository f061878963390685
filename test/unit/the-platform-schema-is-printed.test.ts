import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { platformSdl } from '../../src/graphql/platform/schema.ts';

test('schema.graphql is what the code declares (npm run schema rewrites it)', () => {
  expect(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')).toBe(platformSdl());
});
