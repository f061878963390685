create table product (id int primary key, name text not null, price numeric(10, 2) not null, parent_id int references product);
insert into product values (1, 'Pen', 1.50, null), (2, 'Box of pens', 12.00, 1), (3, 'Paper', 4.25, null);
create function cheaper_than(amount numeric, match text default '%') returns setof product language sql stable
  as $$ select * from product where price < amount and name like match $$;
create function everything() returns setof product language sql stable as $$ select * from product $$;
create function all_defaults(at_least numeric default 4, at_most numeric default 5) returns setof product language sql stable
  as $$ select * from product where price between at_least and at_most $$;
create function unnamed(int, int default 99) returns setof product language sql stable
  as $$ select * from product where id between $1 and $2 $$;
create function one_product(wanted int) returns product language sql stable as $$ select * from product where id = wanted $$;
create function tagged(tags text[], options jsonb) returns setof product language sql stable
  as $$ select * from product where name = any (tags) or id = (options ->> 'id')::int $$;
create function given(word text) returns setof product language sql stable
  as $$ select * from product where word is null $$;
create function buy() returns setof product language sql volatile as $$ select * from product $$;
create function forbidden() returns setof product language sql stable as $$ select * from product $$;
create function loud(product) returns text language sql stable as $$ select upper($1.name) $$;
create function priced(item product, factor numeric default 2, note text default null) returns numeric language sql stable
  as $$ select item.price * factor $$;
create function children(product) returns setof product language sql stable as $$ select * from product where parent_id = $1.id $$;
create function origin(product) returns product language sql stable as $$ select * from product where id = $1.parent_id $$;
create function similar_to_it(item product, up_to numeric) returns setof product language sql stable
  as $$ select * from product where id <> item.id and price < up_to $$;
create function words(product) returns text[] language sql immutable as $$ select string_to_array($1.name, ' ') $$;
revoke execute on function forbidden() from public;
grant select on product to anon;
create function add(a int, b int default 10) returns int language sql immutable as $$ select a + b $$;
create function big_number() returns numeric language sql stable as $$ select 12345678901234567890.5 $$;
create function names() returns setof text language sql stable as $$ select name from product union all select null order by 1 $$;
create function pairs() returns setof int[] language sql stable as $$ values ('{1}'::int[]), ('{2,3}'), (null) $$;
create function nothing_at_all() returns void language sql stable as $$ select 1 $$;
create type size as (width int, height int);
create function page_size() returns size language sql stable as $$ select (210, 297)::size $$;
create function two_values(out first int, out second text) language sql stable as $$ select 1, 'x' $$;
create function over(a int) returns int language sql stable as $$ select 1 $$;
create function over(a text) returns int language sql stable as $$ select 2 $$;
