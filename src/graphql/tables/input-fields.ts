/** Walks an input object: each of its fields knows its own meaning. */
import { invariant } from '../../errors.ts';
import type { Input } from '../lower/input.ts';

/** Calls `apply` with the lowering of each given field, in the order they were written. */
export function lowerInputFields<Lower, Result>(
  input: Extract<Input, { kind: 'object' }>,
  apply: (lower: Lower, value: Input, name: string) => Result,
): Result[] {
  return input.fields.map(({ name, input: value }) => {
    const lower = input.type.getFields()[name]?.extensions.lower as Lower | undefined;
    invariant(lower, `input field ${input.type.name}.${name} has a lowering`);
    return apply(lower, value, name);
  });
}
