/** `T_bool_exp`: columns, related rows, aggregates of related lists, computed fields, and their logic. */
import type { GraphQLNamedType } from 'graphql';
import { takesNoArguments, type VisibleTable } from '../../data/catalog/visible.ts';
import type { Operand, Predicate, Related } from '../../data/plan/expression.ts';
import { AppError } from '../../errors.ts';
import type { Input } from '../lower/input.ts';
import type { Selection } from '../lower/selection.ts';
import { aggregateBoolExpType } from './aggregate-where.ts';
import { rowCall } from './call.ts';
import { comparisonType, enumComparisonType, type LowerComparison } from './comparison.ts';
import { lowerInputFields } from './input-fields.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';

/** What a field of a bool_exp says of the row. */
export type LowerPredicate = (input: Input, selection: Selection, path: string) => Predicate;

export function boolExpType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  const description = `Boolean expression to filter rows from the table "${name}". All fields are combined with a logical 'AND'.`;
  return registry.input(`${name}_bool_exp`, description, () => {
    const self = boolExpType(registry, table);
    const fields = logicFields(self);
    for (const column of table.columns) {
      const type = column.enumTable
        ? enumComparisonType(registry, column.enumTable)
        : comparisonType(registry, column.column.type);
      fields[column.name] = comparisonField(type, { kind: 'column', column: column.column });
    }
    for (const { api, target } of table.relationships) {
      const related: Related = {
        relationship: api.relationship,
        source: { kind: 'table', table: target.api.table },
      };
      fields[api.name] = relatedRows(registry, target, related);
      if (api.kind === 'array')
        fields[`${api.name}_aggregate`] = {
          type: aggregateBoolExpType(registry, target),
          lower: ((input, selection, path) =>
            lowerAggregate(input, selection, path, related)) satisfies LowerPredicate,
        };
    }
    for (const { api, returns } of table.computedFields) {
      if (!takesNoArguments(api)) continue;
      const call = rowCall(api);
      fields[api.name] ??= returns
        ? relatedRows(registry, returns, {
            relationship: undefined,
            source: { kind: 'routine', table: returns.api.table, call },
          })
        : comparisonField(comparisonType(registry, api.routine.returnType), { kind: 'call', call });
    }
    return fields;
  });
}

/** `_and`, `_or` and `_not` of a type of conditions. */
export function logicFields(self: GraphQLNamedType): Record<string, InputFieldDefinition> {
  return {
    _and: { type: self, list: true, lower: logic('and') },
    _or: { type: self, list: true, lower: logic('or') },
    _not: { type: self, lower: negation },
  };
}

function logic(kind: 'and' | 'or'): LowerPredicate {
  return (input, selection, path) => {
    const items = input.kind === 'list' ? input.items : [input];
    return { kind, all: items.map((item, index) => lowerBoolExp(item, selection, `${path}[${index}]`)) };
  };
}

const negation: LowerPredicate = (input, selection, path) => ({
  kind: 'not',
  predicate: lowerBoolExp(input, selection, path),
});

export function comparisonField(type: GraphQLNamedType, operand: Operand): InputFieldDefinition {
  return { type, lower: lowerComparisons(type, operand) };
}

export function lowerComparisons(type: GraphQLNamedType, operand: Operand): LowerPredicate {
  return (input, selection, path) => {
    const all = lowerInputFields<LowerComparison, Predicate>(
      asObject(input, type.name, path),
      (one, value, name) => one(value, selection, `${path}.${name}`, operand),
    );
    return { kind: 'and', all };
  };
}

function relatedRows(registry: Registry, target: VisibleTable, related: Related): InputFieldDefinition {
  const lower: LowerPredicate = (input, selection, path) => ({
    kind: 'exists',
    related,
    where: lowerBoolExp(input, selection, path),
  });
  return { type: boolExpType(registry, target), lower };
}

/** Exactly one predicate: its field builds it over the related rows. */
function lowerAggregate(input: Input, selection: Selection, path: string, related: Related): Predicate {
  const object = asObject(input, 'aggregate_bool_exp', path);
  if (object.fields.length !== 1)
    throw new AppError('validation-failed', 'exactly one predicate should be specified', { path });
  type LowerAggregate = (value: Input, selection: Selection, path: string, related: Related) => Predicate;
  return lowerInputFields<LowerAggregate, Predicate>(object, (lower, value, name) =>
    lower(value, selection, `${path}.${name}`, related),
  )[0]!;
}

export function lowerBoolExp(input: Input, selection: Selection, path: string): Predicate {
  const all = lowerInputFields<LowerPredicate, Predicate>(
    asObject(input, 'bool_exp', path),
    (lower, value, name) => lower(value, selection, `${path}.${name}`),
  );
  return { kind: 'and', all };
}

/** The argument `where`; absent or `{}` is no condition. */
export function lowerWhere(
  selection: Selection,
  input: Input | undefined,
  path: string,
): Predicate | undefined {
  if (input === undefined) return undefined;
  const predicate = lowerBoolExp(input, selection, path);
  return predicate.kind === 'and' && predicate.all.length === 0 ? undefined : predicate;
}

function asObject(input: Input, typeName: string, path: string): Extract<Input, { kind: 'object' }> {
  if (input.kind === 'object') return input;
  throw new AppError('validation-failed', `expected an object for type '${typeName}', but found null`, {
    path,
  });
}
