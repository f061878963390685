/** Foreign keys are found behind views: through joins, sub-queries, other views and schemas that nobody may see. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Catalog } from '../../../src/data/catalog/catalog.ts';
import { introspect } from '../../../src/data/catalog/introspect.ts';
import { keyColumns, type Way, waysFrom } from '../../../src/data/catalog/ways.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let catalog: Catalog;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create schema hidden;
    create table hidden.author (id int primary key, name text);
    create table hidden.book (id int primary key, title text, author_id int references hidden.author);
    create table hidden.loan (book_id int references hidden.book, reader_id int, primary key (book_id, reader_id));
    create view author as select * from hidden.author;
    create view book as select b.id, upper(b.title) as title, b.author_id, b.author_id as writer_id from hidden.book b;
    create view "book, {odd}" as select id as "the \\ id", author_id as "an (author)" from book;
    create view joined as select s.id, s.author_id from (select b.* from hidden.book b join hidden.author a on a.id = b.author_id) s;
    create view computed as select id, author_id + 0 as author_id from hidden.book;
    create view united as select id, author_id from hidden.book union all select id, author_id from hidden.book;
    create materialized view kept as select id, author_id from hidden.book;
    create view loan as select * from hidden.loan;
    create view part_of_key as select reader_id from hidden.loan;
    create table shelf (id int primary key, book_id int unique);
    alter table shelf add foreign key (book_id) references hidden.book;`);
  const client = new pg.Client({ connectionString: database.platformUrl });
  await client.connect();
  try {
    catalog = await introspect(client, ['public'], 1);
  } finally {
    await client.end();
  }
});
afterAll(() => database?.drop());

const tableOf = (name: string) => catalog.findTable('public', name)!;

function shown(way: Way): string {
  if (way.kind === 'computed') return `${way.routine.name}: ${way.target.name}`;
  const pairs = way.columns.map(([ours, theirs]) => `${ours.name} = ${theirs.name}`);
  return `${way.cardinality} ${way.target.name} on ${pairs.join(' and ')}`;
}

const waysTo = (from: string, to: string) =>
  waysFrom(catalog, tableOf(from))
    .filter(({ target }) => target.name === to)
    .map(shown)
    .sort();

test('a view stands for its table, once for each column that shows the key', () => {
  expect(waysTo('book', 'author')).toEqual([
    'many-to-one author on author_id = id',
    'many-to-one author on writer_id = id',
  ]);
  expect(waysTo('author', 'book')).toEqual([
    'one-to-many book on id = author_id',
    'one-to-many book on id = writer_id',
  ]);
});

test('views of views, odd names, sub-queries, joins and materialised views are looked through', () => {
  expect(waysTo('book, {odd}', 'author')).toEqual(['many-to-one author on an (author) = id']);
  expect(waysTo('joined', 'author')).toEqual(['many-to-one author on author_id = id']);
  expect(waysTo('kept', 'author')).toEqual(['many-to-one author on author_id = id']);
});

test('expressions and unions show nothing unchanged', () => {
  expect(waysTo('computed', 'author')).toEqual([]);
  expect(waysTo('united', 'author')).toEqual([]);
});

test('a unique key is one to one, from both ends', () => {
  expect(waysTo('shelf', 'book')).toEqual(['one-to-one book on book_id = id']);
  expect(waysTo('book', 'shelf')).toEqual(['one-to-one shelf on id = book_id']);
});

test('a view has the primary key that it shows as a whole', () => {
  const names = (view: string) => keyColumns(catalog, tableOf(view)).map(({ name }) => name);
  expect(names('author')).toEqual(['id']);
  expect(names('book, {odd}')).toEqual(['the \\ id']);
  expect(names('loan')).toEqual(['book_id', 'reader_id']);
  expect(names('part_of_key')).toEqual([]);
});
