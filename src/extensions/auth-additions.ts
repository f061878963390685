/** What extensions add to signing in: a provider and a hook are each one module's, and a mistake is told at the start. */
import type { CustomProvider } from '../auth/domain/custom-provider.ts';
import { HOOK_NAMES, type HookFunctions } from '../auth/domain/hooks.ts';
import { AppError } from '../errors.ts';
import type { ExtensionApi } from './extension.ts';

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export function addProviderTo(providers: Map<string, CustomProvider>): ExtensionApi['registerAuthProvider'] {
  return (provider) => {
    const { name, authenticate } = provider;
    if (typeof name !== 'string' || !NAME.test(name))
      throw invalid(
        `the sign-in provider ${JSON.stringify(name)} of an extension has no name`,
        'Use lower-case letters, digits, _ and -.',
      );
    if (typeof authenticate !== 'function')
      throw invalid(`the sign-in provider ${name} has no function authenticate`);
    if (providers.has(name)) throw invalid(`the sign-in provider ${name} is registered twice`);
    providers.set(name, provider);
  };
}

export function addHookTo(hooks: Partial<HookFunctions>): ExtensionApi['registerAuthHook'] {
  return (name, hook) => {
    if (!HOOK_NAMES.includes(name))
      throw invalid(`there is no hook ${JSON.stringify(name)}`, `There are ${HOOK_NAMES.join(', ')}.`);
    if (typeof hook !== 'function') throw invalid(`the hook ${name} is no function`);
    if (hooks[name] !== undefined) throw invalid(`the hook ${name} is registered twice`);
    hooks[name] = hook;
  };
}

function invalid(message: string, hint?: string): AppError {
  return new AppError('config-invalid', message, { hint });
}
