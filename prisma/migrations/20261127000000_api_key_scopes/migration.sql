-- API keys may be narrower than their role, and users may make keys that act for them.

alter table goforward.api_key
  add column scopes jsonb,
  add column user_id uuid,
  add constraint api_key_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
  drop constraint api_key_kind_check,
  add constraint api_key_kind_check check (kind in ('publishable', 'secret', 'user') and (kind = 'user') = (user_id is not null));
create index api_key_user_id_idx on goforward.api_key (user_id);
