import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import { expect, test } from 'vitest';
import config from '../../../codegen.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = 'examples/music/client/generated/';

test('what `npm run codegen` would make of the examples is what is there', async () => {
  const made: { filename: string; content: string }[] = await generate(
    { ...config, cwd: root, silent: true },
    false,
  );
  const now = Object.fromEntries(made.map(({ filename, content }) => [filename, content]));
  const there = readdirSync(join(root, folder)).map((name) => [
    `${folder}${name}`,
    readFileSync(join(root, folder, name), 'utf8'),
  ]);
  expect(Object.keys(now)).toHaveLength(3);
  expect(now).toEqual(Object.fromEntries(there));
}, 30_000);
