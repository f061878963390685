/**
 * The functions that the platform keeps in the database. Their bodies are bound to what they use when they are
 * created, or fully qualified, so no caller's search_path can change their meaning; the auth ones stay inlinable.
 */

export interface FunctionSource {
  /** `auth.uid` */
  readonly name: string;
  /** With the types of its arguments, where it has any. */
  readonly signature?: string;
  readonly sql: string;
}

/** Raise it with every change of a body: a function with an older comment is replaced at the next start. */
const FUNCTIONS_VERSION = 2;

export const FUNCTION_COMMENT = `GoForward, version ${FUNCTIONS_VERSION}`;

/** Claims as a policy reads them: absent, empty (what a reset leaves behind) and JSON all work. */
const claims = `nullif(current_setting('request.jwt.claims', true), '')::jsonb`;

const claim = (name: string): string =>
  `coalesce(nullif(current_setting('request.jwt.claim.${name}', true), ''), ${claims} ->> '${name}')`;

const UUID = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';

export const AUTH_FUNCTIONS: readonly FunctionSource[] = [
  {
    name: 'auth.uid',
    sql: `create or replace function auth.uid() returns uuid language sql stable parallel safe
  return substring(${claim('sub')}, '${UUID}')::uuid`,
  },
  {
    name: 'auth.role',
    sql: `create or replace function auth.role() returns text language sql stable parallel safe
  return ${claim('role')}`,
  },
  {
    name: 'auth.email',
    sql: `create or replace function auth.email() returns text language sql stable parallel safe
  return ${claim('email')}`,
  },
  {
    name: 'auth.jwt',
    sql: `create or replace function auth.jwt() returns jsonb language sql stable parallel safe
  return coalesce(nullif(current_setting('request.jwt.claim', true), ''), nullif(current_setting('request.jwt.claims', true), ''))::jsonb`,
  },
];

/** Tells listeners that the catalog changed. A failure in here must never undo the statement that fired it. */
export const NOTIFY_DDL: FunctionSource = {
  name: 'goforward.notify_ddl',
  sql: `create or replace function goforward.notify_ddl() returns event_trigger
  language plpgsql security definer set search_path = '' as $body$
begin
  if tg_event = 'sql_drop' then
    if not exists (select from pg_catalog.pg_event_trigger_dropped_objects() o where not o.is_temporary) then
      return;
    end if;
  elsif not exists (
    select from pg_catalog.pg_event_trigger_ddl_commands() c
    where c.schema_name is distinct from 'pg_temp' and c.object_type not like 'publication%'
  ) then
    return;
  end if;
  begin
    perform goforward.unpublish_tables();
  exception when others then
    null;
  end;
  perform pg_catalog.pg_notify('goforward_ddl', '');
exception when others then
  return;
end
$body$`,
};

export const EVENT_TRIGGERS: Readonly<Record<string, string>> = {
  goforward_ddl_command_end: 'ddl_command_end',
  goforward_sql_drop: 'sql_drop',
};
