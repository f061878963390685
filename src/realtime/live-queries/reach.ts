/**
 * What stands behind the tables and views that a query names: tables of views, of policies, of partitions. A change of any of them may
 * change the answer. What cannot be known so (functions, foreign tables, the time) is asked again every so often.
 */
import type { Pool } from 'pg';
import { FUNCTION_COMMENT } from '../../database/bootstrap/functions.ts';
import type { Published } from '../capture/publications.ts';
import { functionsOfTree } from '../expression-functions.ts';
import type { LiveStatement, Reach } from './live-statement.ts';

export interface Behind {
  /** Tables, by oid, that the relation is read from. */
  readonly tables: ReadonlySet<number>;
  /** Tables that are read beside the relation's own rows, its policies' above all. */
  readonly beside: ReadonlySet<number>;
  /** Something else than tables has a say. */
  readonly isOpaque: boolean;
}

interface EdgeRow {
  readonly relation: string;
  readonly kind: string;
  readonly behind: string[];
  readonly opaque: boolean;
}

/** Their results follow from the caller alone; other functions may read what they like, or look at the clock. */
const CALLERS_OWN = `(p.provolatile = 'i'
  or pg_catalog.obj_description(p.oid, 'pg_proc') = '${FUNCTION_COMMENT}' and pn.nspname = 'auth'
  or pn.nspname = 'pg_catalog' and p.provolatile = 's' and p.proname not in
    ('now', 'transaction_timestamp', 'statement_timestamp', 'age', 'pg_visible_in_snapshot', 'pg_current_snapshot',
     'txid_current_snapshot', 'inet_client_addr', 'pg_relation_size', 'pg_total_relation_size', 'pg_table_size'))`;

/** Functions that are called in the tree of a rule or a policy, and its mentions of the time. */
const opaqueTree = (tree: string) => `(${tree} ~ '{SQLVALUEFUNCTION :op [0-8] ' or exists (
  select from pg_catalog.pg_proc p join pg_catalog.pg_namespace pn on pn.oid = p.pronamespace
  where p.oid in (${functionsOfTree(tree)})
    and p.prokind <> 'a' and not ${CALLERS_OWN}))`;

const EDGES = `
with rule as (
  select w.ev_class as relation, 'pg_rewrite' as class, w.oid, w.ev_action::text as tree
  from pg_catalog.pg_rewrite w where w.ev_type = '1'
  union all
  select p.polrelid, 'pg_policy', p.oid, p.polqual::text from pg_catalog.pg_policy p where p.polcmd in ('r', '*')
),
edge as (
  select r.relation, d.refobjid as behind, false as opaque from rule r
  join pg_catalog.pg_depend d on d.classid = ('pg_catalog.' || r.class)::pg_catalog.regclass and d.objid = r.oid
  where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    and (d.refobjid <> r.relation or r.tree ~ (':relid ' || r.relation || ' '))
  union all
  select r.relation, null, ${opaqueTree('r.tree')} from rule r
  union all
  -- A partition speaks as its root; what inherits is read with what it inherits from.
  select case when c.relispartition then i.inhrelid else i.inhparent end,
    case when c.relispartition then i.inhparent else i.inhrelid end, false
  from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
)
select c.oid::int8::text as relation, c.relkind::text as kind,
  coalesce((select json_agg(distinct e.behind::int8::text) filter (where e.behind is not null) from edge e where e.relation = c.oid), '[]') as behind,
  c.relkind in ('m', 'f') or coalesce((select bool_or(e.opaque) from edge e where e.relation = c.oid), false) as opaque
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;

export async function readReach(pool: Pool): Promise<(oid: number) => Behind> {
  const { rows } = await pool.query<EdgeRow>(EDGES);
  const edges = new Map(rows.map((row) => [Number(row.relation), row]));
  const known = new Map<number, Behind>();
  return (oid) => {
    const found = known.get(oid) ?? behindOf(oid, edges);
    known.set(oid, found);
    return found;
  };
}

/** Of tables that are not published in whole no change of a row is told. */
export function reachOf(
  { tables, callsRoutines, pin }: LiveStatement,
  behind: ((oid: number) => Behind) | undefined,
  published: ReadonlyMap<number, Published> | undefined,
): Reach {
  if (!behind || !published) return { tables: new Set(), isUntold: true, mayPin: false };
  const all = [...tables].map((oid) => [oid, behind(oid)] as const);
  const reached = new Set(all.flatMap(([, one]) => [...one.tables]));
  const isTold = [...reached].every((oid) => published.get(oid) === 'all');
  const isRead = (table: number) =>
    all.some(([oid, one]) => one.beside.has(table) || (oid !== table && one.tables.has(table)));
  return {
    tables: reached,
    isUntold: callsRoutines || !isTold || all.some(([, { isOpaque }]) => isOpaque),
    mayPin: pin !== undefined && !isRead(pin.table),
  };
}

function behindOf(oid: number, edges: ReadonlyMap<number, EdgeRow>): Behind {
  const seen = new Set([oid]);
  const beside = new Set<number>();
  let isOpaque = false;
  for (const relation of seen) {
    const row = edges.get(relation);
    if (!row || row.opaque) isOpaque = true;
    for (const behind of row?.behind ?? []) {
      seen.add(Number(behind));
      beside.add(Number(behind));
    }
  }
  const tables = new Set([...seen].filter((one) => ['r', 'p'].includes(edges.get(one)?.kind ?? '')));
  return { tables, beside, isOpaque };
}
