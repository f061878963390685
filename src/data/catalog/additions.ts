/** Fields beside those of the dialect. Their names give way to everything that the database itself is called. */
import type { MutableTable } from './model.ts';
import type { Names } from './names.ts';

const GROUP_BY_TYPES = ['', '_keys', '_having', '_order_by', '_keys_order_by'];
const CONNECTION_TYPES = ['_connection', '_edge'];

/** Names them where the names are free; whether rows can be asked for as nodes. */
export function nameAdditions(tables: Iterable<MutableTable>, names: Names): { hasNodes: boolean } {
  const hasPages = names.claimTypes(['PageInfo'], 'paging by cursors');
  for (const table of tables) {
    const { name } = table;
    const groupBy = `${name}_group_by`;
    const types = GROUP_BY_TYPES.map((suffix) => groupBy + suffix);
    const isGrouped =
      names.claimTypes(types, `grouping of ${name}`) &&
      names.claimRootFields([groupBy], `grouping of ${name}`);
    const connection = `${name}_connection`;
    const isPaged =
      hasPages &&
      names.claimTypes(
        CONNECTION_TYPES.map((suffix) => name + suffix),
        `paging of ${name} by cursors`,
      ) &&
      names.claimRootFields([connection], `paging of ${name} by cursors`);
    table.additions = {
      groupBy: isGrouped ? groupBy : undefined,
      connection: isPaged ? connection : undefined,
    };
  }
  const hasNodes =
    names.claimTypes(['Node'], 'asking for rows as nodes') &&
    names.claimRootFields(['node'], 'asking for rows as nodes');
  return { hasNodes };
}
