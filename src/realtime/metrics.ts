/** How realtime fares, in numbers. */
import { counter, gauge, type Metric, stateSamples } from '../metric.ts';
import type { Changes } from './changes.ts';
import type { LiveQueries } from './live-queries/live-queries.ts';

const CAPTURE_STATES = ['resting', 'starting', 'streaming', 'standby', 'failing', 'stopped'];
const WAL_STATES = ['reserved', 'extended', 'unreserved', 'lost'];

export async function realtimeMetrics(
  liveQueries: LiveQueries,
  changes: Changes | undefined,
): Promise<Metric[]> {
  const { live, streams } = liveQueries.subscribers;
  const told = changes?.rowEvents.counts;
  const kinds = (ofLive: number, ofChanges: number | undefined) => [
    { labels: { kind: 'live' }, value: ofLive },
    ...(ofChanges === undefined ? [] : [{ labels: { kind: 'changes' }, value: ofChanges }]),
  ];
  return [
    gauge('goforward_subscriptions', 'Subscriptions that run.', [
      ...kinds(live, told?.subscribers),
      { labels: { kind: 'stream' }, value: streams },
    ]),
    gauge(
      'goforward_subscription_groups',
      'Those that are answered together.',
      kinds(liveQueries.size, told?.groups),
    ),
    gauge('goforward_live_waiting', 'Live queries that wait to be run again.', liveQueries.waiting),
    counter('goforward_live_runs_total', 'Live queries and streams that were run.', liveQueries.counts.runs),
    counter(
      'goforward_deliveries_total',
      'Answers and changes that were handed to subscribers.',
      kinds(liveQueries.counts.deliveries, told?.deliveries),
    ),
    ...(changes ? await changesMetrics(changes) : []),
  ];
}

async function changesMetrics({ feed, state, pendingBytes, slot, history }: Changes): Promise<Metric[]> {
  const range = await history.range().catch(() => undefined);
  const { counts, newest } = feed;
  return [
    gauge(
      'goforward_capture_state',
      'Whether changes are taken from the WAL.',
      stateSamples('state', CAPTURE_STATES, state()),
    ),
    gauge(
      'goforward_capture_pending_bytes',
      'Changes that were received and are not kept yet.',
      pendingBytes(),
    ),
    counter('goforward_changes_total', 'Changes that were handed out.', counts.changes),
    counter(
      'goforward_changes_resets_total',
      'How often changes were lost, or a new stream has begun.',
      counts.resets,
    ),
    gauge(
      'goforward_changes_newest_timestamp_seconds',
      'When the newest change that was handed out was committed, since 1970.',
      newest?.committedAt,
    ),
    gauge('goforward_changes_delay_seconds', 'From its commit until it was handed out.', newest?.delay),
    gauge('goforward_slot_retained_bytes', 'WAL that PostgreSQL keeps for the slot.', slot()?.retainedBytes),
    gauge(
      'goforward_slot_wal_status',
      'Whether that WAL is safe.',
      slot() && stateSamples('status', WAL_STATES, slot()?.walStatus),
    ),
    gauge(
      'goforward_history_from_lsn',
      'Changes after this position of the WAL are kept.',
      range && Number(range.from.lsn),
    ),
    gauge('goforward_history_to_lsn', 'The newest position that is kept.', range && Number(range.to.lsn)),
  ];
}
