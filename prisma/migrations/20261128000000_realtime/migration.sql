-- Broadcasts that the database sends, and what the policies of private channels are about. Whoever may read or write a channel is decided
-- by policies on realtime.messages: without one nobody may.

create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean not null default false,
  updated_at timestamp(6) not null default (now() at time zone 'utc'),
  inserted_at timestamp(6) not null default (now() at time zone 'utc'),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  constraint messages_pkey primary key (id)
);
create index messages_topic_inserted_at_idx on realtime.messages (topic, inserted_at);
create index messages_inserted_at_idx on realtime.messages (inserted_at);

alter table realtime.messages enable row level security;
revoke all on realtime.messages from public;
grant select, insert on realtime.messages to anon, authenticated, service_role;

-- The channel that a policy is asked about.
create function realtime.topic() returns text language sql stable
  set search_path = ''
  as $body$ select nullif(pg_catalog.current_setting('realtime.topic', true), '') $body$;

-- Sends run as whoever calls them: the policies of the channel decide. A send that fails never undoes what it tells of.
create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
  language plpgsql set search_path = '' as $body$
declare
  message_id uuid := pg_catalog.gen_random_uuid();
  before text := pg_catalog.current_setting('realtime.topic', true);
begin
  perform pg_catalog.set_config('realtime.topic', send.topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (
    message_id,
    case when send.payload operator(pg_catalog.?) 'id' or pg_catalog.jsonb_typeof(send.payload) <> 'object' then send.payload
      else send.payload operator(pg_catalog.||) pg_catalog.jsonb_build_object('id', message_id) end,
    send.event, send.topic, send.private, 'broadcast');
  perform pg_catalog.set_config('realtime.topic', coalesce(before, ''), true);
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$body$;

create function realtime.send_binary(payload bytea, event text, topic text, private boolean default true) returns void
  language plpgsql set search_path = '' as $body$
declare
  before text := pg_catalog.current_setting('realtime.topic', true);
begin
  perform pg_catalog.set_config('realtime.topic', send_binary.topic, true);
  insert into realtime.messages (binary_payload, event, topic, private, extension)
  values (send_binary.payload, send_binary.event, send_binary.topic, send_binary.private, 'broadcast');
  perform pg_catalog.set_config('realtime.topic', coalesce(before, ''), true);
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$body$;

-- For triggers of rows: what happened to a row, as a private broadcast.
create function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW'
) returns void language plpgsql set search_path = '' as $body$
begin
  if level = 'STATEMENT' then
    raise exception 'function can only be triggered for each row, not for each statement';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'Unexpected operation type: %', operation;
  end if;
  perform realtime.send(
    pg_catalog.jsonb_build_object('operation', operation, 'table', table_name, 'schema', table_schema,
      'record', new, 'old_record', old),
    event_name, topic_name);
end
$body$;

revoke all on function realtime.topic(), realtime.send(jsonb, text, text, boolean),
  realtime.send_binary(bytea, text, text, boolean),
  realtime.broadcast_changes(text, text, text, text, text, record, record, text) from public;
grant execute on function realtime.topic(), realtime.send(jsonb, text, text, boolean),
  realtime.send_binary(bytea, text, text, boolean),
  realtime.broadcast_changes(text, text, text, text, text, record, record, text)
  to anon, authenticated, service_role;
