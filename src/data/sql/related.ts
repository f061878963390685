/** Writes to rows that belong to a row written before, whose columns stand in a stash: none where that row was not found. */

import { refuseUnless } from '../../database/refusal.ts';
import { identifier, integer, join, literal, type Sql, sql } from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import type { Column, Relationship } from '../catalog/catalog.ts';
import type { Value } from '../plan/expression.ts';
import type { RelatedWrite } from '../plan/write.ts';
import { insertRelated } from './insert.ts';
import { predicateSql, whereClause } from './predicate.ts';
import { sourceRow } from './row.ts';
import { setExpression } from './set.ts';
import { stash } from './stash.ts';
import { typeName } from './types.ts';
import type { WriteBatch } from './write.ts';

type Fragment = Sql<Value>;

export interface RelatedStashes {
  /** The row as it was written. */
  readonly now: string;
  /** The row as it was before. */
  readonly former: string | undefined;
}

/** The stashed row in the FROM list. */
const OWNER = sql`owner`;

export function relatedStatements(
  writes: readonly RelatedWrite[],
  stashes: RelatedStashes,
  batch: WriteBatch,
): void {
  for (const write of writes) {
    if (write.kind === 'insert') {
      insertRelated(write.relationship, write.level, stashes.now, batch, write.path);
      continue;
    }
    batch.add(relatedStatement(write, stashes, batch), write.path);
  }
}

function relatedStatement(
  write: Exclude<RelatedWrite, { kind: 'insert' }>,
  { now, former }: RelatedStashes,
  batch: WriteBatch,
): Fragment {
  const { relationship } = write;
  const { aliases } = batch.compilation();
  const { target } = relationship;
  const alias = aliases.next();
  const row = sourceRow(target, alias);
  const isFormer = write.kind === 'delete' && write.former;
  invariant(!isFormer || former, 'what the row pointed at before is kept');
  const owner = sql`json_array_elements(${stash(isFormer && former ? former : now)}) ${OWNER}(v)`;
  const table = sql`${identifier(target.schema, target.name)} ${identifier(alias)}`;
  const given = write.where && predicateSql(write.where, row, aliases);
  const belongs = join(
    relationship.columns.map(([ours, theirs]) => sql`${row.column(theirs)} = ${ofOwner(ours, theirs)}`),
    ' and ',
  );
  const counted = (written: Fragment) =>
    sql<Value>`with w as (${written} returning 1) select count(*)::text, null from w`;
  switch (write.kind) {
    case 'delete':
      return counted(sql<Value>`delete from ${table} using ${owner}${whereClause(belongs, given)}`);
    case 'update': {
      const set = join(write.set.map((one) => setExpression(one, row)));
      return counted(sql<Value>`update ${table} set ${set} from ${owner}${whereClause(belongs, given)}`);
    }
    case 'disconnect': {
      // A part of the key that cannot be null (of a tenant, say) stays.
      const columns = relationship.columns.filter(([, theirs]) => !theirs.notNull);
      const set = assignments({ columns }, () => sql`null`);
      return counted(sql<Value>`update ${table} set ${set} from ${owner}${whereClause(belongs, given)}`);
    }
    case 'connect': {
      const set = assignments(relationship, ofOwner);
      const written = sql<Value>`update ${table} set ${set} from ${owner}${whereClause(given)} returning 1`;
      const isAbsent = sql`not exists(select 1 from ${owner})`;
      const holds = sql<Value>`count(*) = ${integer(write.count)} or ${isAbsent}`;
      return sql<Value>`with w as (${written}) select count(*)::text, null, ${refuseUnless(holds, 'nothing-to-connect', sql`count(*)` as Fragment)} from w`;
    }
  }
}

function assignments(
  { columns }: Pick<Relationship, 'columns'>,
  value: (ours: Column, theirs: Column) => Sql,
): Sql {
  return join(columns.map(([ours, theirs]) => sql`${identifier(theirs.name)} = ${value(ours, theirs)}`));
}

function ofOwner(ours: Column, theirs: Column): Sql {
  return sql`(${OWNER}.v ->> ${literal(ours.name)})::${typeName(theirs.type)}`;
}
