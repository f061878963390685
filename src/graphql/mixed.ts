/**
 * Operations that mix tables with the platform's own fields or introspection: PostgreSQL answers the table fields by one
 * statement, graphql-js the others, and both are put together in the order in which they were asked. Mutations come here only
 * where all of their fields are the platform's own, which run one after the other.
 */
import {
  type ExecutionResult,
  execute,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { runQuery } from '../data/run.ts';
import type { CallerRunner } from '../database/as-caller.ts';
import { parseExact } from '../lib/exact-json.ts';
import type { GraphqlContext } from './context.ts';
import { RequestVariables } from './lower/request-variables.ts';
import { splitRootFields } from './lower/selection.ts';
import type { RoleSchema } from './role-schema.ts';

export interface MixedAnswer {
  /** JSON text of `data`. */
  readonly data: string;
  readonly errors: readonly GraphQLError[] | undefined;
}

interface MixedSchema extends Pick<RoleSchema, 'schema' | 'prepare'> {
  /** Of the table fields, where it is another than that which introspection describes. */
  readonly tableSchema?: GraphQLSchema;
}

export async function executeMixed(
  { schema, tableSchema = schema, prepare }: MixedSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
  runner: CallerRunner,
  context: GraphqlContext,
): Promise<MixedAnswer> {
  const request = { variables: new RequestVariables(variables), fragments };
  const { keys, plan, others } = splitRootFields(
    operation.selectionSet,
    tableSchema.getRootType(operation.operation)!,
    request,
  );
  const [tables, rest] = await Promise.all([
    plan.length === 0
      ? {}
      : runQuery(runner, context.callerContext, prepare(plan), variables).then(
          (text) => parseExact(text) as Record<string, unknown>,
        ),
    others.length === 0
      ? ({ data: {} } as ExecutionResult)
      : execute({
          schema,
          document: {
            kind: Kind.DOCUMENT,
            definitions: [
              { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: others } },
              ...fragments.values(),
            ],
          },
          variableValues: variables,
          contextValue: context,
        }),
  ]);
  if (!rest.data) return { data: 'null', errors: rest.errors };
  const { data } = rest;
  const members = keys.map((key) => {
    const value = Object.hasOwn(tables, key) ? (tables as Record<string, unknown>)[key] : data[key];
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  });
  return { data: `{${members.join(',')}}`, errors: rest.errors };
}
