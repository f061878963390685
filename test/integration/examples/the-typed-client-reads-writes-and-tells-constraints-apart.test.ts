import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMusicClient, violatedConstraint } from '../../../examples/music/client/client.ts';
import { load } from '../../../examples/music/index.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let app: TestApp;
let client: ReturnType<typeof createMusicClient>;

beforeAll(async () => {
  database = await createTestDatabase();
  const connection = new pg.Client(database.platformUrl);
  await connection.connect();
  await load(connection);
  await connection.end();
  app = await startApp(database);
  client = createMusicClient({ url: `${app.url}/graphql`, apiKey: app.keys.service });
});

afterAll(async () => {
  await app.stop();
  await database.drop();
});

test('it reads what the database holds', async () => {
  const [known] = await database.sql<{ name: string; albums: number }>(
    'select name, (select count(*)::int from album where album.artist_id = artist.artist_id) as albums from artist where artist_id = 1',
  );
  const found = await client.artistsByName(known!.name);
  const artist = found.find(({ name }) => name === known?.name);
  expect(artist?.albums).toHaveLength(known!.albums);
  expect(artist?.albums.every(({ tracks }) => tracks > 0)).toBe(true);
});

test('it writes a playlist with its first track, and another one', async () => {
  const names = await database.sql<{ name: string }>(
    'select name from track where track_id in (1, 2) order by track_id',
  );
  const playlist = await client.startPlaylist('For the road', 1);
  expect(await client.addToPlaylist(playlist, 2)).toEqual({ outcome: 'added', track: names[1]?.name });
  expect(await client.tracksOf('For the road')).toEqual(names.map(({ name }) => name));
});

test('a violated constraint is told by its name, and nothing is written', async () => {
  const playlist = await client.startPlaylist('Twice', 1);
  expect(await client.addToPlaylist(playlist, 1)).toEqual({ outcome: 'already there' });
  expect(await client.addToPlaylist(playlist, 999_999)).toEqual({ outcome: 'no such track' });
  expect(
    await database.sql('select track_id from playlist_track where playlist_id = $1', [playlist]),
  ).toEqual([{ track_id: 1 }]);
  const refused = await client.startPlaylist('Never', 999_999).catch((error: unknown) => error);
  expect(violatedConstraint(refused)).toBe('playlist_track_track_id_fkey');
  expect(await database.sql("select * from playlist where name = 'Never'")).toEqual([]);
});

test('what is no constraint stays an error', async () => {
  const anonymous = createMusicClient({ url: `${app.url}/graphql`, apiKey: app.keys.anon });
  const error = await anonymous.addToPlaylist(1, 1).catch((refusal: unknown) => refusal);
  expect(error).toBeInstanceOf(Error);
  expect(violatedConstraint(error)).toBeUndefined();
});
