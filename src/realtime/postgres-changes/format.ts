/** A change of a row, as clients of Supabase read it. */
import type { Column, Table } from '../../data/catalog/catalog.ts';
import { parseExact } from '../../lib/exact-json.ts';
import type { RowEvent } from '../row-events/group.ts';

/** A longer event is told without its long values. */
const MAX_EVENT_BYTES = 1024 * 1024;
const SHORT_VALUE_BYTES = 64;

export function changeFormat(
  { schema, name, primaryKey }: Table,
  columns: readonly Column[],
): (event: RowEvent) => string {
  const described = JSON.stringify(columns.map((column) => ({ name: column.name, type: column.type.name })));
  const head = `"schema":${JSON.stringify(schema)},"table":${JSON.stringify(name)},"columns":${described}`;
  const key = new Set((primaryKey?.columns ?? []).map((column) => column.name));
  return (event) => {
    const now = event.operation === 'DELETE' ? undefined : event.new;
    const old = event.operation === 'INSERT' ? undefined : oldRecord(event, key);
    const text = dataText(head, event, now, old, 'null');
    if (Buffer.byteLength(text) <= MAX_EVENT_BYTES) return text;
    return dataText(
      head,
      event,
      now && shortened(now),
      old && shortened(old),
      '["Error 413: Payload Too Large"]',
    );
  };
}

function dataText(
  head: string,
  event: RowEvent,
  now: string | undefined,
  old: string | undefined,
  errors: string,
): string {
  const record = now === undefined ? '' : `,"record":${now}`;
  const before = old === undefined ? '' : `,"old_record":${old}`;
  return `{${head},"type":"${event.operation}","commit_timestamp":"${event.committedAt.slice(0, 23)}Z"${record}${before},"errors":${errors}}`;
}

/** What is known of the old row; where nothing is told of it the key is as it was. */
function oldRecord({ old, new: now, unknown }: RowEvent, key: ReadonlySet<string>): string {
  if (old === undefined) return now === undefined ? '{}' : picked(now, (name) => key.has(name));
  return unknown.length === 0 ? old : picked(old, (name) => !unknown.includes(name));
}

function shortened(json: string): string {
  return picked(json, (_name, value) => Buffer.byteLength(JSON.stringify(value) ?? '') <= SHORT_VALUE_BYTES);
}

function picked(json: string, wanted: (name: string, value: unknown) => boolean): string {
  const entries = Object.entries(parseExact(json) as Record<string, unknown>);
  return JSON.stringify(Object.fromEntries(entries.filter(([name, value]) => wanted(name, value))));
}
