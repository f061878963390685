/** The rules of the house that a reader of one file cannot see: who may import whom, and what may stand only in one place. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const src = join(root, 'src');

/** From low to high: a file imports lower layers or its own folder. The first pattern that matches decides. */
const LAYERS: readonly (readonly RegExp[])[] = [
  [/^lib\//],
  [
    /^(caller|caller-scope|errors|observation|metric|exchange|page|socket|config|version|log-line)\.ts$/,
    /^(config|errors)\//,
  ],
  [/^(logger|start-page|data-directory)\.ts$/, /^generated\//],
  [/^database\//],
  [/^data\/catalog\//],
  [/^data\/plan\//],
  [/^data\/sql\//],
  [/^data\/run(\.ts|\/)/],
  [/^graphql\/(builder|scalars|context|errors|limits|lower)(\.ts|\/)/],
  [/^rest\/grammar\//],
  [/^auth\/(errors|token-form|keys|signing-keys|role-of-claims)\.ts$/],
  [/^auth\/store\//],
  [/^auth\/domain\//],
  [/^realtime\/changes\//],
  [/^realtime\/(history\/|feed\.ts)/],
  [/^realtime\/capture\//],
  [/^realtime\/hub\//],
  [/^realtime\/channels\//],
  [/^realtime\/row-events\//],
  [/^realtime\/postgres-changes\//],
  [/^(auth|storage|realtime|meta|migrations|jobs|rest|extensions)\//, /^graphql\/tables\//],
  [/^graphql\//],
  [/^gateway\//],
  [/^(api|api-engine|example|ground|schema-print|app)\.ts$/],
  [/^main\.ts$/],
];

interface Source {
  /** Relative to src/, with slashes. */
  path: string;
  text: string;
  code: string;
  imports: string[];
}

const sources: Source[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.startsWith('generated/'))
  .map((path) => {
    const text = readFileSync(join(src, path), 'utf8');
    const code = withoutComments(text);
    return { path, text, code, imports: relativeImports(path, code) };
  });

/** Good enough for our own formatted code: comments start a line or follow a blank. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function relativeImports(path: string, code: string): string[] {
  const specifiers = code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)'(\.{1,2}\/[^']+)'/g);
  return [...specifiers].map(([, specifier]) =>
    relative(src, resolve(src, dirname(path), specifier ?? '')).replaceAll('\\', '/'),
  );
}

function layerOf(path: string): number {
  return LAYERS.findIndex((patterns) => patterns.some((pattern) => pattern.test(path)));
}

function isOwnFolder(path: string, imported: string): boolean {
  const folder = dirname(path);
  const other = dirname(imported);
  if (folder === '.' || other === '.')
    return imported.startsWith(`${path.replace(/\.ts$/, '')}/`) || folder === other;
  return folder === other || folder.startsWith(`${other}/`) || other.startsWith(`${folder}/`);
}

function filesWith(pattern: RegExp, allowed: readonly string[]): string[] {
  return sources
    .filter(({ path, code }) => pattern.test(code) && !allowed.includes(path))
    .map(({ path }) => path);
}

test('there is something to judge, and the imports are found', () => {
  expect(sources.length).toBeGreaterThan(30);
  expect(sources.find(({ path }) => path === 'app.ts')?.imports).toContain('gateway/server.ts');
});

test('every file has its place in the order of layers', () => {
  expect(sources.filter(({ path }) => layerOf(path) < 0).map(({ path }) => path)).toEqual([]);
});

test('a file imports lower layers or its own folder only', () => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter((imported) => !isOwnFolder(path, imported) && layerOf(imported) >= layerOf(path))
      .map((imported) => `${path} → ${imported}`),
  );
  expect(wrong).toEqual([]);
});

test('nothing is imported from outside src, save generated code and examples by name', () => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports.filter((imported) => imported.startsWith('..')).map((imported) => `${path} → ${imported}`),
  );
  expect(wrong).toEqual([]);
});

describe('what stands in one place only', () => {
  test('process.env in config.ts', () => expect(filesWith(/\bprocess\.env\b/, ['config.ts'])).toEqual([]));
  test('process.exit in main.ts', () => expect(filesWith(/\bprocess\.exit\b/, ['main.ts'])).toEqual([]));
  test('the terminal in main.ts', () =>
    expect(filesWith(/\bconsole\.|\bprocess\.(stdout|stderr)\.write\b/, ['main.ts'])).toEqual([]));
});

test('the data path knows neither HTTP nor GraphQL', () => {
  const foreign = /from '(?:node:https?|fastify|graphql|graphql-yoga|@pothos\/[^']+)'/;
  expect(
    sources
      .filter(({ path, code }) => path.startsWith('data/') && foreign.test(code))
      .map(({ path }) => path),
  ).toEqual([]);
});

test('what auth does is free of HTTP and GraphQL', () => {
  const foreign = /from '(?:node:https?|fastify|graphql|graphql-yoga|@pothos\/[^']+)'/;
  const domain = sources.filter(({ path }) => /^auth\/(domain|store)\//.test(path));
  expect(domain.length).toBeGreaterThan(20);
  expect(domain.filter(({ code }) => foreign.test(code)).map(({ path }) => path)).toEqual([]);
});

test('channels are free of HTTP and GraphQL', () => {
  const foreign = /from '(?:node:https?|ws|fastify|graphql|graphql-yoga|@pothos\/[^']+)'/;
  const domain = sources.filter(({ path }) => /^realtime\/(channels|hub)\//.test(path));
  expect(domain.length).toBeGreaterThan(10);
  expect(domain.filter(({ code }) => foreign.test(code)).map(({ path }) => path)).toEqual([]);
});

test('a file says what it is for, and no file outgrows 400 lines', () => {
  expect(sources.filter(({ text }) => !/^(#!.*\n)?(\/\*\*|\/\/)/.test(text)).map(({ path }) => path)).toEqual(
    [],
  );
  const lines = sources.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
  expect(lines.filter(({ lines }) => lines > 400)).toEqual([]);
});

test('files are named in kebab case after what they hold, never after a heap', () => {
  const names = sources.map(({ path }) => path);
  expect(names.filter((name) => !/^([a-z0-9-]+\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name))).toEqual([]);
  expect(
    names.filter((name) => /(^|\/)(utils?|helpers?|common|misc|shared|index)(\.ts|\/)/.test(name)),
  ).toEqual([]);
});

test('no file postpones its work, loosens its types or speaks of what is not the product', () => {
  const banned = /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck|expect-error)|\/work\/|\.\.\/shared\b/;
  expect(sources.filter(({ text }) => banned.test(text)).map(({ path }) => path)).toEqual([]);
  expect(filesWith(/:\s*any\b|\bas any\b|<any>/, [])).toEqual([]);
});
