/** Runs code of an extension within its time. What it refuses is told to the caller; whatever else goes wrong is a bug of it, for the log alone. */
import type { Observe } from '../../observation.ts';
import { authError } from '../errors.ts';

export interface ExtensionTools {
  /** Ends the request; the caller reads the message. */
  refuse(message: string): never;
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
}

class Refusal extends Error {}

export interface ExtensionCall {
  /** For the log. */
  readonly name: string;
  readonly timeoutMs: number;
  readonly observe: Observe;
}

export async function callExtension<T>(
  { name, timeoutMs, observe }: ExtensionCall,
  call: (tools: ExtensionTools) => T | Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const refuse = (message: string): never => {
    throw new Refusal(String(message));
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const cause = new Error(`${name} took longer than ${timeoutMs} ms (auth.hooks.timeoutMs)`);
      observe({ type: 'unexpected-error', error: cause, where: name });
      controller.abort(cause);
      reject(authError('hook_timeout', undefined, { cause }));
    }, timeoutMs);
  });
  const run = async () => {
    try {
      return await call({ refuse, signal: controller.signal });
    } catch (cause) {
      if (cause instanceof Refusal) throw authError('hook_rejected', cause.message);
      // Wrapped, so that no error of a library passes for one of ours.
      throw new Error(`${name} failed`, { cause });
    }
  };
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
