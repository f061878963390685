/** Settings of keeping clients up to date. */
import { z } from 'zod';
import { about, list, MIB, MINUTE_MS, text, whole } from './fields.ts';

export const realtimeSchema = z.strictObject({
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
