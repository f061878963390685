/** Loads the music store into an empty database, in one transaction: all of it or nothing. */
import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { AppError } from '../../src/errors.ts';
import { generateMusic } from './generate.ts';

const TABLES = [
  'artist',
  'album',
  'track',
  'genre',
  'media_type',
  'playlist',
  'playlist_track',
  'employee',
  'customer',
  'invoice',
  'invoice_line',
];

export async function load(client: pg.Client): Promise<void> {
  await refuseWhatIsThere(client);
  await client.query('begin');
  try {
    await client.query('set local search_path = public');
    await client.query(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));
    for (const statement of generateMusic()) await client.query(statement);
    await client.query(await readFile(new URL('security.sql', import.meta.url), 'utf8'));
    // Without statistics the first queries would be planned as if the tables were empty.
    await client.query(`analyze ${TABLES.join(', ')}`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function refuseWhatIsThere(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select name from unnest($1::text[]) name where to_regclass('public.' || name) is not null order by name",
    [TABLES],
  );
  if (rows.length === 0) return;
  throw new AppError(
    'config-invalid',
    'The example "music" needs a database without tables of the same names.',
    {
      details: `Already in schema public: ${rows.map(({ name }) => name).join(', ')}.`,
      hint: 'Start without --example to use what is there, or name another folder with --data-dir.',
    },
  );
}
