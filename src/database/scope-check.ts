/** Keeps callers with a scope within it: a statement of which nobody says what it touches is refused, too. */
import type { Caller } from '../caller.ts';
import type { Touch } from '../caller-scope.ts';
import { AppError } from '../errors.ts';

/** Undefined where the caller may. */
export function scopeRefusal(
  { scope }: Pick<Caller, 'scope'>,
  touches: readonly Touch[] | undefined,
): AppError | undefined {
  if (scope === undefined) return undefined;
  if (touches === undefined)
    return new AppError('scope-denied', 'A key with a scope cannot be used here', {
      hint: 'Use a key without a scope.',
    });
  const outside = touches.find((touch) => !scope.allows(touch));
  if (outside === undefined) return undefined;
  const { verb, schema, name } = outside;
  return new AppError('scope-denied', `The scope of this key does not cover ${verb} on ${schema}.${name}`, {
    hint: 'Use a key whose scope names it.',
    extensions:
      verb === 'execute' ? { verb, function: `${schema}.${name}` } : { verb, table: `${schema}.${name}` },
  });
}
