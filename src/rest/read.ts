/** GET and HEAD of a table or view. */
import { prepareQuery, runQuery } from '../data/run.ts';
import { callerContextOf } from '../database/caller-context.ts';
import { AppError } from '../errors.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { RestContext } from './handler.ts';

export async function readRelation(
  { catalog, runner, settings }: RestContext,
  exchange: Exchange,
  name: string,
): Promise<Reply> {
  const schema = settings.schemas[0]!;
  const table = catalog.findTable(schema, name);
  if (!table)
    throw new AppError('not-found', `Could not find the table '${schema}.${name}' in the schema cache`);
  const shape = {
    kind: 'object' as const,
    entries: table.columns.map(
      (column) => [column.name, { kind: 'column' as const, column, path: undefined, asText: false }] as const,
    ),
  };
  const read = {
    kind: 'read' as const,
    source: { kind: 'table' as const, table },
    where: undefined,
    distinct: [],
    order: [],
    limit: undefined,
    offset: undefined,
    shape,
    take: 'many' as const,
  };
  const query = prepareQuery([['rows', read]], catalog, exchange.caller.role, settings.maxRows ?? 10_000);
  const text = await runQuery(runner, callerContextOf(exchange), query, {});
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: text.slice('{"rows":'.length, -1),
  };
}
