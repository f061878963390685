/** Reads the modules that the configuration names, and collects what they add. */
import { pathToFileURL } from 'node:url';
import { AppError } from '../errors.ts';
import type { Extension, ExtensionApi, RouteDefinition } from './extension.ts';
import { checkPath } from './route-path.ts';

export interface Extensions {
  readonly routes: readonly RouteDefinition[];
}

/** Throws AppError `config-invalid`. */
export async function loadExtensions(files: readonly string[]): Promise<Extensions> {
  const routes: RouteDefinition[] = [];
  for (const file of files) await load(file, { registerRoute: addTo(routes) });
  return { routes };
}

function addTo(routes: RouteDefinition[]): ExtensionApi['registerRoute'] {
  return (route) => {
    checkPath(route.path);
    const shape = (one: RouteDefinition) => `${one.method} ${one.path.replace(/:[^/]+/g, ':')}`;
    if (routes.some((one) => shape(one) === shape(route)))
      throw new AppError('config-invalid', `the route ${route.method} ${route.path} is registered twice`);
    routes.push(route);
  };
}

async function load(file: string, api: ExtensionApi): Promise<void> {
  const module = await importModule(file);
  if (typeof module.default !== 'function')
    throw new AppError('config-invalid', `the extension ${file} has no function as its default export`, {
      hint: 'Write `export default function (server) { server.registerRoute(…) }`.',
    });
  try {
    await (module.default as Extension)(api);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('config-invalid', `the extension ${file} failed: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function importModule(file: string): Promise<{ default?: unknown }> {
  try {
    return (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (cause) {
    throw new AppError(
      'config-invalid',
      `the extension ${file} cannot be loaded: ${(cause as Error).message}`,
      { cause },
    );
  }
}
