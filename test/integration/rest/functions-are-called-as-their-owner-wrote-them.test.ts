/** `/rpc`: arguments, overloads, results, and functions that shape their answer themselves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openRestApi, type RestApi } from '../../support/rest-api.ts';

let database: TestDatabase;
let api: RestApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table maker (id int primary key, name text);
    create table item (id int primary key, name text, maker_id int references maker);
    create table visit (n int);
    insert into maker values (1, 'one'), (2, 'two');
    insert into item select n, 'item ' || n, 1 + n % 2 from generate_series(1, 5) n;
    create type point2 as (x int, y int);
    create domain "text/html" as text;
    create domain "image/png" as bytea;
    create domain "*/*" as bytea;
    create function f_named(a int, b text default 'none', "json" jsonb default '{}') returns text immutable language sql
      as $$ select concat_ws('/', a, b, "json") $$;
    create function f_over(a int) returns text immutable language sql as $$ select 'one' $$;
    create function f_over(a int, b int) returns text immutable language sql as $$ select 'two' $$;
    create function f_over() returns text immutable language sql as $$ select 'none' $$;
    create function f_list(variadic words text[] default '{}') returns text[] immutable language sql as $$ select words $$;
    create function f_types(i int[], p point2, r int4range, m numeric, t timestamptz, j json) returns json immutable language sql
      as $$ select json_build_object('i', i, 'p', p, 'r', r, 'm', m::text, 't', t at time zone 'UTC', 'j', j) $$;
    create function f_json(json) returns json immutable language sql as $$ select $1 $$;
    create function f_text(text) returns text immutable language sql as $$ select upper($1) $$;
    create function f_bytes(bytea) returns int immutable language sql as $$ select length($1) $$;
    create function f_void() returns void language sql as $$ insert into visit values (1) $$;
    create function f_count() returns int language sql as $$ insert into visit values (1) returning n $$;
    create function f_nothing() returns item stable language sql as $$ select * from item where false $$;
    create function f_point() returns point2 immutable language sql as $$ select (1, 2)::point2 $$;
    create function f_points() returns setof point2 immutable language sql as $$ values (1, 2), (3, 4) $$;
    create function f_numbers() returns setof int immutable language sql as $$ values (3), (1), (2) $$;
    create function f_out(n int, out twice int, out half numeric) immutable language sql as $$ select n * 2, n / 2.0 $$;
    create function f_table(most int) returns table (id int, word text) stable language sql as $$ select id, name from item where id < most $$;
    create function f_items() returns setof item stable language sql as $$ select * from item order by id desc $$;
    create function f_new(name text) returns setof item language sql as $$ insert into item values (100, $1, 1) returning * $$;
    create function f_whoami() returns json stable language sql as $$ select json_build_object('role', current_user,
      'sub', current_setting('request.jwt.claims')::json ->> 'sub', 'method', current_setting('request.method'),
      'path', current_setting('request.path'), 'header', current_setting('request.headers')::json ->> 'x-one',
      'cookie', nullif(current_setting('request.cookies', true), '')::json ->> 'c', 'zone', current_setting('TimeZone')) $$;
    create function f_shaped() returns text language plpgsql as $$ begin
      perform set_config('response.status', '418', true);
      perform set_config('response.headers', '[{"Set-Cookie": "a=1"}, {"Set-Cookie": "b=2"}, {"X-Own": "yes"}, {"Content-Type": "text/odd"}]', true);
      return 'tea'; end $$;
    create function f_bad_status() returns int language sql as $$ select 1 from set_config('response.status', 'tea', true) $$;
    create function f_bad_headers() returns int language sql as $$ select 1 from set_config('response.headers', '{"a": "b"}', true) $$;
    create function f_raise(code text, message text, detail text default null) returns int language plpgsql as $$ begin
      raise exception using errcode = code, message = message, detail = detail, hint = 'a hint'; end $$;
    create function f_page() returns "text/html" immutable language sql as $$ select '<p>hi</p>'::"text/html" $$;
    create function f_picture() returns "image/png" immutable language sql as $$ select '\\x89504e47'::"image/png" $$;
    create function f_any() returns "*/*" language plpgsql as $$ begin
      perform set_config('response.headers', '[{"Content-Type": "text/own"}]', true); return 'own'::bytea; end $$;
    create function lines_step(state text, next item) returns "text/html" immutable language sql
      as $$ select (state || '<li>' || next.name)::"text/html" $$;
    create aggregate lines (item) (sfunc = lines_step, stype = "text/html", initcond = '');
    grant select, insert on maker, item, visit to anon;`);
  api = await openRestApi(database);
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

const post = (name: string, body?: unknown, headers?: Record<string, string>) =>
  api.ask('POST', `/rpc/${name}`, { body, ...(headers ? { headers } : {}) });

describe('arguments', () => {
  test('are named, in the body or in the address; those left out take their defaults', async () => {
    expect((await post('f_named', { a: 1 })).json).toBe('1/none/{}');
    expect((await post('f_named', { json: { k: [1] }, a: 1, b: null })).json).toBe('1/{"k": [1]}');
    expect((await api.ask('GET', '/rpc/f_named?a=1&b=x+y')).json).toBe('1/x y/{}');
    expect((await api.ask('GET', '/rpc/f_named?a=ignored&a=2')).json).toBe('2/none/{}');
  });

  test('choose among functions of one name', async () => {
    expect((await post('f_over', {})).json).toBe('none');
    expect((await post('f_over')).json).toBe('none');
    expect((await post('f_over', { a: 1 })).json).toBe('one');
    expect((await api.ask('GET', '/rpc/f_over?a=1&b=2')).json).toBe('two');
  });

  test('may be any number of them', async () => {
    expect((await api.ask('GET', '/rpc/f_list?words=a&words=b')).json).toEqual(['a', 'b']);
    expect((await post('f_list', { words: ['c'] })).json).toEqual(['c']);
    expect((await post('f_list')).json).toEqual([]);
  });

  test('are read as their types, exactly', async () => {
    const { json } = await post(
      'f_types',
      '{"i": [1, null], "p": {"x": 1}, "r": "[1,3)", "m": 12345678901234567890.12, "t": "2020-01-02T03:04:05+01", "j": {"b": 1,  "a": 1.0}}',
    );
    expect(json).toEqual({
      i: [1, null],
      p: { x: 1, y: null },
      r: '[1,3)',
      m: '12345678901234567890.12',
      t: '2020-01-02T02:04:05',
      j: { b: 1, a: 1 },
    });
  });

  test('may be the body as a whole', async () => {
    expect((await post('f_json', [{ any: 'thing' }])).json).toEqual([{ any: 'thing' }]);
    expect((await post('f_text', 'shout', { 'content-type': 'text/plain' })).json).toBe('SHOUT');
    expect((await post('f_bytes', 'abc', { 'content-type': 'application/octet-stream' })).json).toBe(3);
  });
});

describe('results', () => {
  test.each([
    ['f_point', { x: 1, y: 2 }],
    [
      'f_points',
      [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
    ],
    ['f_points?x=gt.1&select=y', [{ y: 4 }]],
    ['f_numbers', [3, 1, 2]],
    ['f_out?n=3', { twice: 6, half: 1.5 }],
    [
      'f_table?most=3&order=id.desc',
      [
        { id: 2, word: 'item 2' },
        { id: 1, word: 'item 1' },
      ],
    ],
    [
      'f_items?select=id,maker(name)&limit=2',
      [
        { id: 5, maker: { name: 'two' } },
        { id: 4, maker: { name: 'one' } },
      ],
    ],
    [
      'f_items?select=id&maker.name=eq.one&select=id,maker!inner(name)',
      [
        { id: 4, maker: { name: 'one' } },
        { id: 2, maker: { name: 'one' } },
      ],
    ],
  ])('GET %s', async (path, expected) => {
    const { status, json } = await api.ask('GET', `/rpc/${path.replace('select=id&maker', 'maker')}`);
    expect({ status, json }).toEqual({ status: 200, json: expected });
  });

  test('nothing is nothing', async () => {
    const { status, text, headers } = await post('f_void');
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers).not.toHaveProperty('content-type');
  });

  test('are counted, cut and written as CSV', async () => {
    const { status, headers, text } = await api.ask('GET', '/rpc/f_items?select=id&limit=2&offset=1', {
      headers: { prefer: 'count=exact', accept: 'text/csv' },
    });
    expect({ status, text }).toEqual({ status: 206, text: 'id\n4\n3' });
    expect(headers['content-range']).toBe('1-2/5');
    const head = await api.ask('HEAD', '/rpc/f_items');
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-range': '0-4/*' } });
  });

  test('of one object are one row, or nothing is done', async () => {
    const headers = { accept: 'application/vnd.pgrst.object+json' };
    expect(await post('f_items', {}, headers)).toMatchObject({ status: 406, json: { code: 'PGRST116' } });
    expect((await post('f_new', { name: 'new' }, headers)).json).toEqual({
      id: 100,
      name: 'new',
      maker_id: 1,
    });
    await database.sql('delete from item where id = 100');
  });
});

describe('GET', () => {
  test('keeps a function from writing', async () => {
    const before = await database.sql('select count(*) from visit');
    expect(await api.ask('GET', '/rpc/f_count')).toMatchObject({ status: 405, json: { code: '25006' } });
    expect(await database.sql('select count(*) from visit')).toEqual(before);
    expect((await post('f_count')).json).toBe(1);
  });

  test('is offered where the function only reads', async () => {
    expect((await api.ask('OPTIONS', '/rpc/f_items')).headers.allow).toBe('OPTIONS,GET,HEAD,POST');
    expect((await api.ask('OPTIONS', '/rpc/f_count')).headers.allow).toBe('OPTIONS,POST');
  });
});

describe('the request', () => {
  test('is told to the function', async () => {
    const { json } = await api.ask('POST', '/rpc/f_whoami', {
      role: 'authenticated',
      claims: { sub: 'u1' },
      headers: { 'x-one': 'h', cookie: 'b=1; c=x=y', prefer: 'timezone=Asia/Tokyo' },
    });
    expect(json).toEqual({
      role: 'authenticated',
      sub: 'u1',
      method: 'POST',
      path: '/rpc/f_whoami',
      header: 'h',
      cookie: 'x=y',
      zone: 'Asia/Tokyo',
    });
  });
});

describe('the answer', () => {
  test('may be shaped by settings', async () => {
    expect(await post('f_shaped')).toMatchObject({
      status: 418,
      headers: { 'set-cookie': ['a=1', 'b=2'], 'x-own': 'yes', 'content-type': 'text/odd' },
      json: 'tea',
    });
    expect(await post('f_bad_status')).toMatchObject({ status: 500, json: { code: 'PGRST112' } });
    expect(await post('f_bad_headers')).toMatchObject({ status: 500, json: { code: 'PGRST111' } });
  });

  test('may be raised', async () => {
    expect(
      await post('f_raise', { code: 'PT402', message: 'Payment Required', detail: 'all' }),
    ).toMatchObject({
      status: 402,
      json: { code: 'PT402', message: 'Payment Required', details: 'all', hint: 'a hint' },
    });
    const raised = await post('f_raise', {
      code: 'PGRST',
      message: '{"code": "mine", "message": "own"}',
      detail: '{"status": 299, "headers": {"X-Own": "1"}}',
    });
    expect(raised).toMatchObject({
      status: 299,
      headers: { 'X-Own': '1' },
      json: { code: 'mine', details: null },
    });
    expect((await post('f_raise', { code: 'P0001', message: 'no' })).status).toBe(400);
  });

  test('may be a document of the database', async () => {
    expect(await post('f_page', {}, { accept: 'text/html' })).toMatchObject({
      status: 200,
      text: '<p>hi</p>',
      headers: { 'content-type': 'text/html' },
    });
    expect((await post('f_page')).json).toBe('<p>hi</p>');
    expect(await post('f_picture', {}, { accept: 'image/*, image/png' })).toMatchObject({
      text: '\u0089PNG',
      headers: { 'content-type': 'image/png' },
    });
    expect(await post('f_any')).toMatchObject({ text: 'own', headers: { 'content-type': 'text/own' } });
    expect((await post('f_page', {}, { accept: 'image/png' })).status).toBe(406);
    const list = await api.ask('GET', '/item?id=lt.3&order=id', { headers: { accept: 'text/html' } });
    expect(list.text).toBe('<li>item 1<li>item 2');
  });
});
