/** Reads the three places a setting can come from into one tree, and remembers for each value where it was written. */
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { nearest } from '../lib/nearest.ts';
import { listSettings, type Setting } from './settings.ts';

export type Tree = { [key: string]: unknown };

export interface Sources {
  values: Tree;
  /** path → `goforward.yaml: api.maxRows`, `GOFORWARD_API_MAX_ROWS`, `--port` */
  origins: Map<string, string>;
  problems: string[];
}

export interface Flags {
  config?: string | undefined;
  port?: string | undefined;
  host?: string | undefined;
  dataDir?: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_FILE = 'goforward.yaml';

/** Variables that the world already has; the exact name wins over these. */
const WELL_KNOWN: Record<string, string> = { DATABASE_URL: 'database.url', PORT: 'server.port' };

/** Later sources win: file, environment, flags. */
export function readSources(flags: Flags, environment: Environment, cwd: string): Sources {
  const sources: Sources = { values: {}, origins: new Map(), problems: [] };
  readFile(sources, flags.config, cwd);
  readEnvironment(sources, environment);
  readFlags(sources, flags);
  return sources;
}

function readFile(sources: Sources, named: string | undefined, cwd: string): void {
  const name = named ?? DEFAULT_FILE;
  const path = isAbsolute(name) ? name : resolve(cwd, name);
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (named !== undefined || !absent)
      sources.problems.push(`${name}: cannot be read (${(error as Error).message})`);
    return;
  }
  const document = parseDocument(content);
  if (document.errors.length > 0) {
    sources.problems.push(...document.errors.map((error) => `${name}: ${firstLine(error.message)}`));
    return;
  }
  const parsed: unknown = document.toJS();
  if (parsed === null || parsed === undefined) return;
  if (!isTree(parsed)) {
    sources.problems.push(`${name}: must be a mapping of settings`);
    return;
  }
  merge(sources, parsed, [], (key) => `${name}: ${key}`);
}

/** An empty section (`server:` and nothing below it) says nothing, so null is left out. */
function merge(sources: Sources, tree: Tree, path: string[], origin: (key: string) => string): void {
  for (const [key, value] of Object.entries(tree)) {
    if (value === null || value === undefined) continue;
    const here = [...path, key];
    if (isTree(value)) {
      if (Object.keys(value).length === 0) continue;
      merge(sources, value, here, origin);
    } else assign(sources, here, value, origin(here.join('.')));
  }
}

function readEnvironment(sources: Sources, environment: Environment): void {
  const settings = listSettings();
  if (environment.NODE_ENV === 'production') assign(sources, ['mode'], 'production', 'NODE_ENV');
  for (const [name, path] of Object.entries(WELL_KNOWN)) {
    const value = environment[name];
    const setting = settings.find((candidate) => candidate.path === path);
    if (value !== undefined && value !== '' && setting) assignText(sources, setting, value, name);
  }
  const byName = new Map(
    settings.flatMap((setting) => (setting.environment ? [[setting.environment, setting]] : [])),
  );
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('GOFORWARD_') || value === undefined) continue;
    const setting = byName.get(name);
    if (setting) assignText(sources, setting, value, name);
    else
      sources.problems.push(`${name}: there is no such setting${didYouMean(nearest(name, byName.keys()))}`);
  }
}

function readFlags(sources: Sources, flags: Flags): void {
  const byPath = new Map(listSettings().map((setting) => [setting.path, setting]));
  const given: [string, string, string | undefined][] = [
    ['--port', 'server.port', flags.port],
    ['--host', 'server.host', flags.host],
    ['--data-dir', 'dataDirectory', flags.dataDir],
  ];
  for (const [flag, path, value] of given) {
    const setting = byPath.get(path);
    if (value !== undefined && setting) assignText(sources, setting, value, flag);
  }
}

/** What cannot be converted stays text, so that the schema can say what it wanted instead. */
function assignText(sources: Sources, setting: Setting, value: string, origin: string): void {
  const path = setting.path.split('.');
  if (setting.kind === 'number') {
    assign(sources, path, /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value, origin);
  } else if (setting.kind === 'boolean') {
    const word = value.trim().toLowerCase();
    assign(sources, path, word === 'true' ? true : word === 'false' ? false : value, origin);
  } else if (setting.kind === 'list') {
    const items = value.split(',').map((item) => item.trim());
    assign(
      sources,
      path,
      items.filter((item) => item !== ''),
      origin,
    );
  } else assign(sources, path, value, origin);
}

function assign(sources: Sources, path: string[], value: unknown, origin: string): void {
  let node = sources.values;
  for (const part of path.slice(0, -1)) {
    const next = Object.hasOwn(node, part) ? node[part] : undefined;
    const child: Tree = isTree(next) ? next : {};
    define(node, part, child);
    node = child;
  }
  define(node, path.at(-1) ?? '', value);
  sources.origins.set(path.join('.'), origin);
}

/** A key of the file may be called `__proto__`; plain assignment would then change the prototype. */
function define(node: Tree, key: string, value: unknown): void {
  Object.defineProperty(node, key, { value, enumerable: true, configurable: true, writable: true });
}

export function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : `; did you mean ${name}?`;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.replace(/:$/, '') ?? message;
}
