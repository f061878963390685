/** The messages of Phoenix's sockets, in both versions: text, and the bytes that broadcasts are sent in. */
import { type Body, bodySize, type Message } from '../channels/message.ts';

export interface Push {
  readonly joinRef: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

/** A broadcast that came as bytes, checked: a class, so that no client's JSON can look like it. */
export class BinaryBroadcast {
  readonly event: string;
  readonly body: Body;

  constructor(event: string, body: Body) {
    this.event = event;
    this.body = body;
  }
}

export interface Frame {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

export interface Serializer {
  readonly version: '1.0.0' | '2.0.0';
  /** Throws where it is no message. */
  read(text: string): Push;
  /** `payload` is JSON. */
  write(joinRef: string | null, ref: string | null, topic: string, event: string, payload: string): string;
  /** Undefined where this version cannot tell it. */
  broadcast(topic: string, message: Message): Frame | undefined;
}

const USER_PUSH = 3;
const USER_BROADCAST = 4;
const RAW = 0;
const JSON_TEXT = 1;
const MAX_FIELD_BYTES = 255;
const PUSH_HEADER_BYTES = 7;

const VERSION_1: Serializer = {
  version: '1.0.0',
  read(text) {
    const { topic, event, payload, ref, join_ref: joinRef } = JSON.parse(text) as Record<string, unknown>;
    return checked(joinRef, ref, topic, event, payload);
  },
  write: (joinRef, ref, topic, event, payload) =>
    `{"topic":${JSON.stringify(topic)},"event":${JSON.stringify(event)},"payload":${payload},"ref":${JSON.stringify(ref)},"join_ref":${JSON.stringify(joinRef)}}`,
  // Bytes have no place in this version.
  broadcast: (topic, message) =>
    'bytes' in message.body ? undefined : textFrame(VERSION_1, topic, message, message.body.json),
};

const VERSION_2: Serializer = {
  version: '2.0.0',
  read(text) {
    const message: unknown = JSON.parse(text);
    if (!Array.isArray(message)) throw new Error('a message is a list');
    const [joinRef, ref, topic, event, payload] = message as unknown[];
    return checked(joinRef, ref, topic, event, payload);
  },
  write: (joinRef, ref, topic, event, payload) =>
    `[${JSON.stringify(joinRef)},${JSON.stringify(ref)},${JSON.stringify(topic)},${JSON.stringify(event)},${payload}]`,
  broadcast(topic, message) {
    const { body } = message;
    return (
      binaryFrame(topic, message) ??
      ('bytes' in body ? undefined : textFrame(VERSION_2, topic, message, body.json))
    );
  },
};

/** `vsn` of the address. Undefined where that version is not spoken. */
export function serializerOf(version: unknown): Serializer | undefined {
  if (version === undefined || version === '' || version === '2.0.0') return VERSION_2;
  return version === '1.0.0' ? VERSION_1 : undefined;
}

function checked(joinRef: unknown, ref: unknown, topic: unknown, event: unknown, payload: unknown): Push {
  if (typeof topic !== 'string' || typeof event !== 'string') throw new Error('neither topic nor event');
  return { joinRef: refOf(joinRef), ref: refOf(ref), topic, event, payload };
}

function refOf(ref: unknown): string | null {
  if (ref === null || ref === undefined) return null;
  if (typeof ref === 'string' || typeof ref === 'number') return String(ref);
  throw new Error('a reference is a text');
}

/** Throws where the bytes are no broadcast. */
export function readBinaryPush(bytes: Buffer): Push {
  if (bytes[0] !== USER_PUSH || bytes.length < PUSH_HEADER_BYTES) throw new Error('unknown kind of message');
  const lengths = [...bytes.subarray(1, 6)];
  const encoding = bytes[6];
  let at = PUSH_HEADER_BYTES;
  const [joinRef = '', ref = '', topic = '', event = ''] = lengths.map((length) => {
    at += length;
    if (at > bytes.length) throw new Error('the message is cut off');
    return bytes.toString('utf8', at - length, at);
  });
  const rest = bytes.subarray(at);
  if (encoding !== RAW && encoding !== JSON_TEXT) throw new Error('unknown encoding');
  const body = encoding === RAW ? { bytes: Buffer.from(rest) } : { json: checkedJson(rest.toString()) };
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic,
    event: 'broadcast',
    payload: new BinaryBroadcast(event, body),
  };
}

/** It will stand in the middle of other JSON. */
function checkedJson(text: string): string {
  JSON.parse(text);
  return text;
}

function textFrame(serializer: Serializer, topic: string, { event, meta }: Message, json: string): Frame {
  const more = meta === undefined ? '' : `,"meta":${JSON.stringify(meta)}`;
  const payload = `{"type":"broadcast","event":${JSON.stringify(event)},"payload":${json}${more}}`;
  return { data: Buffer.from(serializer.write(null, null, topic, 'broadcast', payload)), isBinary: false };
}

/** Undefined where a name is too long for it. */
function binaryFrame(topic: string, { event, body, meta }: Message): Frame | undefined {
  const fields = [topic, event, meta === undefined ? '' : JSON.stringify(meta)].map((text) =>
    Buffer.from(text),
  );
  if (fields.some(({ length }) => length > MAX_FIELD_BYTES)) return undefined;
  const encoding = 'bytes' in body ? RAW : JSON_TEXT;
  const header = Buffer.from([USER_BROADCAST, ...fields.map(({ length }) => length), encoding]);
  const payload = 'bytes' in body ? body.bytes : Buffer.from(body.json);
  const size = header.length + fields.reduce((sum, { length }) => sum + length, 0) + bodySize(body);
  return { data: Buffer.concat([header, ...fields, payload], size), isBinary: true };
}
