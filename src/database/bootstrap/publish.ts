/**
 * The functions that keep our publications in step with the tables. A table without a replica identity must never be in a
 * publication of updates: PostgreSQL would refuse to update it.
 */
import type { FunctionSource } from './functions.ts';

/** Everything that happens to tables whose rows can be told apart. */
export const CHANGES_PUBLICATION = 'goforward_changes';
/** Insertions alone: into tables without a replica identity. */
export const INSERTS_PUBLICATION = 'goforward_inserts';

/** Rows can be told apart: by all their columns, by a chosen index, or by the primary key. */
const hasIdentity = (table: string): string => `(case ${table}.relreplident
    when 'f' then true
    when 'i' then exists (select from pg_catalog.pg_index i where i.indrelid = ${table}.oid and i.indisreplident)
    when 'd' then exists (select from pg_catalog.pg_index i
      where i.indrelid = ${table}.oid and i.indisprimary and i.indimmediate and i.indisvalid)
    else false end)`;

export const PUBLISH_FUNCTIONS: readonly FunctionSource[] = [
  {
    // Called within the DDL that takes the identity away, so that no update is ever refused.
    name: 'goforward.unpublish_tables',
    sql: `create or replace function goforward.unpublish_tables() returns void
  language plpgsql security definer set search_path = '' as $body$
declare
  one regclass;
begin
  for one in
    select c.oid::pg_catalog.regclass
    from pg_catalog.pg_publication p
    join pg_catalog.pg_publication_rel r on r.prpubid = p.oid
    join pg_catalog.pg_class c on c.oid = r.prrelid
    where p.pubname = '${CHANGES_PUBLICATION}' and not ${hasIdentity('c')}
  loop
    execute pg_catalog.format('alter publication ${CHANGES_PUBLICATION} drop table %s', one);
  end loop;
end
$body$`,
  },
  {
    // Says of each table that can change, in these schemas and wherever their views and policies look, how it is published.
    name: 'goforward.publish_tables',
    signature: 'goforward.publish_tables(text[], text[])',
    sql: `create or replace function goforward.publish_tables(schemas text[], full_rows text[])
  returns table (table_oid oid, published text)
  language plpgsql security definer set search_path = '' as $body$
declare
  one record;
begin
  if not exists (select from pg_catalog.pg_publication where pubname = '${CHANGES_PUBLICATION}') then
    create publication ${CHANGES_PUBLICATION} with (publish_via_partition_root = true);
  end if;
  if not exists (select from pg_catalog.pg_publication where pubname = '${INSERTS_PUBLICATION}') then
    create publication ${INSERTS_PUBLICATION} with (publish = 'insert, truncate', publish_via_partition_root = true);
  end if;
  -- What is generated and stored counts as known, where PostgreSQL can tell it.
  if pg_catalog.current_setting('server_version_num')::int >= 180000 then
    for one in
      execute $$select pubname from pg_catalog.pg_publication
        where pubname in ('goforward_changes', 'goforward_inserts') and pubgencols <> 's'$$
    loop
      execute pg_catalog.format('alter publication %I set (publish_generated_columns = stored)', one.pubname);
    end loop;
  end if;
  for one in
    with recursive reached (oid) as (
      select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (schemas) and c.relkind in ('r', 'p', 'v', 'm')
        or n.nspname = 'realtime' and c.relname = 'messages' and c.relkind in ('r', 'p')
      union
      select d.refobjid from reached r
      cross join lateral (
        select d.refobjid from pg_catalog.pg_rewrite w
        join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
        where w.ev_class = r.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        union all
        select d.refobjid from pg_catalog.pg_policy p
        join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = p.oid
        where p.polrelid = r.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      ) d
    ),
    wanted as (
      select c.oid, n.nspname as schema, c.relname as name, c.relreplident,
        ${hasIdentity('c')} as identified,
        pg_catalog.concat(n.nspname, '.', c.relname) = any (full_rows) as wants_full,
        -- Whose rows hold secrets: only their keys are told.
        case when n.nspname = 'auth' then (
          select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attnum)
          from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
          where i.indrelid = c.oid and i.indisprimary) end as columns
      from reached r
      join pg_catalog.pg_class c on c.oid = r.oid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and c.relpersistence = 'p' and not c.relispartition
        and n.nspname not in ('pg_catalog', 'information_schema', 'goforward')
        and (n.nspname <> 'auth' or ${hasIdentity('c')})
    ),
    member as (
      select r.prrelid as oid, p.pubname as publication
      from pg_catalog.pg_publication p join pg_catalog.pg_publication_rel r on r.prpubid = p.oid
      where p.pubname in ('${CHANGES_PUBLICATION}', '${INSERTS_PUBLICATION}')
    )
    select coalesce(w.oid, m.oid) as oid, m.publication, w.wants_full and w.relreplident <> 'f' as make_full, w.columns,
      case when w.oid is null then null
        when w.identified or w.wants_full then '${CHANGES_PUBLICATION}' else '${INSERTS_PUBLICATION}' end as goal
    from wanted w full join member m on m.oid = w.oid
    order by 1
  loop
    table_oid := one.oid;
    published := case one.goal when '${CHANGES_PUBLICATION}' then 'all' else 'insert' end;
    begin
      if one.make_full then
        execute pg_catalog.format('alter table %s replica identity full', one.oid::pg_catalog.regclass);
      end if;
      if one.publication is distinct from one.goal then
        if one.publication is not null then
          execute pg_catalog.format('alter publication %I drop table only %s', one.publication, one.oid::pg_catalog.regclass);
        end if;
        if one.goal is not null then
          execute pg_catalog.format('alter publication %I add table only %s%s', one.goal, one.oid::pg_catalog.regclass,
            case when one.columns is null then '' else ' (' || one.columns || ')' end);
        end if;
      end if;
    exception when insufficient_privilege or lock_not_available then
      published := case one.publication when '${CHANGES_PUBLICATION}' then 'all' when '${INSERTS_PUBLICATION}' then 'insert'
        else 'none' end;
    end;
    if one.goal is not null then
      return next;
    end if;
  end loop;
end
$body$`,
  },
];
