/** The music store in a real database: what is in it, that it is consistent, and who may see which rows. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { load } from '../../../examples/music/index.ts';
import { AppError } from '../../../src/errors.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let platform: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  platform = new pg.Client({ connectionString: database.platformUrl });
  await platform.connect();
  await load(platform);
});

afterAll(async () => {
  await platform.end();
  await database.drop();
});

async function countAs(role: string, claims: object, table: string): Promise<number> {
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    await client.query("select set_config('role', $1, false), set_config('request.jwt.claims', $2, false)", [
      role,
      JSON.stringify({ ...claims, role }),
    ]);
    const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${table}`);
    return rows[0]?.count ?? -1;
  } finally {
    await client.end();
  }
}

describe('the rows', () => {
  test('come in the numbers of a small store', async () => {
    const tables = ['artist', 'album', 'genre', 'media_type', 'playlist', 'employee', 'customer', 'invoice'];
    const counts = await database.sql(
      `select ${tables.map((table) => `(select count(*)::int from ${table}) as ${table}`)}`,
    );
    expect(counts).toEqual([
      {
        artist: 275,
        album: 350,
        genre: 25,
        media_type: 5,
        playlist: 18,
        employee: 8,
        customer: 59,
        invoice: 412,
      },
    ]);
    const [{ track, entries, lines } = { track: 0, entries: 0, lines: 0 }] = await database.sql<
      Record<string, number>
    >(
      `select (select count(*)::int from track) as track, (select count(*)::int from playlist_track) as entries,
        (select count(*)::int from invoice_line) as lines`,
    );
    expect(Math.abs((track ?? 0) - 3_500)).toBeLessThan(150);
    expect(Math.abs((entries ?? 0) - 8_700)).toBeLessThan(300);
    expect(Math.abs((lines ?? 0) - 2_240)).toBeLessThan(20);
  });

  test('agree with each other: an invoice is the sum of its lines, and no address belongs to two customers', async () => {
    const wrong = await database.sql(
      `select invoice_id from invoice join invoice_line using (invoice_id)
       group by invoice_id having sum(unit_price * quantity) <> total`,
    );
    expect(wrong).toEqual([]);
    expect(await database.sql('select email from customer group by email having count(*) > 1')).toEqual([]);
  });

  test('leave the sequences where the next insert needs them', async () => {
    const rows = await database.sql<{ album_id: number }>(
      "insert into album (title, artist_id) values ('One more', 1) returning album_id",
    );
    expect(rows).toEqual([{ album_id: 351 }]);
    await database.sql('delete from album where album_id = 351');
  });
});

describe('the tables', () => {
  test('have a comment each, and so have their columns', async () => {
    const bare = await database.sql(
      `select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum >= 0 and not a.attisdropped
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
         and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)`,
    );
    expect(bare).toEqual([]);
  });

  test('have an index that begins with the column of every foreign key', async () => {
    const slow = await database.sql(
      `select conrelid::regclass, conkey from pg_constraint
       where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
         select from pg_index where indrelid = conrelid and indkey[0] = conkey[1])`,
    );
    expect(slow).toEqual([]);
  });
});

describe('who may see what', () => {
  test('anon reads the catalogue and is refused the sales', async () => {
    expect(await countAs('anon', {}, 'genre')).toBe(25);
    expect(await countAs('anon', {}, 'playlist')).toBe(18);
    await expect(countAs('anon', {}, 'invoice')).rejects.toThrow('permission denied for table invoice');
    await expect(countAs('anon', {}, 'customer')).rejects.toThrow('permission denied for table customer');
  });

  test('a customer sees their own row, invoices and lines, and nothing of the others', async () => {
    const [customer] = await database.sql<{ email: string; invoices: number; lines: number }>(
      `select email, count(distinct invoice_id)::int as invoices, count(*)::int as lines
       from customer join invoice using (customer_id) join invoice_line using (invoice_id)
       where customer_id = 1 group by email`,
    );
    const claims = { email: customer?.email };
    // the address that the README uses
    expect(claims.email).toBe('ivan.engel@example.com');
    expect(await countAs('authenticated', claims, 'customer')).toBe(1);
    expect(await countAs('authenticated', claims, 'invoice')).toBe(customer?.invoices);
    expect(await countAs('authenticated', claims, 'invoice_line')).toBe(customer?.lines);
    expect(customer?.invoices).toBeGreaterThan(0);
  });

  test('a caller who is no customer, or has no address, sees no sales', async () => {
    for (const claims of [{ email: 'stranger@example.com' }, {}]) {
      expect(await countAs('authenticated', claims, 'customer')).toBe(0);
      expect(await countAs('authenticated', claims, 'invoice')).toBe(0);
      expect(await countAs('authenticated', claims, 'invoice_line')).toBe(0);
    }
    await expect(countAs('authenticated', {}, 'employee')).rejects.toThrow(
      'permission denied for table employee',
    );
  });

  test('service_role sees all', async () => {
    expect(await countAs('service_role', {}, 'invoice')).toBe(412);
    expect(await countAs('service_role', {}, 'employee')).toBe(8);
  });
});

test('a second load is refused, names what is there, and changes nothing', async () => {
  const refusal = await load(platform).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(AppError);
  expect(refusal).toMatchObject({ code: 'config-invalid', details: expect.stringContaining('invoice_line') });
  expect(await countAs('service_role', {}, 'invoice')).toBe(412);
});
