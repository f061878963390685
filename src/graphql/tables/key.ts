/** The key columns of a table as arguments, and the condition that they make. */
import type { ApiColumn } from '../../data/catalog/model.ts';
import type { Predicate } from '../../data/plan/plan.ts';
import { invariant } from '../../errors.ts';
import { bindable, type Input } from '../lower/input.ts';
import { columnTypeUse } from './column-type.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';

export function keyArguments(
  registry: Registry,
  key: readonly ApiColumn[],
): Record<string, InputFieldDefinition> {
  return Object.fromEntries(
    key.map((column) => [column.name, { ...columnTypeUse(registry, column), nonNull: true }]),
  );
}

export function keyPredicate(
  key: readonly ApiColumn[],
  given: (name: string) => Input | undefined,
): Predicate {
  const all = key.map(({ name, column }): Predicate => {
    const input = given(name);
    invariant(input, `key argument ${name} is required`);
    return {
      kind: 'compare',
      operand: { kind: 'column', column },
      operator: '=',
      value: { value: bindable(input), type: column.type },
    };
  });
  return { kind: 'and', all };
}
