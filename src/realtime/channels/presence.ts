/** Who is present in one channel: entries of this process and of others, and what changed since that was told last. */
import { Shared } from './message.ts';

export interface PresenceEntry {
  /** Unique for all processes. */
  readonly ref: string;
  /** Several entries may have the same. */
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The entry that this one takes the place of. */
  readonly before?: string | undefined;
}

export type PresenceState = Record<string, { metas: Record<string, unknown>[] }>;

export class PresenceDiff extends Shared {
  readonly joined: readonly PresenceEntry[];
  readonly left: readonly PresenceEntry[];

  constructor(joined: Iterable<PresenceEntry>, left: Iterable<PresenceEntry>) {
    super();
    this.joined = [...joined];
    this.left = [...left];
  }

  get joins(): PresenceState {
    return stateOf(this.joined);
  }

  get leaves(): PresenceState {
    return stateOf(this.left);
  }
}

/** This process, among those that entries come from. */
export const OWN = '';

export class Presence {
  readonly #byOrigin = new Map<string, Map<string, PresenceEntry>>();
  #joins = new Map<string, PresenceEntry>();
  #leaves = new Map<string, PresenceEntry>();

  get isEmpty(): boolean {
    return this.#byOrigin.size === 0;
  }

  own(): Iterable<PresenceEntry> {
    return this.#byOrigin.get(OWN)?.values() ?? [];
  }

  entries(): PresenceEntry[] {
    return [...this.#byOrigin.values()].flatMap((entries) => [...entries.values()]);
  }

  add(origin: string, entry: PresenceEntry): void {
    const entries = this.#byOrigin.get(origin) ?? new Map<string, PresenceEntry>();
    if (entries.has(entry.ref)) return;
    this.#byOrigin.set(origin, entries.set(entry.ref, entry));
    this.#joins.set(entry.ref, entry);
  }

  remove(origin: string, ref: string): void {
    const entries = this.#byOrigin.get(origin);
    const entry = entries?.get(ref);
    if (!entries || !entry) return;
    entries.delete(ref);
    if (entries.size === 0) this.#byOrigin.delete(origin);
    // Who came and went before anybody was told is told of by nobody.
    if (!this.#joins.delete(ref)) this.#leaves.set(ref, entry);
  }

  /** What an origin has now, in the place of what it had. */
  replace(origin: string, entries: ReadonlyMap<string, PresenceEntry>): void {
    for (const ref of [...(this.#byOrigin.get(origin)?.keys() ?? [])])
      if (!entries.has(ref)) this.remove(origin, ref);
    for (const entry of entries.values()) this.add(origin, entry);
  }

  /** Since the last time; undefined where nothing changed. */
  takeDiff(): PresenceDiff | undefined {
    if (this.#joins.size === 0 && this.#leaves.size === 0) return undefined;
    const diff = new PresenceDiff(this.#joins.values(), this.#leaves.values());
    this.#joins = new Map();
    this.#leaves = new Map();
    return diff;
  }
}

export function stateOf(entries: Iterable<PresenceEntry>): PresenceState {
  // Keys come from clients: `__proto__` is one like any other.
  const state: PresenceState = Object.create(null) as PresenceState;
  for (const { key, ref, before, payload } of entries) {
    const of = state[key] ?? { metas: [] };
    of.metas.push({ ...payload, phx_ref: ref, ...(before === undefined ? {} : { phx_ref_prev: before }) });
    state[key] = of;
  }
  return state;
}
