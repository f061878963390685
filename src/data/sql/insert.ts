/**
 * Nested inserts: one statement per table and set of given columns, never one per row. Parents first, their keys copied into the
 * rows that point to them; then the rows; then their children.
 */
import { empty, identifier, join, literal, type Sql, sql } from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import { builtInType } from '../catalog/built-in-types.ts';
import type { Column, Relationship, Table } from '../catalog/catalog.ts';
import type { Value } from '../plan/expression.ts';
import type { BulkRows, Conflict, InsertLevel, InsertRow, NestedInsert } from '../plan/write.ts';
import type { Aliases } from './aliases.ts';
import { bulkInput, inputOf, type Link, type LinkedRow, type Position } from './insert-input.ts';
import { predicateSql, whereClause } from './predicate.ts';
import { sourceRow } from './row.ts';
import { carried, stash, stashSql } from './stash.ts';
import { typeName } from './types.ts';
import { bound } from './value.ts';
import type { Returned, WriteBatch } from './write.ts';

type Fragment = Sql<Value>;

/** Adds the statements; the numbers of those that write. `returned` is what the outermost level must return. */
export function insertStatements(level: InsertLevel, returned: Returned, batch: WriteBatch): number[] {
  const written: number[] = [];
  if (level.bulk) return [insertBulk(level, level.bulk, returned, batch)];
  if (level.rows.length === 0) return written;
  const rows = level.rows.map((row): LinkedRow => ({ row, links: [] }));
  insertRows({ table: level.table, rows, conflict: level.conflict, returned, wanted: [] }, batch, written);
  return written;
}

/** One statement for any number of rows: its text does not depend on them. */
function insertBulk(
  { table, conflict }: InsertLevel,
  bulk: BulkRows,
  returned: Returned,
  batch: WriteBatch,
): number {
  const given = bulk.columns.map(([column]) => column);
  const input = bulkInput(bulk, batch);
  const level: Level = { table, rows: [], conflict, returned, wanted: [] };
  return batch.add(insertFrom(level, given, [], input, returned.stash ?? '', batch));
}

/** Rows that point to a row which stands in a stash; none where that is empty. */
export function insertRelated(
  relationship: Relationship,
  { table, rows, conflict }: InsertLevel,
  owner: string,
  batch: WriteBatch,
  path: string,
): void {
  if (rows.length === 0) return;
  const link: Link = { columns: reversed(relationship), from: { stash: owner, ordinal: 1 } };
  const linked = rows.map((row): LinkedRow => ({ row, links: [link] }));
  batch.within(path, () =>
    insertRows({ table, rows: linked, conflict, returned: undefined, wanted: [] }, batch, []),
  );
}

/** Rows of one table, what the caller asked to know of them, and the columns that other rows will copy. */
interface Level {
  readonly table: Table;
  readonly rows: readonly LinkedRow[];
  readonly conflict: Conflict | undefined;
  readonly returned: Returned | undefined;
  readonly wanted: readonly Column[];
}

function insertRows(level: Level, batch: WriteBatch, written: number[]): Position[] {
  const links = level.rows.map((one) => [...one.links]);
  for (const group of groupNested(level.rows, 'before')) {
    const parents = group.map(({ nested }): LinkedRow => ({ row: single(nested), links: [] }));
    const { relationship, level: parent } = group[0]!.nested;
    const wanted = relationship.columns.map(([, theirs]) => theirs);
    const positions = insertRows(
      { table: relationship.target, rows: parents, conflict: parent.conflict, returned: undefined, wanted },
      batch,
      written,
    );
    group.forEach(({ index }, at) => {
      links[index]!.push({ columns: relationship.columns, from: positions[at]! });
    });
  }
  const children = groupNested(level.rows, 'after');
  const copied = children.flatMap((group) => group[0]!.nested.relationship.columns.map(([ours]) => ours));
  const rows = level.rows.map(({ row }, index) => ({ row, links: links[index]! }));
  const positions = insertGroups({ ...level, rows, wanted: [...level.wanted, ...copied] }, batch, written);
  for (const group of children) {
    const { relationship } = group[0]!.nested;
    const linked = group.flatMap(({ nested, index }) =>
      nested.level.rows.map(
        (row): LinkedRow => ({
          row,
          links: [{ columns: reversed(relationship), from: positions[index]! }],
        }),
      ),
    );
    const { conflict } = group[0]!.nested.level;
    if (linked.length > 0)
      insertRows(
        { table: relationship.target, rows: linked, conflict, returned: undefined, wanted: [] },
        batch,
        written,
      );
  }
  return positions;
}

