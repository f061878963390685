/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query ArtistsByName($name: String!, $limit: Int = 10) {\n  artist(where: {name: {_ilike: $name}}, order_by: {name: asc}, limit: $limit) {\n    artist_id\n    name\n    albums(order_by: {title: asc}) {\n      album_id\n      title\n      tracks_aggregate {\n        aggregate {\n          count\n          sum {\n            milliseconds\n          }\n        }\n      }\n    }\n  }\n}\n\nquery TrackByKey($id: Int!) {\n  track_by_pk(track_id: $id) {\n    track_id\n    name\n    unit_price\n    album {\n      title\n      artist {\n        name\n      }\n    }\n    genre {\n      name\n    }\n  }\n}": typeof types.ArtistsByNameDocument,
    "query PlaylistByName($name: String!) {\n  playlist(where: {name: {_eq: $name}}, limit: 1) {\n    playlist_id\n    name\n    playlist_tracks(order_by: {track_id: asc}) {\n      track {\n        track_id\n        name\n      }\n    }\n  }\n}\n\nmutation StartPlaylist($name: String!, $track: Int!) {\n  insert_playlist_one(\n    object: {name: $name, playlist_tracks: {data: [{track_id: $track}]}}\n  ) {\n    playlist_id\n  }\n}\n\nmutation AddToPlaylist($playlist: Int!, $track: Int!) {\n  insert_playlist_track_one(object: {playlist_id: $playlist, track_id: $track}) {\n    track {\n      name\n    }\n  }\n}": typeof types.PlaylistByNameDocument,
};
const documents: Documents = {
    "query ArtistsByName($name: String!, $limit: Int = 10) {\n  artist(where: {name: {_ilike: $name}}, order_by: {name: asc}, limit: $limit) {\n    artist_id\n    name\n    albums(order_by: {title: asc}) {\n      album_id\n      title\n      tracks_aggregate {\n        aggregate {\n          count\n          sum {\n            milliseconds\n          }\n        }\n      }\n    }\n  }\n}\n\nquery TrackByKey($id: Int!) {\n  track_by_pk(track_id: $id) {\n    track_id\n    name\n    unit_price\n    album {\n      title\n      artist {\n        name\n      }\n    }\n    genre {\n      name\n    }\n  }\n}": types.ArtistsByNameDocument,
    "query PlaylistByName($name: String!) {\n  playlist(where: {name: {_eq: $name}}, limit: 1) {\n    playlist_id\n    name\n    playlist_tracks(order_by: {track_id: asc}) {\n      track {\n        track_id\n        name\n      }\n    }\n  }\n}\n\nmutation StartPlaylist($name: String!, $track: Int!) {\n  insert_playlist_one(\n    object: {name: $name, playlist_tracks: {data: [{track_id: $track}]}}\n  ) {\n    playlist_id\n  }\n}\n\nmutation AddToPlaylist($playlist: Int!, $track: Int!) {\n  insert_playlist_track_one(object: {playlist_id: $playlist, track_id: $track}) {\n    track {\n      name\n    }\n  }\n}": types.PlaylistByNameDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ArtistsByName($name: String!, $limit: Int = 10) {\n  artist(where: {name: {_ilike: $name}}, order_by: {name: asc}, limit: $limit) {\n    artist_id\n    name\n    albums(order_by: {title: asc}) {\n      album_id\n      title\n      tracks_aggregate {\n        aggregate {\n          count\n          sum {\n            milliseconds\n          }\n        }\n      }\n    }\n  }\n}\n\nquery TrackByKey($id: Int!) {\n  track_by_pk(track_id: $id) {\n    track_id\n    name\n    unit_price\n    album {\n      title\n      artist {\n        name\n      }\n    }\n    genre {\n      name\n    }\n  }\n}"): (typeof documents)["query ArtistsByName($name: String!, $limit: Int = 10) {\n  artist(where: {name: {_ilike: $name}}, order_by: {name: asc}, limit: $limit) {\n    artist_id\n    name\n    albums(order_by: {title: asc}) {\n      album_id\n      title\n      tracks_aggregate {\n        aggregate {\n          count\n          sum {\n            milliseconds\n          }\n        }\n      }\n    }\n  }\n}\n\nquery TrackByKey($id: Int!) {\n  track_by_pk(track_id: $id) {\n    track_id\n    name\n    unit_price\n    album {\n      title\n      artist {\n        name\n      }\n    }\n    genre {\n      name\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query PlaylistByName($name: String!) {\n  playlist(where: {name: {_eq: $name}}, limit: 1) {\n    playlist_id\n    name\n    playlist_tracks(order_by: {track_id: asc}) {\n      track {\n        track_id\n        name\n      }\n    }\n  }\n}\n\nmutation StartPlaylist($name: String!, $track: Int!) {\n  insert_playlist_one(\n    object: {name: $name, playlist_tracks: {data: [{track_id: $track}]}}\n  ) {\n    playlist_id\n  }\n}\n\nmutation AddToPlaylist($playlist: Int!, $track: Int!) {\n  insert_playlist_track_one(object: {playlist_id: $playlist, track_id: $track}) {\n    track {\n      name\n    }\n  }\n}"): (typeof documents)["query PlaylistByName($name: String!) {\n  playlist(where: {name: {_eq: $name}}, limit: 1) {\n    playlist_id\n    name\n    playlist_tracks(order_by: {track_id: asc}) {\n      track {\n        track_id\n        name\n      }\n    }\n  }\n}\n\nmutation StartPlaylist($name: String!, $track: Int!) {\n  insert_playlist_one(\n    object: {name: $name, playlist_tracks: {data: [{track_id: $track}]}}\n  ) {\n    playlist_id\n  }\n}\n\nmutation AddToPlaylist($playlist: Int!, $track: Int!) {\n  insert_playlist_track_one(object: {playlist_id: $playlist, track_id: $track}) {\n    track {\n      name\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;