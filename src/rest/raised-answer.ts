/** `raise sqlstate 'PGRST'`: a function of the database writes the whole answer, status and headers included. */
import { isHeader, isOfTheServer } from './header.ts';

export interface RaisedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { code: string; message: string; details: string | null; hint: string | null };
}

/** Which of the two could not be read, and what it should have been. */
export interface UnreadableRaise {
  readonly details: string;
  readonly hint: string;
}

/** MESSAGE holds the body, DETAIL status and headers. */
export function raisedAnswer(message: string, detail: string | undefined): RaisedAnswer | UnreadableRaise {
  const body = readBody(message);
  if (body === undefined)
    return { details: `Invalid JSON value for MESSAGE: '${message}'`, hint: MESSAGE_HINT };
  if (detail === undefined) return { details: 'DETAIL is missing in the RAISE statement', hint: DETAIL_HINT };
  const head = readHead(detail);
  if (head === undefined) return { details: `Invalid JSON value for DETAIL: '${detail}'`, hint: DETAIL_HINT };
  return { ...head, body };
}

const MESSAGE_HINT =
  "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.";
const DETAIL_HINT =
  "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.";

function readBody(text: string): RaisedAnswer['body'] | undefined {
  const value = readObject(text);
  if (value === undefined) return undefined;
  const { code, message, details = null, hint = null } = value;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  if (!isTextOrNull(details) || !isTextOrNull(hint)) return undefined;
  return { code, message, details, hint };
}

function readHead(text: string): Pick<RaisedAnswer, 'status' | 'headers'> | undefined {
  const value = readObject(text);
  if (value === undefined) return undefined;
  const { status, headers } = value;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 999)
    return undefined;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined;
  const entries = Object.entries(headers as Record<string, unknown>);
  if (!entries.every(isHeaderEntry)) return undefined;
  return { status, headers: Object.fromEntries(entries.filter(([name]) => !isOfTheServer(name))) };
}

function isHeaderEntry(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string' && isHeader(entry[0], entry[1]);
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