function reversed({ columns }: Relationship): Link['columns'] {
  return columns.map(([ours, theirs]) => [theirs, ours] as const);
}

function single(nested: NestedInsert): InsertRow {
  const [row] = nested.level.rows;
  invariant(row, 'an object relationship holds one row');
  return row;
}

/** Nested inserts of the same relationship and conflict clause, with the index of the row they belong to. */
function groupNested(rows: readonly LinkedRow[], when: 'before' | 'after') {
  const groups = new Map<
    Relationship,
    Map<Conflict | undefined, { index: number; nested: NestedInsert }[]>
  >();
  rows.forEach(({ row }, index) => {
    for (const nested of row[when]) {
      const byConflict = groups.get(nested.relationship) ?? new Map();
      groups.set(nested.relationship, byConflict);
      const list = byConflict.get(nested.level.conflict) ?? [];
      byConflict.set(nested.level.conflict, list);
      list.push({ index, nested });
    }
  });
  return [...groups.values()].flatMap((byConflict) => [...byConflict.values()]);
}

/** One statement for each set of given columns: an omitted one takes its default, which only its absence can say. */
function insertGroups(level: Level, batch: WriteBatch, written: number[]): Position[] {
  const { rows, returned } = level;
  const groups = new Map<string, number[]>();
  rows.forEach(({ row, links }, index) => {
    const columns = row.values.map(([column]) => column.number).sort((a, b) => a - b);
    const sources = links.map((link) => `${link.from.stash}:${link.columns.map(([ours]) => ours.number)}`);
    const signature = `${columns}|${sources}`;
    const group = groups.get(signature);
    if (group) group.push(index);
    else groups.set(signature, [index]);
  });
  const positions: Position[] = [];
  const parts: Part[] = [];
  for (const indexes of groups.values()) {
    // The caller's own rows travel in the setting that `returned` names; several groups need one each.
    const name = groups.size === 1 && returned?.stash ? returned.stash : batch.nextStash();
    const members = indexes.map((index) => rows[index]!);
    written.push(batch.add(insertStatement({ ...level, rows: members }, name, batch)));
    indexes.forEach((index, at) => {
      positions[index] = { stash: name, ordinal: at + 1 };
    });
    parts.push({ stash: name, ordinals: indexes });
  }
  if (groups.size > 1 && returned?.stash) mergeStashes(returned.stash, parts, batch);
  return positions;
}

interface Part {
  readonly stash: string;
  /** Of its rows in the input. */
  readonly ordinals: readonly number[];
}

/** Puts the rows of all groups into one setting, in the order in which they were given. */
function mergeStashes(target: string, parts: readonly Part[], batch: WriteBatch): void {
  const rows = parts.map(({ stash: name, ordinals }) => {
    const order = bound({ value: [...ordinals], type: builtInType(batch.catalog, 'int4'), list: true });
    return sql<Value>`select e.v, (${order})[e.n] as o from json_array_elements(${stash(name)}) with ordinality e(v, n)`;
  });
  batch.add(
    sql<Value>`select null, pg_catalog.set_config(${literal(target)}, coalesce(json_agg(m.v order by m.o)::text, '[]'), true) from (${join(rows, ' union all ')}) m`,
  );
}

