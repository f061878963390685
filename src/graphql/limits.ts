/** How large a document may be. Counted with fragments spread, each fragment once: a document cannot make counting slow. */
import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { GraphqlLimits } from '../config.ts';
import { AppError } from '../errors.ts';

export type DocumentLimits = GraphqlLimits;

interface Measure {
  depth: number;
  aliases: number;
  directives: number;
  /** Fields of the outermost level. */
  fields: number;
  /** Selections of all levels. */
  selections: number;
}

export function limitExceeded(name: string, limit: number, actual: number | string): AppError {
  return new AppError(
    'limit-exceeded',
    `the document exceeds the limit of ${limit} ${name}: it has ${actual}`,
    {
      path: '$.query',
      hint: 'Ask for less in one request, or split it.',
      extensions: { limit: name, allowed: limit },
    },
  );
}

/** Only `__schema`, `__type` and `__typename` at its root: such an operation has its own limits in graphql-js. */
export function isIntrospection(operation: OperationDefinitionNode): boolean {
  return operation.selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
  );
}

export function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
}

/** Throws AppError `limit-exceeded`. */
export function checkOperation(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  limits: DocumentLimits,
): void {
  const measured = new Map<string, Measure | 'in progress'>();
  const measure = (set: SelectionSetNode): Measure => {
    const total: Measure = {
      depth: 1,
      aliases: 0,
      directives: 0,
      fields: 0,
      selections: set.selections.length,
    };
    for (const selection of set.selections) {
      total.directives += countDirectives(selection.directives);
      if (selection.kind === Kind.FIELD) {
        total.fields += 1;
        if (selection.alias && selection.alias.value !== selection.name.value) total.aliases += 1;
        if (selection.selectionSet) add(total, measure(selection.selectionSet), 1);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = measure(selection.selectionSet);
        total.fields += inner.fields;
        add(total, inner, 0);
      } else {
        const inner = measureFragment(selection.name.value);
        total.fields += inner.fields;
        add(total, inner, 0);
      }
    }
    return total;
  };
  const measureFragment = (name: string): Measure => {
    const known = measured.get(name);
    const fragment = fragments.get(name);
    // A cycle or an unknown name is for the validation to report.
    if (known === 'in progress' || !fragment)
      return { depth: 0, aliases: 0, directives: 0, fields: 0, selections: 0 };
    if (known) return known;
    measured.set(name, 'in progress');
    const result = measure(fragment.selectionSet);
    measured.set(name, result);
    return result;
  };
  const { depth, aliases, directives, fields, selections } = measure(operation.selectionSet);
  if (fields > limits.rootFields) throw limitExceeded('root fields', limits.rootFields, fields);
  // A token at the least for each: fragments must not multiply what the limit of tokens allows.
  if (selections > limits.tokens && !isIntrospection(operation))
    throw limitExceeded('tokens, fragments spread', limits.tokens, selections);
  if (aliases > limits.aliases) throw limitExceeded('aliases', limits.aliases, aliases);
  if (directives + countDirectives(operation.directives) > limits.directives)
    throw limitExceeded('directives', limits.directives, directives);
  if (depth > limits.depth && !isIntrospection(operation))
    throw limitExceeded('levels of depth', limits.depth, depth);
}

function add(total: Measure, inner: Measure, levels: number): void {
  total.depth = Math.max(total.depth, inner.depth + levels);
  total.aliases += inner.aliases;
  total.directives += inner.directives;
  total.selections += inner.selections;
}

function countDirectives(directives: readonly DirectiveNode[] | undefined): number {
  return directives?.length ?? 0;
}
