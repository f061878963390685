/** A small database that says something about every part of the API: relations, a policy, a function, a failing view. */
import type { TestDatabase } from './database.ts';

export async function createShop(database: TestDatabase): Promise<void> {
  await database.sql(`
    create table maker (id int primary key, name text not null);
    create table item (id int primary key, name text not null, price numeric(10, 2), maker_id int not null references maker);
    create table basket (id int primary key, owner text not null, item_id int references item);
    insert into maker select n, 'maker ' || n from generate_series(1, 3) n;
    insert into item select n, 'item ' || n, n * 1.5, 1 + n % 3 from generate_series(1, 20) n;
    insert into basket values (1, 'ada', 1), (2, 'bob', 2);
    alter table basket enable row level security;
    create policy own on basket using (owner = current_setting('request.jwt.claims')::json ->> 'sub');
    create view broken as select 1 as id, 1 / (id - id) as result from maker;
    create function cheaper_than(most numeric) returns setof item stable language sql as $$ select * from item where price < most $$;
    grant select on maker, item, broken to anon, authenticated;
    grant select on basket to authenticated;
    grant execute on function cheaper_than to anon, authenticated;`);
}
