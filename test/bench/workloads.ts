/**
 * The questions, said three times: as GoForward asks them, as PostGraphile does (aliased, so that all answers are the same text),
 * and as the best hand-written SQL that builds the same answer.
 */

import { CLAIMS } from './token.ts';

export interface Workload {
  readonly name: string;
  readonly meaning: string;
  readonly goforward: string;
  /** Undefined where only the bare control is of interest. */
  readonly postgraphile?: string;
  readonly sql: string;
  /** The same over REST: path and query, the key of the data in GraphQL's answer, whether that is one object. */
  readonly rest?: {
    readonly path: string;
    readonly root: string;
    readonly single?: boolean;
    /** Requests per second as a multiple of the bare control's. */
    readonly bar?: number;
  };
  /** Run before every round, so that each target finds the same. */
  readonly before?: string;
  /** Which numbers may stand in for `$id`; undefined where the question has none. */
  readonly keys?: string;
  /** What the answer must reach: requests per second as a multiple of a control's. */
  readonly bars: { readonly bare?: number; readonly postgraphile?: number };
}

const SOME_TRACKS = 'select track_id as key from track order by md5(track_id::text) limit 500';
/** Artists of one size, so that every request costs the same whichever key it draws. */
const ARTISTS_WITH_THREE_ALBUMS =
  'select artist_id as key from album group by artist_id having count(*) = 3 order by md5(artist_id::text) limit 100';

