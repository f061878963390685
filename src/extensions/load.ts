/** Reads the modules that the configuration names, and collects what they add. */
import { pathToFileURL } from 'node:url';
import type { CustomProvider } from '../auth/domain/custom-provider.ts';
import type { HookFunctions } from '../auth/domain/hooks.ts';
import { AppError } from '../errors.ts';
import { addHookTo, addProviderTo } from './auth-additions.ts';
import type { Extension, ExtensionApi, RouteDefinition } from './extension.ts';
import { checkPath } from './route-path.ts';

export interface Extensions {
  readonly routes: readonly RouteDefinition[];
  readonly authProviders: ReadonlyMap<string, CustomProvider>;
  readonly authHooks: Partial<HookFunctions>;
}

/** Throws AppError `config-invalid`. */
export async function loadExtensions(files: readonly string[]): Promise<Extensions> {
  const routes: RouteDefinition[] = [];
  const authProviders = new Map<string, CustomProvider>();
  const authHooks: Partial<HookFunctions> = {};
  const api: ExtensionApi = {
    registerRoute: addRouteTo(routes),
    registerAuthProvider: addProviderTo(authProviders),
    registerAuthHook: addHookTo(authHooks),
  };
  for (const file of files) await load(file, api);
  return { routes, authProviders, authHooks };
}

function addRouteTo(routes: RouteDefinition[]): ExtensionApi['registerRoute'] {
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
