create table doc (id int primary key, body jsonb, raw json, list jsonb[]);
insert into doc values
  (1, '{"title": "One", "tags": ["a", "b"], "deep": {"x y": {"n": 12345678901234567890.10}}, "a''b": 1, "a\"b": {"x": 2}, "__typename": "no"}', '{"b":1,  "a":[1.0, 2.50]}', array['{"k": 1}', '[2]']::jsonb[]),
  (2, 'null', '"text"', null),
  (3, null, null, '{}');
create function doc_summary(doc) returns jsonb language sql stable as $$ select jsonb_build_object('of', $1.id, 'list', jsonb_build_array(1, 2)) $$;
grant select on all tables in schema public to anon;
