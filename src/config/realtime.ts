/** Settings of realtime: changes of rows, live queries and channels. */
import { z } from 'zod';
import { about, list, MIB, MINUTE_MS, text, whole } from './fields.ts';

const channels = z.strictObject({
  perSocket: whole(1, 100_000)
    .default(100)
    .meta(about('How many channels one WebSocket of Supabase’s clients may join.')),
  joinsPerSecond: whole(1, 100_000)
    .default(100)
    .meta(about('How many joins one WebSocket may ask for in a second; more close it.')),
  broadcastsPerSecond: whole(1, 1_000_000)
    .default(100)
    .meta(
      about('How many broadcasts one channel of a WebSocket may send in a second; more close the channel.'),
    ),
  requestsPerSecond: whole(1, 1_000_000)
    .default(100)
    .meta(
      about(
        'How many broadcasts one user, or one address without a user, may send over HTTP or GraphQL in a second.',
      ),
    ),
  broadcastBytes: whole(64, 64 * MIB)
    .default(3 * MIB)
    .meta(about('The largest payload of a broadcast, in bytes.')),
  presenceBytes: whole(64, 16 * MIB)
    .default(64 * 1024)
    .meta(about('The largest payload of a presence, in bytes; a larger one closes the channel.')),
  presenceCalls: whole(1, 1_000_000)
    .default(5)
    .meta(
      about(
        'How often one subscriber may change its presence within presenceWindowSeconds; more close the channel.',
      ),
    ),
  presenceWindowSeconds: whole(1, 3600)
    .default(30)
    .meta(about('The time in which presenceCalls are counted, in seconds.')),
  messageBytes: whole(1024, 64 * MIB)
    .default(5 * MIB)
    .meta(about('The largest message of Supabase’s clients, in bytes; a larger one closes the WebSocket.')),
  keepHours: whole(1, 24 * 365)
    .default(72)
    .meta(about('How long broadcasts that the database sent are kept for replay, in hours.')),
  queueBytes: whole(64 * 1024, 1024 * MIB)
    .default(16 * MIB)
    .meta(about('How many bytes may wait for Redis before messages to other processes are dropped.')),
});

export const realtimeSchema = z.strictObject({
  channels: channels.prefault({}),
  capture: z
    .enum(['auto', 'always', 'off'])
    .default('auto')
    .meta(
      about(
        'Whether changes are taken from the WAL: from the first subscription on and then at every start (`auto`), from the start on (`always`), or never (`off`): live queries poll then.',
      ),
    ),
  fullRows: list
    .default([])
    .meta(
      about(
        'Tables (`schema.table`) that get REPLICA IDENTITY FULL, so that deleted and replaced rows are told in whole; every update then writes the old row to the WAL, too.',
        'none',
      ),
    ),
  historyDirectory: text
    .optional()
    .meta(
      about(
        'The folder in which one process by itself keeps changes; several processes need redis.url.',
        '`changes` in the data folder',
      ),
    ),
  historySeconds: whole(1, 7 * 24 * 60 * 60)
    .default(600)
    .meta(about('How long changes are kept for subscribers who come back, in seconds.')),
  historyChanges: whole(1, 1_000_000_000)
    .default(1_000_000)
    .meta(about('How many changes are kept at the most.')),
  historyBytes: whole(MIB, 1024 * 1024 * MIB)
    .default(1024 * MIB)
    .meta(about('How many bytes the kept changes may take.')),
  retainedWalWarnBytes: whole(MIB, 1024 * 1024 * MIB)
    .default(512 * MIB)
    .meta(about('A warning is logged when PostgreSQL keeps more WAL than that for the slot, in bytes.')),
  visibilityConnections: whole(1, 1_000)
    .default(2)
    .meta(
      about('How many connections of database.maxConnections may judge who sees a changed row, at a time.'),
    ),
  pollMs: whole(50, 60 * MINUTE_MS)
    .default(1_000)
    .meta(
      about(
        'How often live queries are run again where the database cannot tell of changes, in milliseconds.',
      ),
    ),
  debounceMs: whole(0, 10_000)
    .default(10)
    .meta(about('How long changes are collected before live queries are run again, in milliseconds.')),
  connections: whole(1, 1_000)
    .default(4)
    .meta(
      about(
        'How many connections of database.maxConnections live queries may use at a time; never more than half of them.',
      ),
    ),
});
