/** What a request does before it answers, and the answer: one statement of one row. */
import { refuseUnless } from '../../database/refusal.ts';
import { identifier, join, render, type Sql, sql } from '../../database/sql.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type Answer, WITH_ROWS, type WithQuery } from '../plan/document.ts';
import type { Value } from '../plan/expression.ts';
import { Aliases } from './aliases.ts';
import { compilationOf, type Statement } from './compile.ts';
import { locationOf, replacedCount, rowsMeant, withQuery } from './document.ts';
import { listingParts, totalOf } from './listing.ts';
import type { Compilation } from './read.ts';
import { WithRow } from './row.ts';
import { bound } from './value.ts';

type Fragment = Sql<Value>;

const UNNUMBERED = 'w0';

/** Columns: body, rows, total, location, replaced, then those of `further`. */
export function compileAnswer(
  query: WithQuery,
  answer: Answer,
  further: readonly Sql[],
  catalog: Catalog,
): Statement {
  const aliases = new Aliases();
  const withRow = new WithRow(query.table, WITH_ROWS);
  const compilation = { ...compilationOf(catalog, aliases, undefined), withRow };
  const { body, rows, from } = listingParts(answer.listing, compilation);
  const total = totalOf(answer.listing, compilation);
  const name = identifier(WITH_ROWS);
  const location =
    answer.location.length === 0
      ? sql`null::text`
      : sql`(select ${locationOf(answer.location, withRow)} from ${name} limit 1)`;
  const replaced =
    query.kind === 'insert' && query.conflict?.action === 'update' ? replacedCount : sql`null::int8`;
  const checks = conditionsOf(query, answer, rows, compilation);
  const columns = join<Value>([
    sql<Value>`${body} as body`,
    sql<Value>`${rows} as rows`,
    sql<Value>`${total} as total`,
    sql`${location} as location`,
    sql`${replaced} as replaced`,
    ...further,
    ...checks,
  ]);
  // Written last: by now everything that is read of its rows has been asked for.
  const before = withQuery(
    query,
    (row) => {
      const carried = withRow.carried(row);
      return carried.length === 0 ? sql`1` : join(carried);
    },
    aliases,
  );
  const numbered = withRow.numbered(UNNUMBERED);
  const queries = numbered
    ? sql<Value>`${identifier(UNNUMBERED)} as (${before}), ${name} as (${numbered})`
    : sql<Value>`${name} as (${before})`;
  return render(sql<Value>`with ${queries} select ${columns} from ${from}`);
}

/** What must hold of the rows, or nothing was done. */
function conditionsOf(
  query: WithQuery,
  { single, atMost }: Answer,
  rows: Fragment,
  { aliases, bigint }: Compilation,
): Fragment[] {
  const checks: Fragment[] = [];
  if (single) checks.push(refuseUnless<Value>(sql<Value>`${rows} = 1`, 'not-single', rows));
  if (atMost !== undefined) {
    const limit = bound({ value: String(atMost), type: bigint });
    checks.push(refuseUnless<Value>(sql<Value>`${rows} <= ${limit}`, 'too-many', rows));
  }
  if ((query.kind === 'update' || query.kind === 'delete') && query.versions) {
    const all = sql<Value>`${rows} > 0 and ${rows} = ${rowsMeant(query, aliases)}`;
    const holds = query.versions === 'any' ? sql<Value>`${rows} > 0` : all;
    checks.push(refuseUnless<Value>(holds, 'other-version', rows));
  }
  return checks;
}