const to = (rows: string): string => `array(select (y.*)::record from (${rows}) y)`;

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'by-key',
    meaning: 'one track by primary key, with its album and genre',
    goforward:
      'query ($id: Int!) { track_by_pk(track_id: $id) { track_id name album { title } genre { name } } }',
    postgraphile:
      'query ($id: Int!) { track_by_pk: track(trackId: $id) { track_id: trackId name album { title } genre { name } } }',
    // For one row, look-ups in the select list beat the joins that win everywhere else (npm run bench:sql-shapes).
    sql: `select json_build_object('track_by_pk', (select row_to_json(r.*) from (
      select t.track_id, t.name,
        (select row_to_json(a.*) from (select title from album where album_id = t.album_id) a) as album,
        (select row_to_json(g.*) from (select name from genre where genre_id = t.genre_id) g) as genre
      from track t where t.track_id = $1) r))::text`,
    keys: SOME_TRACKS,
    rest: {
      path: 'track?select=track_id,name,album(title),genre(name)&track_id=eq.$id',
      root: 'track_by_pk',
      single: true,
      bar: 0.75,
    },
    bars: { bare: 0.7, postgraphile: 3.5 },
  },
  {
    name: 'flat-20',
    meaning: '20 tracks, two columns',
    goforward: '{ track(limit: 20, order_by: {track_id: asc}) { track_id name } }',
    postgraphile: '{ track: tracks(first: 20, orderBy: TRACK_ID_ASC) { track_id: trackId name } }',
    sql: `select row_to_json(r.*)::text from (
      select ${to('select track_id, name from track order by track_id limit 20')} as track) r`,
    rest: { path: 'track?select=track_id,name&order=track_id&limit=20', root: 'track' },
    bars: { postgraphile: 3.5 },
  },
  {
    name: 'nested',
    meaning: 'the albums of an artist, their tracks, their genre',
    goforward: `query ($id: Int!) { album(where: {artist_id: {_eq: $id}}, order_by: {album_id: asc}) {
      album_id title tracks(order_by: {track_id: asc}) { track_id name genre { name } } } }`,
    postgraphile: `query ($id: Int!) { album: albums(condition: {artistId: $id}, orderBy: ALBUM_ID_ASC) {
      album_id: albumId title tracks(orderBy: TRACK_ID_ASC) { track_id: trackId name genre { name } } } }`,
    sql: `select row_to_json(r.*)::text from (select ${to(`
      select b.album_id, b.title, ${to(`
        select t.track_id, t.name, (g.*)::record as genre from track t
        left join lateral (select name from genre where genre_id = t.genre_id) g on true
        where t.album_id = b.album_id order by t.track_id`)} as tracks
      from album b where b.artist_id = $1 order by b.album_id`)} as album) r`,
    keys: ARTISTS_WITH_THREE_ALBUMS,
    rest: {
      path: 'album?artist_id=eq.$id&select=album_id,title,tracks:track(track_id,name,genre(name))&order=album_id&tracks.order=track_id',
      root: 'album',
    },
    bars: { postgraphile: 3.5 },
  },
  {
    name: 'deep',
    meaning:
      'the same, and from each album back to its artist, all their albums and tracks, media type and genre',
    goforward: `query ($id: Int!) { album(where: {artist_id: {_eq: $id}}, order_by: {album_id: asc}) {
      album_id title tracks(order_by: {track_id: asc}) { track_id name genre { name } }
      artist { name albums(order_by: {album_id: asc}) { title
        tracks(order_by: {track_id: asc}) { name media_type { name } genre { name } } } } } }`,
    postgraphile: `query ($id: Int!) { album: albums(condition: {artistId: $id}, orderBy: ALBUM_ID_ASC) {
      album_id: albumId title tracks(orderBy: TRACK_ID_ASC) { track_id: trackId name genre { name } }
      artist { name albums(orderBy: ALBUM_ID_ASC) { title
        tracks(orderBy: TRACK_ID_ASC) { name media_type: mediaType { name } genre { name } } } } } }`,
    sql: `select row_to_json(r.*)::text from (select ${to(`
      select b.album_id, b.title, ${to(`
        select t.track_id, t.name, (g.*)::record as genre from track t
        left join lateral (select name from genre where genre_id = t.genre_id) g on true
        where t.album_id = b.album_id order by t.track_id`)} as tracks, (artist.*)::record as artist
      from album b left join lateral (
        select p.name, ${to(`
          select c.title, ${to(`
            select t.name, (m.*)::record as media_type, (g.*)::record as genre from track t
            left join lateral (select name from media_type where media_type_id = t.media_type_id) m on true
            left join lateral (select name from genre where genre_id = t.genre_id) g on true
            where t.album_id = c.album_id order by t.track_id`)} as tracks
          from album c where c.artist_id = p.artist_id order by c.album_id`)} as albums
        from artist p where p.artist_id = b.artist_id) artist on true
      where b.artist_id = $1 order by b.album_id`)} as album) r`,
    keys: ARTISTS_WITH_THREE_ALBUMS,
    rest: {
      path: 'album?artist_id=eq.$id&select=album_id,title,tracks:track(track_id,name,genre(name)),artist(name,albums:album(title,tracks:track(name,media_type(name),genre(name))))&order=album_id&tracks.order=track_id&artist.albums.order=album_id&artist.albums.tracks.order=track_id',
      root: 'album',
    },
    bars: { postgraphile: 3.5 },
  },
  {
    name: 'rows-1000',
    meaning: '1,000 tracks, each with its album',
    goforward: '{ track(limit: 1000, order_by: {track_id: asc}) { track_id name album { title } } }',
    postgraphile:
      '{ track: tracks(first: 1000, orderBy: TRACK_ID_ASC) { track_id: trackId name album { title } } }',
    sql: `select row_to_json(r.*)::text from (select ${to(`
      select t.track_id, t.name, (a.*)::record as album
      from (select track_id, name, album_id from track order by track_id limit 1000) t
      left join lateral (select title from album where album_id = t.album_id) a on true order by t.track_id`)} as track) r`,
    rest: { path: 'track?select=track_id,name,album(title)&order=track_id&limit=1000', root: 'track' },
    bars: { postgraphile: 3.5 },
  },
  {
    name: 'insert-one',
    meaning: 'one row inserted and answered; for ours row level security checks it and fills a column',
    goforward: 'mutation ($id: Int!) { insert_play_one(object: {track_id: $id}) { track_id email } }',
    sql: `with w as (insert into play (track_id, email) values ($1, '${CLAIMS.email}') returning track_id, email)
      select json_build_object('insert_play_one', (select row_to_json(w.*) from w))::text`,
    keys: SOME_TRACKS,
    before: 'truncate play, listening',
    bars: { bare: 0.6 },
  },
];
