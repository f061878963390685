/** Functions that a caller may run, as paths of OpenAPI. Overloads share a path: their arguments tell them apart. */
import type { Routine, Table } from '../../data/catalog/catalog.ts';
import { isVoid } from '../../data/catalog/scalar-name.ts';
import { jsonBody, type Operation, type PathItem, refusals, shared } from './parts.ts';
import { type JsonSchema, typeSchema } from './types.ts';

/** Refers to the schema of a table's rows; undefined where the role sees none. */
export type RowSchema = (table: Table) => JsonSchema | undefined;

export function routinePath(overloads: readonly Routine[], rowOf: RowSchema): PathItem {
  const [first] = overloads as [Routine];
  const named = overloads.map(argumentsSchema);
  const answers = overloads
    .filter(({ returnType }) => !isVoid(returnType))
    .map((routine) => answerSchema(routine, rowOf));
  const oneOf = (list: readonly JsonSchema[]): JsonSchema => (list.length === 1 ? list[0]! : { oneOf: list });
  const common: Operation = {
    tags: [`rpc/${first.name}`],
    summary: `Call the function ${first.name}`,
    ...(first.comment ? { description: first.comment } : {}),
    parameters: shared('select', 'order', 'limit', 'offset', 'prefer'),
    responses: {
      ...(answers.length > 0
        ? {
            200: {
              description: 'What the function returned',
              content: { 'application/json': { schema: oneOf(answers) } },
            },
          }
        : {}),
      ...(answers.length < overloads.length ? { 204: { description: 'The function returns nothing' } } : {}),
      ...refusals,
    },
  };
  const isReadOnly = overloads.every(({ volatility }) => volatility !== 'volatile');
  const get: Operation = {
    ...common,
    parameters: [
      ...first.parameters
        .filter(({ name }) => name !== '')
        .map(({ name, type, hasDefault }) => ({
          name,
          in: 'query' as const,
          required: !hasDefault && overloads.length === 1,
          schema: typeSchema(type, { nullable: false }),
        })),
      ...common.parameters,
    ],
  };
  return { ...(isReadOnly ? { get } : {}), post: { ...common, requestBody: jsonBody(oneOf(named)) } };
}

function argumentsSchema({ parameters }: Routine): JsonSchema {
  const [only] = parameters;
  // A single unnamed argument takes the whole body.
  if (parameters.length === 1 && only?.name === '') return typeSchema(only.type, { nullable: true });
  const named = parameters.filter(({ name }) => name !== '');
  const required = named.filter(({ hasDefault }) => !hasDefault).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      named.map(({ name, type }) => [name, typeSchema(type, { nullable: true })]),
    ),
    ...(required.length > 0 ? { required } : {}),
  };
}

function answerSchema(routine: Routine, rowOf: RowSchema): JsonSchema {
  const { returnTable, returnsSet, resultColumns, returnType } = routine;
  const one = (): JsonSchema => {
    const row = returnTable && rowOf(returnTable);
    if (row) return row;
    if (resultColumns.length > 0 || returnTable)
      return {
        type: 'object',
        properties: Object.fromEntries(
          resultColumns.map(({ name, type }) => [name, typeSchema(type, { nullable: true })]),
        ),
      };
    return typeSchema(returnType, { nullable: true });
  };
  return returnsSet ? { type: 'array', items: one() } : one();
}
