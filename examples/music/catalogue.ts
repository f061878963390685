/** One block of the catalogue: artists, their albums, the tracks on them, and the playlists. */
import { insertStatements, type Row } from './insert.ts';
import { artistName, composers, title } from './names.ts';
import type { Random } from './random.ts';
import { GENRES, PLAYLISTS } from './words.ts';

const ARTISTS = 275;
const ALBUMS = 350;
/** More tracks than a playlist could show, but enough that 18 of them come to about 8,700 rows. */
const TRACKS_PER_PLAYLIST = 306;

export interface Track {
  readonly id: number;
  /** In hundredths, so that sums stay exact. */
  readonly cents: number;
}

export interface Catalogue {
  readonly statements: Iterable<string>;
  readonly tracks: readonly Track[];
}

const MUSIC_FORMATS = [1, 1, 1, 1, 1, 2, 2, 3, 4];
const VIDEO_FORMAT = 5;

export function catalogue(random: Random, block: number): Catalogue {
  const artists = makeArtists(random, block);
  const albums = makeAlbums(random, block);
  const { rows, tracks } = makeTracks(random, block, albums);
  const { playlists, entries } = makePlaylists(random, block, tracks);
  return { statements: statements(artists, albums, rows, playlists, entries), tracks };
}

function* statements(
  artists: Row[],
  albums: Row[],
  tracks: Row[],
  playlists: Row[],
  entries: Row[],
): Iterable<string> {
  yield* insertStatements('artist', ['artist_id', 'name'], artists);
  yield* insertStatements('album', ['album_id', 'title', 'artist_id'], albums);
  yield* insertStatements('track', TRACK_COLUMNS, tracks);
  yield* insertStatements('playlist', ['playlist_id', 'name'], playlists);
  yield* insertStatements('playlist_track', ['playlist_id', 'track_id'], entries);
}

const TRACK_COLUMNS = [
  'track_id',
  'name',
  'album_id',
  'media_type_id',
  'genre_id',
  'composer',
  'milliseconds',
  'bytes',
  'unit_price',
];

function makeArtists(random: Random, block: number): Row[] {
  const names = new Set<string>();
  while (names.size < ARTISTS) names.add(artistName(random));
  return [...names].map((name, index) => [block * ARTISTS + index + 1, name]);
}

/** Some artists have many albums and some none yet, as in any store. */
function makeAlbums(random: Random, block: number): Row[] {
  return Array.from({ length: ALBUMS }, (_, index) => {
    const artist = 1 + Math.floor(ARTISTS * random.next() ** 1.6);
    return [block * ALBUMS + index + 1, title(random), block * ARTISTS + artist];
  });
}

function makeTracks(random: Random, block: number, albums: readonly Row[]): { rows: Row[]; tracks: Track[] } {
  const rows: Row[] = [];
  const tracks: Track[] = [];
  // Each block owns the numbers up to 14 per album, the most an album can have: blocks can never meet.
  let id = block * ALBUMS * 14;
  for (const [album] of albums) {
    const genre = 1 + Math.floor(GENRES.length * random.next() ** 2);
    const isVideo = random.chance(0.04);
    for (let left = random.between(6, 14); left > 0; left--) {
      id += 1;
      const milliseconds = isVideo ? random.between(1_200_000, 2_900_000) : random.between(95_000, 480_000);
      const bytes = milliseconds * random.between(isVideo ? 150 : 28, isVideo ? 220 : 36);
      const format = isVideo ? VIDEO_FORMAT : random.pick(MUSIC_FORMATS);
      const cents = isVideo ? 199 : 99;
      rows.push([
        id,
        title(random),
        album ?? null,
        format,
        genre,
        composers(random),
        milliseconds,
        bytes,
        cents / 100,
      ]);
      tracks.push({ id, cents });
    }
  }
  return { rows, tracks };
}

/** The first playlist has every track of the block, the others a random choice. */
function makePlaylists(
  random: Random,
  block: number,
  tracks: readonly Track[],
): { playlists: Row[]; entries: Row[] } {
  const playlists: Row[] = PLAYLISTS.map((name, index) => [block * PLAYLISTS.length + index + 1, name]);
  const entries = playlists.flatMap(([playlist = null], index): Row[] => {
    const chosen = index === 0 ? tracks : random.shuffle(tracks).slice(0, TRACKS_PER_PLAYLIST);
    return chosen.map(({ id }) => [playlist, id]);
  });
  return { playlists, entries };
}
