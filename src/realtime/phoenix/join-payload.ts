/** What a client asks for when it joins a channel. Older clients leave things out, and some send truth as text. */
import { MAX_REPLAY, type ReplayWish } from '../channels/stored-messages.ts';
import type { ChangesWish } from '../postgres-changes/wish.ts';
import { isRecord } from './record.ts';

export interface JoinWish {
  readonly isPrivate: boolean;
  readonly broadcast: { readonly ack: boolean; readonly self: boolean; readonly replicationReady: boolean };
  readonly replay: ReplayWish | 'bad' | undefined;
  readonly presence: { readonly key: string; readonly enabled: boolean };
  readonly changes: readonly ChangesWish[];
  readonly accessToken: string | undefined;
}

export function readJoin(payload: unknown): JoinWish {
  const { config, access_token: accessToken } = record(payload);
  const { broadcast, presence, postgres_changes: changes, private: isPrivate } = record(config);
  const ofBroadcast = record(broadcast);
  const ofPresence = record(presence);
  return {
    isPrivate: isTrue(isPrivate),
    broadcast: {
      ack: isTrue(ofBroadcast.ack),
      self: isTrue(ofBroadcast.self),
      replicationReady: isTrue(ofBroadcast.replication_ready),
    },
    replay: readReplay(ofBroadcast.replay),
    presence: {
      key: typeof ofPresence.key === 'string' ? ofPresence.key : '',
      enabled: ofPresence.enabled === undefined ? isRecord(presence) : isTrue(ofPresence.enabled),
    },
    changes: (Array.isArray(changes) ? changes : []).filter(isRecord).map(readChanges),
    accessToken: typeof accessToken === 'string' ? accessToken : undefined,
  };
}

function readReplay(replay: unknown): JoinWish['replay'] {
  if (replay === undefined || replay === null) return undefined;
  const { since, limit = MAX_REPLAY } = record(replay);
  const isFine =
    typeof since === 'number' && Number.isFinite(since) && Number.isInteger(limit) && Number(limit) >= 1;
  return isFine ? { since, limit: Number(limit) } : 'bad';
}

function readChanges(request: Record<string, unknown>): ChangesWish {
  const { event, schema, table, filter, select } = request;
  return {
    request,
    event: String(event ?? '*').toUpperCase(),
    schema: text(schema, '*'),
    table: text(table, '*'),
    filter: typeof filter === 'string' && filter !== '' ? filter : undefined,
    select: Array.isArray(select) ? select.filter((name) => typeof name === 'string') : undefined,
  };
}

function text(given: unknown, fallback: string): string {
  return typeof given === 'string' && given !== '' ? given : fallback;
}

function isTrue(given: unknown): boolean {
  return given === true || given === 'true';
}

function record(given: unknown): Record<string, unknown> {
  return isRecord(given) ? given : {};
}
