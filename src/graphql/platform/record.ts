/** An argument of type JSON that must be an object. */
import { AppError } from '../../errors.ts';

/** Throws AppError. */
export function record(given: unknown, name: string): Record<string, unknown> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return { ...given };
  throw new AppError('validation-failed', `${name}: must be an object`);
}
