/**
 * Arguments as they were written, literals and variables in one form. A variable in the place of a scalar stays a variable,
 * so that the plan can be bound again; anywhere else its value decides the shape of the plan.
 */
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isScalarType,
  Kind,
  type ValueNode,
} from 'graphql';
import { Variable } from '../../data/plan/expression.ts';
import { literalValue } from '../scalars.ts';
import type { RequestVariables } from './request-variables.ts';

export type Input =
  | { readonly kind: 'null' }
  | { readonly kind: 'value'; readonly value: unknown }
  /** A scalar, or list of scalars, that the request brings; it is neither absent nor null. */
  | { readonly kind: 'variable'; readonly name: string; readonly path: Variable['path'] }
  | { readonly kind: 'list'; readonly items: readonly Input[] }
  | {
      readonly kind: 'object';
      readonly type: GraphQLInputObjectType;
      readonly fields: readonly InputField[];
    };

export interface InputField {
  readonly name: string;
  readonly input: Input;
}

/** Undefined: the argument is a variable that was not given, which counts as absent. */
export function readInput(
  node: ValueNode,
  type: GraphQLInputType,
  variables: RequestVariables,
): Input | undefined {
  const nullable = getNullableType(type);
  if (node.kind === Kind.VARIABLE) return readVariable(node.name.value, nullable, variables);
  if (node.kind === Kind.NULL) return { kind: 'null' };
  if (isListType(nullable)) {
    // Arrays also come as PostgreSQL's own literal: "{a,b}".
    if (
      node.kind === Kind.STRING &&
      isScalarType(getNullableType(nullable.ofType)) &&
      node.value.startsWith('{')
    )
      return { kind: 'value', value: node.value };
    const nodes = node.kind === Kind.LIST ? node.values : [node];
    const items = nodes.map((one) => readInput(one, nullable.ofType, variables) ?? { kind: 'null' as const });
    return { kind: 'list', items };
  }
  if (isInputObjectType(nullable)) {
    if (node.kind !== Kind.OBJECT) return { kind: 'null' };
    const known = nullable.getFields();
    const fields = node.fields.flatMap((field): InputField[] => {
      const definition = known[field.name.value];
      const input = definition && readInput(field.value, definition.type, variables);
      return input ? [{ name: field.name.value, input }] : [];
    });
    return { kind: 'object', type: nullable, fields };
  }
  return {
    kind: 'value',
    value: isScalarType(nullable) ? scalarLiteral(node, nullable) : literalValue(node),
  };
}

function scalarLiteral(node: ValueNode, type: { parseLiteral(node: ValueNode): unknown }): unknown {
  const value = literalValue(node);
  // Objects and lists may hold variables, which only the statement can bind.
  return typeof value === 'object' && value !== null ? value : type.parseLiteral(node);
}

function readVariable(name: string, type: GraphQLInputType, variables: RequestVariables): Input | undefined {
  const value = variables.values[name];
  if (value === undefined) return undefined;
  if (value === null) return { kind: 'null' };
  return fromValue(isLeaf(type) ? value : variables.shape(name), type, { name, path: [] });
}

interface Place {
  readonly name: string;
  readonly path: Variable['path'];
}

/** A coerced variable value in the form of a literal: its scalars stay variables. */
function fromValue(value: unknown, type: GraphQLInputType, { name, path }: Place): Input {
  const nullable = getNullableType(type);
  if (value === null || value === undefined) return { kind: 'null' };
  if (isLeaf(nullable)) return { kind: 'variable', name, path };
  if (isListType(nullable)) {
    const items = (value as readonly unknown[]).map((one, index) =>
      fromValue(one, nullable.ofType, { name, path: [...path, index] }),
    );
    return { kind: 'list', items };
  }
  if (!isInputObjectType(nullable)) return { kind: 'value', value };
  const known = nullable.getFields();
  const fields = Object.entries(value).flatMap(([key, one]): InputField[] => {
    const field = known[key];
    return field ? [{ name: key, input: fromValue(one, field.type, { name, path: [...path, key] }) }] : [];
  });
  return { kind: 'object', type: nullable, fields };
}

/** A scalar or an enum value, or a list of such: bound as a whole. */
function isLeaf(type: GraphQLInputType): boolean {
  return isLeafType(type) || (isListType(type) && isLeafType(getNullableType(type.ofType)));
}

/** The constant behind an input that shapes the plan (enum values, limits, switches). */
export function constantOf(input: Input, variables: RequestVariables): unknown {
  switch (input.kind) {
    case 'null':
      return null;
    case 'value':
      return input.value;
    case 'variable':
      return variables.read(input);
    case 'list':
      return input.items.map((one) => constantOf(one, variables));
    case 'object':
      return Object.fromEntries(
        input.fields.map((field) => [field.name, constantOf(field.input, variables)]),
      );
  }
}

/** The value to be bound: a variable stays one. */
export function bindable(input: Input): unknown {
  switch (input.kind) {
    case 'null':
      return null;
    case 'value':
      return input.value;
    case 'variable':
      return new Variable(input.name, input.path);
    case 'list':
      return input.items.map(bindable);
    case 'object':
      return Object.fromEntries(input.fields.map((field) => [field.name, bindable(field.input)]));
  }
}
