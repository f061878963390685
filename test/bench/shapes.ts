/** Ways of having PostgreSQL build one nested answer. All shapes of a question give the same JSON. */

export interface ShapeQuestion {
  readonly name: string;
  /** The value of $1, where the question has one. */
  readonly key?: number;
  readonly shapes: Readonly<Record<string, string>>;
}

const PAGE = '(select track_id, name, album_id, genre_id from track order by track_id limit 1000) t';

export const SHAPE_QUESTIONS: readonly ShapeQuestion[] = [
  {
    name: 'a track with its album and genre',
    key: 42,
    shapes: {
      'lateral records': `select row_to_json(r.*)::text from (
        select t.track_id, t.name, (a.*)::record as album, (g.*)::record as genre from track t
        left join lateral (select title from album where album_id = t.album_id) a on true
        left join lateral (select name from genre where genre_id = t.genre_id) g on true
        where t.track_id = $1) r`,
      'correlated records': `select row_to_json(r.*)::text from (
        select t.track_id, t.name,
          (select (a.*)::record from (select title from album where album_id = t.album_id) a) as album,
          (select (g.*)::record from (select name from genre where genre_id = t.genre_id) g) as genre
        from track t where t.track_id = $1) r`,
      json_build_object: `select json_build_object('track_id', t.track_id, 'name', t.name,
          'album', json_build_object('title', a.title), 'genre', json_build_object('name', g.name))::text
        from track t left join album a using (album_id) left join genre g using (genre_id) where t.track_id = $1`,
      'correlated row_to_json': `select row_to_json(r.*)::text from (
        select t.track_id, t.name,
          (select row_to_json(a.*) from (select title from album where album_id = t.album_id) a) as album,
          (select row_to_json(g.*) from (select name from genre where genre_id = t.genre_id) g) as genre
        from track t where t.track_id = $1) r`,
    },
  },
  {
    name: '1,000 tracks with their album',
    shapes: {
      'lateral records': `select to_json(array(select (y.*)::record from (
        select t.track_id, t.name, (a.*)::record as album from ${PAGE}
        left join lateral (select title from album where album_id = t.album_id) a on true order by t.track_id) y))::text`,
      'correlated records': `select to_json(array(select (y.*)::record from (
        select t.track_id, t.name,
          (select (a.*)::record from (select title from album where album_id = t.album_id) a) as album
        from ${PAGE} order by t.track_id) y))::text`,
      json_build_object: `select json_agg(json_build_object('track_id', t.track_id, 'name', t.name,
          'album', json_build_object('title', a.title)) order by t.track_id)::text
        from ${PAGE} left join album a using (album_id)`,
      'correlated row_to_json': `select json_agg(y.*)::text from (
        select t.track_id, t.name,
          (select row_to_json(a.*) from (select title from album where album_id = t.album_id) a) as album
        from ${PAGE} order by t.track_id) y`,
      'bare rows, no JSON': `select t.track_id, t.name, a.title from ${PAGE} left join album a using (album_id) order by t.track_id`,
    },
  },
  {
    name: 'the albums of an artist, tracks, genre',
    key: 7,
    shapes: {
      'lateral records': `select to_json(array(select (y.*)::record from (
        select b.album_id, b.title, array(select (z.*)::record from (
          select t.track_id, t.name, (g.*)::record as genre from track t
          left join lateral (select name from genre where genre_id = t.genre_id) g on true
          where t.album_id = b.album_id order by t.track_id) z) as tracks
        from album b where b.artist_id = $1 order by b.album_id) y))::text`,
      json_build_object: `select coalesce(json_agg(json_build_object('album_id', b.album_id, 'title', b.title, 'tracks',
          (select coalesce(json_agg(json_build_object('track_id', t.track_id, 'name', t.name,
              'genre', json_build_object('name', g.name)) order by t.track_id), '[]')
            from track t left join genre g using (genre_id) where t.album_id = b.album_id)) order by b.album_id), '[]')::text
        from album b where b.artist_id = $1`,
      'correlated json_agg': `select coalesce(json_agg(y.*), '[]')::text from (
        select b.album_id, b.title, (select coalesce(json_agg(z.*), '[]') from (
          select t.track_id, t.name,
            (select row_to_json(g.*) from (select name from genre where genre_id = t.genre_id) g) as genre
          from track t where t.album_id = b.album_id order by t.track_id) z) as tracks
        from album b where b.artist_id = $1 order by b.album_id) y`,
    },
  },
  {
    name: 'all albums with their tracks',
    shapes: {
      'lateral records': `select to_json(array(select (y.*)::record from (
        select b.album_id, b.title, array(select (z.*)::record from (
          select t.track_id, t.name from track t where t.album_id = b.album_id order by t.track_id) z) as tracks
        from album b order by b.album_id) y))::text`,
      json_build_object: `select json_agg(json_build_object('album_id', b.album_id, 'title', b.title, 'tracks',
          (select coalesce(json_agg(json_build_object('track_id', t.track_id, 'name', t.name) order by t.track_id), '[]')
            from track t where t.album_id = b.album_id)) order by b.album_id)::text from album b`,
      'correlated json_agg': `select json_agg(y.*)::text from (
        select b.album_id, b.title, (select coalesce(json_agg(z.*), '[]') from (
          select t.track_id, t.name from track t where t.album_id = b.album_id order by t.track_id) z) as tracks
        from album b order by b.album_id) y`,
      'json_agg, group by': `select json_agg(y.*)::text from (
        select b.album_id, b.title,
          json_agg(json_build_object('track_id', t.track_id, 'name', t.name) order by t.track_id) as tracks
        from album b join track t using (album_id) group by b.album_id order by b.album_id) y`,
    },
  },
];
