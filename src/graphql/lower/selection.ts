/** Selections of an operation, merged by response key, with @skip and @include decided. */
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { Entry, Plan } from '../../data/plan/plan.ts';
import { AppError } from '../../errors.ts';
import { constantOf, type Input, readInput } from './input.ts';
import type { RequestVariables } from './request-variables.ts';

export interface OperationContext {
  readonly variables: RequestVariables;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** One response key: the field, its arguments, what is selected below. */
export class Selection {
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly parentType: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly context: OperationContext;
  /** JSONPath of this field in the request, in Hasura's form. */
  readonly path: string;

  constructor(
    key: string,
    nodes: readonly FieldNode[],
    parentType: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    context: OperationContext,
    path: string,
  ) {
    this.key = key;
    this.nodes = nodes;
    this.parentType = parentType;
    this.field = field;
    this.context = context;
    this.path = path;
  }

  /** Undefined where the argument is absent and has no default. */
  argument(name: string): Input | undefined {
    const definition = this.field.args.find((one) => one.name === name);
    const node = this.nodes[0]?.arguments?.find((one) => one.name.value === name);
    if (!definition) return undefined;
    const given = node && readInput(node.value, definition.type, this.context.variables);
    if (given) return given;
    return definition.defaultValue === undefined
      ? undefined
      : { kind: 'value', value: definition.defaultValue };
  }

  /** A list of rows with equal columns that the request brings in a variable, and the type of a row. */
  rows(
    name: string,
  ): { variable: string; columns: readonly string[]; type: GraphQLInputObjectType } | undefined {
    const node = this.nodes[0]?.arguments?.find((one) => one.name.value === name)?.value;
    const type = getNamedType(this.field.args.find((one) => one.name === name)!.type);
    if (node?.kind !== Kind.VARIABLE || !isInputObjectType(type)) return undefined;
    const variable = node.name.value;
    const columns = this.context.variables.columns(variable);
    return columns && { variable, columns, type };
  }

  /** An argument whose value shapes the plan; null counts as absent. */
  constant(name: string): unknown {
    const input = this.argument(name);
    return input && (constantOf(input, this.context.variables) ?? undefined);
  }

  /** What is selected below, each lowered by its own field; of an interface, as a concrete type of it. */
  entries<S>(typenameShape: (typeName: string) => S, concrete?: GraphQLObjectType): Entry<S>[] {
    const type = concrete ?? getNamedType(this.field.type);
    if (!isObjectType(type)) throw new AppError('internal-error', `${type.name} has no fields`);
    const sets = this.nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
    return lowerSelections(sets, type, this.context, `${this.path}.selectionSet`, typenameShape);
  }
}

/** Each generated field carries its lowering in its extensions: declaration and meaning in one place. */
export type LowerField<S> = (selection: Selection) => S;

function lowerSelections<S>(
  sets: readonly SelectionSetNode[],
  type: GraphQLObjectType,
  context: OperationContext,
  path: string,
  typenameShape: (typeName: string) => S,
): Entry<S>[] {
  return lowerFields([...collect(sets, type, context)], type, context, path, typenameShape);
}

function lowerFields<S>(
  selected: readonly [string, FieldNode[]][],
  type: GraphQLObjectType,
  context: OperationContext,
  path: string,
  typenameShape: (typeName: string) => S,
): Entry<S>[] {
  const fields = type.getFields();
  return selected.map(([key, nodes]): Entry<S> => {
    const name = nodes[0]!.name.value;
    if (name === '__typename') return [key, typenameShape(type.name)];
    const field = fields[name];
    const lower = field?.extensions.lower as LowerField<S> | undefined;
    if (!field || !lower)
      throw new AppError('internal-error', `field ${type.name}.${name} cannot be lowered`);
    return [key, lower(new Selection(key, nodes, type, field, context, `${path}.${name}`))];
  });
}

/** Whether PostgreSQL answers every root field of the operation. */
export function isLowerable(
  set: SelectionSetNode,
  type: GraphQLObjectType,
  context: OperationContext,
): boolean {
  return [...collect([set], type, context).values()].every(
    (nodes) => isTableField(nodes, type) || isTypename(nodes),
  );
}

/** Whether the only root field of a subscription is one of the platform's own. */
export function isPlatformSubscription(
  set: SelectionSetNode,
  type: GraphQLObjectType,
  context: OperationContext,
): boolean {
  const [only, ...more] = collect([set], type, context).values();
  return more.length === 0 && type.getFields()[only?.[0]?.name.value ?? '']?.subscribe !== undefined;
}

export function hasTableField(
  set: SelectionSetNode,
  type: GraphQLObjectType,
  context: OperationContext,
): boolean {
  return [...collect([set], type, context).values()].some((nodes) => isTableField(nodes, type));
}

/** The plan of those root fields that PostgreSQL answers. */
export function lowerTableFields<P = Plan>(
  set: SelectionSetNode,
  type: GraphQLObjectType,
  context: OperationContext,
): Entry<P | { kind: 'literal'; text: string }>[] {
  const fields = [...collect([set], type, context)].filter(
    ([, nodes]) => isTableField(nodes, type) || isTypename(nodes),
  );
  return lowerFields(fields, type, context, '$.selectionSet', (text) => ({ kind: 'literal', text }));
}

/** Root fields of a mixed operation: the plan of those that PostgreSQL answers, and the nodes of the others. */
export function splitRootFields(
  set: SelectionSetNode,
  type: GraphQLObjectType,
  context: OperationContext,
): { keys: string[]; plan: Entry<Plan>[]; others: FieldNode[] } {
  const fields = [...collect([set], type, context)];
  const tables = fields.filter(([, nodes]) => isTableField(nodes, type));
  return {
    keys: fields.map(([key]) => key),
    plan: lowerFields<Plan>(tables, type, context, '$.selectionSet', (text) => ({ kind: 'literal', text })),
    others: fields.flatMap(([, nodes]) => (isTableField(nodes, type) ? [] : nodes)),
  };
}

function isTableField([node]: readonly FieldNode[], type: GraphQLObjectType): boolean {
  return type.getFields()[node!.name.value]?.extensions.lower !== undefined;
}

function isTypename([node]: readonly FieldNode[]): boolean {
  return node!.name.value === '__typename';
}

function collect(
  sets: readonly SelectionSetNode[],
  type: GraphQLObjectType,
  context: OperationContext,
): Map<string, FieldNode[]> {
  const merged = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const applies = (condition: NamedTypeNode | undefined) =>
    condition === undefined ||
    condition.name.value === type.name ||
    type.getInterfaces().some(({ name }) => name === condition.name.value);
  const visit = (set: SelectionSetNode) => {
    for (const selection of set.selections) {
      if (!isIncluded(selection.directives, context.variables)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const known = merged.get(key);
        if (known) known.push(selection);
        else merged.set(key, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection.typeCondition)) visit(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = context.fragments.get(selection.name.value);
        if (fragment && applies(fragment.typeCondition)) visit(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) visit(set);
  return merged;
}

function isIncluded(directives: readonly DirectiveNode[] | undefined, variables: RequestVariables): boolean {
  for (const directive of directives ?? []) {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') continue;
    const argument = directive.arguments?.find((one) => one.name.value === 'if')?.value;
    const condition =
      argument?.kind === Kind.VARIABLE
        ? variables.read({ name: argument.name.value })
        : argument?.kind === Kind.BOOLEAN && argument.value;
    if (condition === (name === 'skip')) return false;
  }
  return true;
}