function insertStatement(level: Level, name: string, batch: WriteBatch): Fragment {
  const [{ row: first, links }] = level.rows as [LinkedRow];
  const given = first.values.map(([column]) => column);
  const input = inputOf(level.rows, given, links.length, batch);
  return insertFrom(level, given, links, input, name, batch);
}

/** `input` gives the columns `v1…` in the order of `given`, `p1…` of the links, and `o`, the rows' order. */
function insertFrom(
  { table, conflict, returned, wanted }: Level,
  given: readonly Column[],
  links: readonly Link[],
  input: Fragment,
  name: string,
  batch: WriteBatch,
): Fragment {
  const needed = new Set(wanted);
  const { aliases } = batch.compilation();
  const alias = aliases.next();
  const row = sourceRow(table, alias);
  const linked = links.flatMap((link) => link.columns.map(([ours]) => ours));
  const columns = [...given, ...linked];
  const joins = links.map((link, index) => {
    const k = identifier(`k${index + 1}`);
    return sql` join json_array_elements(${stash(link.from.stash)}) with ordinality ${k}(v, o) on ${k}.o = i.${identifier(`p${index + 1}`)}`;
  });
  const values = [
    ...given.map((_, index) => sql`i.${identifier(`v${index + 1}`)}`),
    ...links.flatMap((link, index) =>
      link.columns.map(
        ([ours, theirs]) =>
          sql`(${identifier(`k${index + 1}`)}.v ->> ${literal(theirs.name)})::${typeName(ours.type)}`,
      ),
    ),
  ];
  const select = sql<Value>`select ${join<Value>(values)} from i${joins} order by i.o`;
  const list =
    columns.length === 0 ? empty : sql` (${join(columns.map((column) => identifier(column.name)))})`;
  const target = sql`${identifier(table.schema, table.name)} as ${identifier(alias)}`;
  const clause = conflict ? conflictClause(conflict, row, aliases) : empty;
  const returning = returningList(returned, needed, row);
  const isKept = needed.size > 0 || returned?.stash !== undefined;
  const answered = returned && !returned.stash ? returned.summary() : sql`null`;
  const kept = isKept ? sql`, ${stashSql(name)}` : empty;
  const checked = needed.size > 0 ? checkCount(table) : empty;
  const written = sql<Value>`insert into ${target}${list} ${select}${clause} returning ${returning}`;
  return sql<Value>`with i as (${input}), w as (${written}) select count(*)::text, ${answered}${kept}${checked} from w`;
}

function conflictClause(
  { constraint, update, where }: Conflict,
  row: ReturnType<typeof sourceRow>,
  aliases: Aliases,
): Fragment {
  const target = sql` on conflict on constraint ${identifier(constraint.name)}`;
  if (update.length === 0) return sql`${target} do nothing`;
  const set = join(
    update.map((column) => sql`${identifier(column.name)} = excluded.${identifier(column.name)}`),
  );
  const condition = whereClause(where && predicateSql(where, row, aliases));
  return sql<Value>`${target} do update set ${set}${condition}`;
}

function returningList(
  returned: Returned | undefined,
  needed: ReadonlySet<Column>,
  row: { column(column: Column): Sql },
): Fragment {
  const columns = [...new Set([...(returned?.columns ?? []), ...needed])];
  if (columns.length === 0) return sql`1`;
  const isCarried = !returned || returned.stash !== undefined;
  return join(columns.map((column) => (isCarried ? carried(column, row) : row.column(column))));
}

/** Rows that a conflict or a trigger swallowed have no key to give to others: the text cannot be read as a number, which ends it all. */
function checkCount(table: Table): Sql {
  const message = `cannot proceed to insert array relations since insert to table "${table.name}" affects zero rows`;
  return sql`, (case when count(*) = (select count(*) from i) then '0' else ${literal(message)} end)::int4`;
}
