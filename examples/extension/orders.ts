/**
 * Two addresses beside the generated API, for the music store. `transaction` runs as the caller: grants and policies decide what he
 * sees and may write, as on every other door.
 *
 *   npm start -- --example music     with   extensions: [examples/extension/orders.ts]   in goforward.yaml
 */
import type { ExtensionApi } from '../../src/extensions/extension.ts';

interface Sale {
  readonly month: string;
  readonly total: string;
}

export default function (server: ExtensionApi): void {
  server.registerRoute({
    method: 'GET',
    path: '/functions/v1/sales/:year',
    handler: ({ params, transaction }) =>
      transaction(({ query }) =>
        query<Sale>(
          `select to_char(invoice_date, 'YYYY-MM') as month, sum(total)::text as total
           from invoice where extract(year from invoice_date) = $1::int group by 1 order by 1`,
          [params.year],
        ),
      ),
  });

  server.registerRoute({
    method: 'POST',
    path: '/functions/v1/playlists',
    handler: async ({ json, transaction }) => {
      const { name, tracks } = json() as { name: string; tracks: number[] };
      const id = await transaction(async ({ query }) => {
        const [playlist] = await query<{ playlist_id: number }>(
          'insert into playlist (name) values ($1) returning playlist_id',
          [name],
        );
        await query('insert into playlist_track (playlist_id, track_id) select $1, unnest($2::int[])', [
          playlist!.playlist_id,
          tracks,
        ]);
        return playlist!.playlist_id;
      });
      return Response.json(
        { id },
        { status: 201, headers: { location: `/rest/v1/playlist?playlist_id=eq.${id}` } },
      );
    },
  });
}
