/**
 * Operations that mix tables with the platform's own fields run through graphql-js. Their table fields still share one
 * statement: the first one resolved starts it, the others await it.
 */
import type { GraphQLResolveInfo } from 'graphql';
import { runQuery } from '../data/run.ts';
import type { CallerContext, CallerRunner } from '../database/as-caller.ts';
import { parseExact } from '../lib/exact-json.ts';
import { RequestVariables } from './lower/input.ts';
import { lowerTableFields } from './lower/selection.ts';
import type { RoleSchema } from './role-schema.ts';

export class TableFields {
  readonly #runner: CallerRunner;
  readonly #roleSchema: RoleSchema;
  readonly #context: CallerContext;
  #data: Promise<Record<string, unknown>> | undefined;

  constructor(runner: CallerRunner, roleSchema: RoleSchema, context: CallerContext) {
    this.#runner = runner;
    this.#roleSchema = roleSchema;
    this.#context = context;
  }

  async resolve(info: GraphQLResolveInfo): Promise<unknown> {
    this.#data ??= this.#run(info);
    return (await this.#data)[info.path.key];
  }

  async #run({
    operation,
    fragments,
    variableValues,
    parentType,
  }: GraphQLResolveInfo): Promise<Record<string, unknown>> {
    const variables = new RequestVariables(variableValues);
    const context = {
      variables,
      fragments: new Map(Object.entries(fragments).flatMap(([name, one]) => (one ? [[name, one]] : []))),
    };
    const plan = lowerTableFields(operation.selectionSet, parentType, context);
    const query = this.#roleSchema.prepare(plan);
    return parseExact(await runQuery(this.#runner, this.#context, query, variableValues)) as Record<
      string,
      unknown
    >;
  }
}
