import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { listSettings } from '../../src/config/settings.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

test('every link leads to a file', () => {
  const dead = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g)]
      .map(([, target]) => join(dirname(page), target ?? ''))
      .filter((target) => !existsSync(join(root, target)))
      .map((target) => `${page} → ${target}`),
  );
  expect(dead).toEqual([]);
});

test('every setting that a page names exists', () => {
  const known = new Set(listSettings().map(({ path }) => path));
  const named = pages.flatMap((page) =>
    [...textOf(page).matchAll(/`((?:server|log|database|api|auth)\.[a-zA-Z.]+)`/g)].map(([, path]) => ({
      page,
      path: path ?? '',
    })),
  );
  expect(named.length).toBeGreaterThan(20);
  const isKnown = (path: string) =>
    known.has(path) || [...known].some((setting) => setting.startsWith(`${path}.`));
  expect(named.filter(({ path }) => !isKnown(path) && path !== 'server.lock')).toEqual([]);
});

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) =>
    [...textOf(page).matchAll(/npm run (?:-s )?([a-z:-]+)/g)].map(([, name]) => name ?? ''),
  );
  expect(named.length).toBeGreaterThan(1);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});
