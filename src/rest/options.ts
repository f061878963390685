/** OPTIONS: what may be done with a table or function. */
import type { Catalog, Table } from '../data/catalog/catalog.ts';
import { keyColumns } from '../data/catalog/ways.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { RestContext } from './handler.ts';
import { mediaTypeOf } from './payload.ts';
import { profileOf } from './profile.ts';
import { readRequest } from './request.ts';
import { findRoutine } from './routines.ts';
import { findTable } from './tables.ts';

export function tableOptions({ catalog, settings }: RestContext, exchange: Exchange, name: string): Reply {
  const { schema } = profileOf(exchange, settings);
  return optionsReply(methodsOf(catalog, findTable(catalog, schema, name)));
}

/** The function is the one that a GET with these arguments would call. */
export function routineOptions(context: RestContext, exchange: Exchange, name: string): Reply {
  const { schema, query } = readRequest(context, exchange, { args: true });
  const names = query.args.map(([argument]) => argument);
  const mediaType = mediaTypeOf(exchange.headers['content-type']);
  const { routine } = findRoutine(context.catalog, { schema, name, names, mediaType, isPost: false });
  const reads = routine.volatility === 'volatile' ? [] : ['GET', 'HEAD'];
  return optionsReply(['OPTIONS', ...reads, 'POST']);
}

export function optionsReply(methods: readonly string[]): Reply {
  return {
    status: 200,
    headers: { allow: methods.join(','), 'access-control-allow-origin': '*' },
    body: '',
  };
}

function methodsOf(catalog: Catalog, table: Table): string[] {
  const isTable = table.kind === 'table' || table.kind === 'partitioned table';
  const insertable = isTable || table.insertable;
  const updatable = isTable || table.updatable;
  const hasKey = keyColumns(catalog, table).length > 0;
  return [
    ...['OPTIONS', 'GET', 'HEAD'],
    ...(insertable ? ['POST'] : []),
    ...(insertable && updatable && hasKey ? ['PUT'] : []),
    ...(updatable ? ['PATCH'] : []),
    ...(isTable || table.deletable ? ['DELETE'] : []),
  ];
}
