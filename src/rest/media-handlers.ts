/** Which media types the database itself makes: by aggregates over rows, or by functions that return them. */
import type { Catalog, Routine, Table } from '../data/catalog/catalog.ts';
import type { QueryParameters } from './grammar/ast.ts';
import type { MadeByDatabase } from './media-type.ts';

const ANY = '*/*';

/** Handlers of the table come first, those of any rows after them. The former need the whole row. */
export function handlersOf(
  catalog: Catalog,
  table: Table,
  query: Pick<QueryParameters, 'select'>,
): (name: string) => MadeByDatabase | undefined {
  const own = selectsAll(query) ? catalog.mediaHandlers.filter((handler) => handler.table === table) : [];
  const general = catalog.mediaHandlers.filter((handler) => handler.table === undefined);
  return (name) => {
    const find = (list: typeof own, wanted: string) => list.find(({ type }) => type.name === wanted);
    const handler = find(own, ANY) ?? find(own, name) ?? find(general, name);
    return handler && { handler, type: handler.type };
  };
}

/** A function whose result is a document; else those of its rows. */
export function handlersOfCall(
  catalog: Catalog,
  { returnType, returnsSet }: Routine,
  table: Table,
  query: Pick<QueryParameters, 'select'>,
): (name: string) => MadeByDatabase | undefined {
  const ofRows = handlersOf(catalog, table, query);
  const isDocument = returnType.kind === 'domain' && returnType.name.includes('/') && !returnsSet;
  if (!isDocument) return ofRows;
  const made: MadeByDatabase = { handler: undefined, type: returnType };
  return (name) => (returnType.name === ANY || returnType.name === name ? made : ofRows(name));
}

function selectsAll({ select }: Pick<QueryParameters, 'select'>): boolean {
  const [only, ...more] = select;
  return (
    more.length === 0 && only?.kind === 'field' && only.field.name === '*' && only.aggregate === undefined
  );
}
