/** What this dialect has beside Hasura's. Its names give way to everything that the database itself is called. */
import type { MutableTable } from './model.ts';
import type { Names } from './names.ts';

/** Undefined where a name is taken. */
export interface Additions {
  /** Root field and types of groups. */
  readonly groupBy?: string | undefined;
  /** Root field and type of pages by cursors. */
  readonly connection?: string | undefined;
  /** Input type of writes to related rows; with `_<relationship>` behind it that of each relationship. */
  readonly related?: string | undefined;
  /** Input type of what a row must look like. */
  readonly match?: string | undefined;
  /** Root field of subscriptions to what happens to the rows. */
  readonly changes?: string | undefined;
  /** Input type of all update operators. */
  readonly operators?: string | undefined;
}

/** Names them where the names are free; whether rows can be asked for as nodes. */
export function nameAdditions(tables: Iterable<MutableTable>, names: Names): { hasNodes: boolean } {
  const hasPages = names.claimTypes(['PageInfo'], 'paging by cursors');
  const tellsChanges = names.claimTypes(['change_operation'], 'changes of rows');
  for (const table of tables) {
    const { name } = table;
    const ifFree = (first: string, types: readonly string[], rootField: string | undefined, what: string) => {
      const label = `${what} of ${name}`;
      const isFree =
        names.claimTypes(types, label) &&
        (rootField === undefined || names.claimRootFields([rootField], label));
      return isFree ? first : undefined;
    };
    const group = `${name}_group_by`;
    const groupTypes = [
      '',
      '_keys',
      '_having',
      '_order_by',
      '_keys_order_by',
      '_sum_having',
      '_max_having',
      '_avg_having',
    ].map((end) => group + end);
    const connection = `${name}_connection`;
    const pageTypes = [connection, `${name}_edge`];
    const related = `${name}_related`;
    const relatedTypes = [related, ...table.relationships.map((one) => `${related}_${one.name}`)];
    const match = `${name}_if_match`;
    const operators = `${name}_operators`;
    const changes = `${name}_changes`;
    const isTable = table.table.kind === 'table' || table.table.kind === 'partitioned table';
    table.additions = {
      groupBy: ifFree(group, groupTypes, group, 'grouping'),
      connection: hasPages ? ifFree(connection, pageTypes, connection, 'paging by cursors') : undefined,
      related: ifFree(related, relatedTypes, undefined, 'writing to related rows'),
      match: ifFree(match, [match], undefined, 'if_match'),
      changes:
        tellsChanges && isTable
          ? ifFree(changes, [`${name}_change`, `${name}_change_row`], changes, 'changes')
          : undefined,
      operators: ifFree(operators, [operators], undefined, 'updating related rows'),
    };
  }
  const hasNodes =
    names.claimTypes(['Node'], 'asking for rows as nodes') &&
    names.claimRootFields(['node'], 'asking for rows as nodes');
  return { hasNodes };
}
