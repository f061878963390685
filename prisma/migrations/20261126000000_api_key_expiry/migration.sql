-- API keys may end by themselves.

alter table goforward.api_key add column expires_at timestamptz(6);
