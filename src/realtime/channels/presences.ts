/** Presence in all channels, kept in step with other processes: each tells of its own, and what a dead one told is forgotten. */
import { randomBytes } from 'node:crypto';
import type { Hub, HubHeader } from '../hub/hub.ts';
import {
  OWN,
  Presence,
  type PresenceDiff,
  type PresenceEntry,
  type PresenceState,
  stateOf,
} from './presence.ts';

export interface PresencesInput {
  readonly hub: Hub;
  /** What changed in a channel, told once for all changes of a moment. */
  readonly tell: (room: string, diff: PresenceDiff) => void;
}

type RoomEntry = readonly [room: string, entry: PresenceEntry];

/** Changes are collected for so long before they are told. */
const COLLECT_MS = 20;
/** How many entries a message between processes has. */
const ENTRIES_PER_MESSAGE = 500;

export class Presences {
  readonly #input: PresencesInput;
  readonly #rooms = new Map<string, Presence>();
  readonly #changed = new Set<string>();
  /** What other processes are just telling of all they have. */
  readonly #arriving = new Map<string, RoomEntry[]>();
  readonly #refPrefix = randomBytes(6).toString('base64url');
  #refs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(input: PresencesInput) {
    this.#input = input;
  }

  entries(room: string): readonly PresenceEntry[] {
    // What is still to be told would be told to a newcomer twice.
    this.#flush(room);
    return this.#rooms.get(room)?.entries() ?? [];
  }

  state(room: string): PresenceState {
    return stateOf(this.entries(room));
  }

  /** Returns the reference of the entry. */
  track(room: string, key: string, payload: PresenceEntry['payload'], before?: string): string {
    if (before !== undefined) this.untrack(room, before);
    this.#refs += 1;
    const entry = { ref: `${this.#refPrefix}${this.#refs.toString(36)}`, key, payload, before };
    this.#change(room, (presence) => presence.add(OWN, entry));
    this.#input.hub.send({ kind: 'track', room }, Buffer.from(JSON.stringify(entry)));
    return entry.ref;
  }

  untrack(room: string, ref: string): void {
    this.#change(room, (presence) => presence.remove(OWN, ref));
    this.#input.hub.send({ kind: 'untrack', room, ref });
  }

  onMessage(from: string, { kind, room, ref, first, last }: HubHeader, body: Buffer): void {
    if (kind === 'hello') this.announce();
    else if (kind === 'track')
      this.#change(String(room), (presence) =>
        presence.add(from, JSON.parse(body.toString()) as PresenceEntry),
      );
    else if (kind === 'untrack') this.#change(String(room), (presence) => presence.remove(from, String(ref)));
    else if (kind === 'presences') {
      const before = first === true ? [] : this.#arriving.get(from);
      if (!before) return;
      const all = [...before, ...(JSON.parse(body.toString()) as RoomEntry[])];
      if (last !== true) this.#arriving.set(from, all);
      else {
        this.#arriving.delete(from);
        this.#replace(from, all);
      }
    }
  }

  onGone(process: string): void {
    this.#arriving.delete(process);
    this.#replace(process, []);
  }

  /** All that this process has. */
  announce(): void {
    const all: RoomEntry[] = [];
    for (const [room, presence] of this.#rooms) for (const entry of presence.own()) all.push([room, entry]);
    for (let at = 0; at === 0 || at < all.length; at += ENTRIES_PER_MESSAGE) {
      const part = all.slice(at, at + ENTRIES_PER_MESSAGE);
      const last = at + ENTRIES_PER_MESSAGE >= all.length;
      this.#input.hub.send({ kind: 'presences', first: at === 0, last }, Buffer.from(JSON.stringify(part)));
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #replace(origin: string, all: readonly RoomEntry[]): void {
    const byRoom = new Map<string, Map<string, PresenceEntry>>();
    for (const [room, entry] of all) {
      const entries = byRoom.get(room) ?? new Map<string, PresenceEntry>();
      byRoom.set(room, entries.set(entry.ref, entry));
    }
    for (const room of new Set([...this.#rooms.keys(), ...byRoom.keys()]))
      this.#change(room, (presence) => presence.replace(origin, byRoom.get(room) ?? new Map()));
  }

  #change(room: string, change: (presence: Presence) => void): void {
    const presence = this.#rooms.get(room) ?? new Presence();
    change(presence);
    this.#rooms.set(room, presence);
    this.#changed.add(room);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const one of [...this.#changed]) this.#flush(one);
    }, COLLECT_MS);
  }

  #flush(room: string): void {
    if (!this.#changed.delete(room)) return;
    const presence = this.#rooms.get(room);
    const diff = presence?.takeDiff();
    if (presence?.isEmpty) this.#rooms.delete(room);
    if (diff) this.#input.tell(room, diff);
  }
}
