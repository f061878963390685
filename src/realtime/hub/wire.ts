/** The form of a message between processes: who sends it and its header as a line of JSON, then bytes. */
import type { HubHeader } from './hub.ts';

export interface HubMessage {
  readonly from: string;
  readonly header: HubHeader;
  readonly body: Buffer;
}

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

export function writeHubMessage(from: string, header: HubHeader, body: Buffer = NOTHING): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ from, ...header })}\n`), body]);
}

/** Undefined where it is none: another program may use the same name. */
export function readHubMessage(bytes: Buffer): HubMessage | undefined {
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) return undefined;
  try {
    const { from, ...header } = JSON.parse(bytes.toString('utf8', 0, end)) as HubHeader & { from?: unknown };
    if (typeof from !== 'string' || typeof header.kind !== 'string') return undefined;
    return { from, header: header as HubHeader, body: bytes.subarray(end + 1) };
  } catch {
    return undefined;
  }
}
