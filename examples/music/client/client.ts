/**
 * A client of the music store: typed documents, and errors told apart by their code and the name of the constraint.
 * The documents stand in the .graphql files beside this one; `npm run codegen` makes `generated/` of them.
 */
import { CombinedError, Client as Connection, fetchExchange, type TypedDocumentNode } from '@urql/core';
import {
  AddToPlaylistDocument,
  ArtistsByNameDocument,
  PlaylistByNameDocument,
  StartPlaylistDocument,
} from './generated/graphql.ts';

export type Added =
  | { outcome: 'added'; track: string }
  | { outcome: 'already there' }
  | { outcome: 'no such track' };

export interface ClientOptions {
  /** `http://127.0.0.1:8080/graphql` */
  readonly url: string;
  /** The service key: nobody else writes playlists. `npm run -s goforward -- keys` prints it. */
  readonly apiKey: string;
}

export function createMusicClient({ url, apiKey }: ClientOptions) {
  const connection = new Connection({
    url,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: { apikey: apiKey } },
  });

  async function ask<Data, Variables extends object>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const { data, error } = await connection.query<Data, Variables>(document, variables);
    if (error) throw error;
    return data as Data;
  }

  async function write<Data, Variables extends object>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const { data, error } = await connection.mutation<Data, Variables>(document, variables);
    if (error) throw error;
    return data as Data;
  }

  return {
    /** `%` stands for any text: `ac%` */
    async artistsByName(name: string) {
      const { artist } = await ask(ArtistsByNameDocument, { name });
      return artist.map((one) => ({
        name: one.name,
        albums: one.albums.map(({ title, tracks_aggregate }) => ({
          title,
          tracks: tracks_aggregate.aggregate?.count ?? 0,
        })),
      }));
    },

    async tracksOf(playlistName: string): Promise<string[]> {
      const { playlist } = await ask(PlaylistByNameDocument, { name: playlistName });
      return playlist[0]?.playlist_tracks.map(({ track }) => track.name) ?? [];
    },

    /** The playlist and its first track, or neither. */
    async startPlaylist(name: string, track: number): Promise<number> {
      const { insert_playlist_one: playlist } = await write(StartPlaylistDocument, { name, track });
      if (!playlist) throw new Error('the database has kept the playlist to itself');
      return playlist.playlist_id;
    },

    async addToPlaylist(playlist: number, track: number): Promise<Added> {
      try {
        const { insert_playlist_track_one: added } = await write(AddToPlaylistDocument, { playlist, track });
        return { outcome: 'added', track: added?.track.name ?? '' };
      } catch (error) {
        switch (violatedConstraint(error)) {
          case 'playlist_track_pkey':
            return { outcome: 'already there' };
          case 'playlist_track_track_id_fkey':
            return { outcome: 'no such track' };
          default:
            throw error;
        }
      }
    },
  };
}

/** The constraint that refused a row; undefined where something else went wrong. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof CombinedError)) return undefined;
  const facts = error.graphQLErrors[0]?.extensions;
  return facts?.code === 'constraint-violation' ? String(facts.constraint) : undefined;
}
