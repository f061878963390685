/**
 * What decides whether a role may see a row of a table: its policies, as PostgreSQL prints them, and what they depend on. Whatever
 * cannot be judged outside of a SELECT hides the row.
 */
import type { Pool } from 'pg';
import type { Table } from '../../data/catalog/catalog.ts';
import { FUNCTION_COMMENT } from '../../database/bootstrap/functions.ts';
import { AppError } from '../../errors.ts';
import { functionsOfTree } from '../expression-functions.ts';

export interface RowRules {
  /** The row may be seen where one of `permissive` and all of `restrictive` hold; undefined: always. */
  readonly policies:
    | { readonly permissive: readonly string[]; readonly restrictive: readonly string[] }
    | undefined;
  /** Numbers of the columns that the policies read. */
  readonly columns: ReadonlySet<number>;
  /** Callers for whom these are equal see the same rows. */
  readonly depends: Dependence;
}

/** On claims by name; `all`: on anything that a request brings. */
export type Dependence = readonly ('sub' | 'role' | 'email')[] | 'all';

interface RulesRow {
  readonly usage: boolean;
  readonly filtered: boolean;
  readonly policies: readonly PolicyRow[];
}

interface PolicyRow {
  readonly permissive: boolean;
  readonly condition: string | null;
  readonly columns: readonly number[];
  readonly whole_row: boolean;
  readonly system_columns: boolean;
  readonly reads_tables: boolean;
  /** Functions, by `schema.name`, that are not immutable. */
  readonly functions: readonly { readonly name: string; readonly ours: boolean }[];
}

const CLAIM_FUNCTIONS: Readonly<Record<string, 'sub' | 'role' | 'email'>> = {
  'auth.uid': 'sub',
  'auth.role': 'role',
  'auth.email': 'email',
};

const functionsOf = (tree: string) => `(
  select coalesce(json_agg(json_build_object('name', pn.nspname || '.' || f.proname,
    'ours', pg_catalog.obj_description(f.oid, 'pg_proc') = '${FUNCTION_COMMENT}')), '[]')
  from pg_catalog.pg_proc f join pg_catalog.pg_namespace pn on pn.oid = f.pronamespace
  where f.provolatile <> 'i' and f.oid in (${functionsOfTree(tree)}))`;

const RULES = `
select pg_catalog.has_schema_privilege($1, c.relnamespace, 'usage') as usage,
  c.relrowsecurity and not (r.rolsuper or r.rolbypassrls)
    and (c.relforcerowsecurity or not pg_catalog.pg_has_role($1, c.relowner, 'usage')) as filtered,
  coalesce((
    select json_agg(json_build_object(
      'permissive', p.polpermissive,
      'condition', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
      'columns', array(select d.refobjsubid from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = p.oid
          and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid and d.refobjsubid > 0),
      'whole_row', p.polqual::text ~ ':varattno 0 ',
      'system_columns', exists (select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = p.oid
          and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid and d.refobjsubid < 0)
        or p.polqual::text ~ ':varattno -',
      'reads_tables', p.polqual::text ~ ':rtekind 0 ',
      'functions', ${functionsOf('p.polqual::text')}) order by p.polname)
    from pg_catalog.pg_policy p
    where p.polrelid = c.oid and p.polcmd in ('r', '*')
      and exists (select from pg_catalog.unnest(p.polroles) role
        where role = 0 or pg_catalog.pg_has_role($1, role, 'usage'))), '[]') as policies
from pg_catalog.pg_class c, pg_catalog.pg_roles r
where c.oid = $2 and r.rolname = $1`;

/** Throws AppError where the role cannot read the table at all. */
export async function readRules(pool: Pool, table: Table, role: string): Promise<RowRules> {
  const row = await readRow(pool, table, role);
  if (!row?.usage) throw new AppError('permission-error', `permission denied for table ${table.name}`);
  if (!row.filtered) return { policies: undefined, columns: new Set(), depends: [] };
  const { policies } = row;
  const conditions = (permissive: boolean) =>
    policies
      .filter((policy) => policy.permissive === permissive)
      .map(({ condition, system_columns }) => (system_columns ? 'false' : (condition ?? 'true')));
  const whole = policies.some(({ whole_row }) => whole_row);
  return {
    policies: { permissive: conditions(true), restrictive: conditions(false) },
    columns: new Set(
      whole ? table.columns.map(({ number }) => number) : policies.flatMap(({ columns }) => columns),
    ),
    depends: dependenceOf(policies),
  };
}

/** Names are printed in full where nothing is on the search path. */
async function readRow(pool: Pool, { oid }: Table, role: string): Promise<RulesRow | undefined> {
  const client = await pool.connect();
  try {
    await client.query(`begin read only; set local search_path = ''`);
    const { rows } = await client.query<RulesRow>(RULES, [role, oid]);
    return rows[0];
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}

function dependenceOf(policies: readonly PolicyRow[]): Dependence {
  const claims = new Set<'sub' | 'role' | 'email'>();
  for (const { functions, reads_tables } of policies) {
    if (reads_tables) return 'all';
    for (const { name, ours } of functions) {
      const claim = ours ? CLAIM_FUNCTIONS[name] : undefined;
      if (claim === undefined) return 'all';
      claims.add(claim);
    }
  }
  return [...claims].sort();
}
