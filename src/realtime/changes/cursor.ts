/**
 * Where in the stream of changes something stands: the commit that it came with, and its number within that. The order of
 * cursors is the order of commits, and the same change has the same cursor however often it is decoded.
 */

export interface Position {
  /** The end of the commit record in the WAL. */
  readonly lsn: bigint;
  /** Counts the changes of a transaction from 0. */
  readonly sequence: number;
}

export interface Cursor extends Position {
  /** Of the stream: positions of two streams cannot be compared. A stream ends where its slot was lost. */
  readonly epoch: string;
}

export const BEGINNING: Position = { lsn: 0n, sequence: -1 };

export function comparePositions(a: Position, b: Position): number {
  if (a.lsn !== b.lsn) return a.lsn < b.lsn ? -1 : 1;
  return a.sequence - b.sequence;
}

const RADIX = 36;
const FORM = /^([a-z0-9]{1,32})\.([a-z0-9]{1,13})\.([a-z0-9]{1,7})$/;

/** What clients keep and send back. */
export function cursorText({ epoch, lsn, sequence }: Cursor): string {
  return `${epoch}.${lsn.toString(RADIX)}.${(sequence + 1).toString(RADIX)}`;
}

/** Undefined where it is none. */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, lsn = '', sequence = ''] = FORM.exec(text) ?? [];
  if (epoch === undefined) return undefined;
  return { epoch, lsn: parseBig(lsn), sequence: Number.parseInt(sequence, RADIX) - 1 };
}

function parseBig(digits: string): bigint {
  let value = 0n;
  for (const digit of digits) value = value * BigInt(RADIX) + BigInt(Number.parseInt(digit, RADIX));
  return value;
}
