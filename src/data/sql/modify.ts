/** Updates and deletes; of one row by its key also on a condition (`match`), and with writes to the rows related to it. */

import { refuseUnless } from '../../database/refusal.ts';
import { identifier, integer, join, literal, type Sql, sql } from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import type { Column } from '../catalog/catalog.ts';
import type { Predicate, Value } from '../plan/expression.ts';
import type { DeletePlan, Match, UpdatePlan, WriteAnswer } from '../plan/write.ts';
import { predicateSql, whereClause } from './predicate.ts';
import { relatedStatements } from './related.ts';
import { sourceRow } from './row.ts';
import { setExpression } from './set.ts';
import { stashSql } from './stash.ts';
import { answerOf, type Render, returnedBy, type WriteBatch } from './write.ts';

type Fragment = Sql<Value>;

export function modify(plan: UpdatePlan | DeletePlan, batch: WriteBatch): Render {
  const related = plan.kind === 'update' ? (plan.related ?? []) : [];
  if (plan.kind === 'update' && plan.set.length === 0 && related.length === 0) return nothing(plan.answer);
  const { table } = plan;
  const hasFormer = related.some((one) => one.kind === 'delete' && one.former);
  const former = hasFormer ? keepFormer(plan, batch) : undefined;
  const returned = returnedBy(plan.answer, table, plan.readable, batch, {
    isGone: plan.kind === 'delete',
    mayBeFlat: related.length === 0,
  });
  const { aliases } = batch.compilation();
  const alias = aliases.next();
  const row = sourceRow(table, alias);
  const where = whereOf(plan, row, aliases);
  const target = sql`${identifier(table.schema, table.name)} ${identifier(alias)}`;
  const linked = related.flatMap(({ relationship }) => relationship.columns.map(([ours]) => ours));
  const list =
    related.length === 0
      ? returned.list(row)
      : columnList([...new Set([...returned.columns, ...linked])], row);
  const written = () => {
    if (plan.kind === 'delete') return sql<Value>`delete from ${target}${where} returning ${list}`;
    // Nothing of its own changes: the row is held all the same, as an update would.
    if (plan.set.length === 0) return sql<Value>`select ${list} from ${target}${where} for no key update`;
    const set = join(plan.set.map((one) => setExpression(one, row)));
    return sql<Value>`update ${target} set ${set}${where} returning ${list}`;
  };
  const counted = plan.match ? batch.nextStash() : undefined;
  const count = counted ? sql`, pg_catalog.set_config(${literal(counted)}, count(*)::text, true)` : sql``;
  const index = batch.add(
    sql<Value>`with w as (${written()}) select count(*)::text, ${returned.summary()}${count} from w`,
  );
  if (counted && plan.match) checkMatch(plan, plan.match, counted, batch);
  if (related.length > 0) {
    invariant(returned.stash, 'the row is read again after what is related to it');
    relatedStatements(related, { now: returned.stash, former }, batch);
  }
  return answerOf(plan.answer, [index], returned.read(batch));
}

function nothing(answer: WriteAnswer): Render {
  if (answer.kind === 'row') return () => 'null';
  return answerOf(answer, [], []);
}

function columnList(columns: readonly Column[], row: ReturnType<typeof sourceRow>): Sql {
  return join(columns.map((column) => row.column(column)));
}

function whereOf(
  { where, match }: UpdatePlan | DeletePlan,
  row: ReturnType<typeof sourceRow>,
  aliases: ReturnType<WriteBatch['compilation']>['aliases'],
): Fragment {
  const given = [where, match?.condition].filter((one): one is Predicate => one !== undefined);
  return whereClause(...given.map((one) => predicateSql(one, row, aliases)));
}

/** The row as it is before the write, so that what it points at now is found after it points elsewhere. */
function keepFormer(plan: UpdatePlan | DeletePlan, batch: WriteBatch): string {
  const { table } = plan;
  const name = batch.nextStash();
  const { aliases } = batch.compilation();
  const alias = aliases.next();
  const row = sourceRow(table, alias);
  const related = plan.kind === 'update' ? (plan.related ?? []) : [];
  const columns = related.flatMap(({ relationship }) => relationship.columns.map(([ours]) => ours));
  const from = sql`${identifier(table.schema, table.name)} ${identifier(alias)}`;
  const where = whereOf(plan, row, aliases);
  batch.add(
    sql<Value>`with w as (select ${columnList([...new Set(columns)], row)} from ${from}${where} for no key update) select null, ${stashSql(name)} from w`,
  );
  return name;
}

/**
 * Nothing was written though the row is there: it looks otherwise than the caller thinks. A statement of its own, since only that
 * sees what a concurrent transaction did meanwhile. A row that a policy keeps from being written still looks as expected.
 */
function checkMatch(
  { table, where }: UpdatePlan | DeletePlan,
  { condition, path }: Match,
  counted: string,
  batch: WriteBatch,
): void {
  const { aliases } = batch.compilation();
  const exists = (...conditions: (Predicate | undefined)[]): Fragment => {
    const alias = aliases.next();
    const row = sourceRow(table, alias);
    const given = conditions.flatMap((one) => (one ? [predicateSql(one, row, aliases)] : []));
    return sql<Value>`exists(select 1 from ${identifier(table.schema, table.name)} ${identifier(alias)}${whereClause(...given)})`;
  };
  const isWritten = sql`pg_catalog.current_setting(${literal(counted)}) <> '0'`;
  const holds = sql<Value>`${isWritten} or not ${exists(where)} or ${exists(where, condition)}`;
  batch.add(
    sql<Value>`select null, null, ${refuseUnless(holds, 'row-changed', integer(0) as Fragment)}`,
    path,
  );
}
