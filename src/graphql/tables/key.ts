/** The key columns of a table as arguments, and the condition that they make. */
import type { GraphQLNamedType } from 'graphql';
import type { ApiColumn } from '../../data/catalog/model.ts';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { Predicate } from '../../data/plan/expression.ts';
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

/** `T_pk_columns_input`. */
export function keyType(
  registry: Registry,
  { api }: VisibleTable,
  key: readonly ApiColumn[],
): GraphQLNamedType {
  return registry.input(
    `${api.name}_pk_columns_input`,
    `primary key columns input for table: "${api.name}"`,
    () => keyArguments(registry, key),
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
