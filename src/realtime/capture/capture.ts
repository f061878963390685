/**
 * Brings the changes of the database into the feed and the history. Whoever of several processes holds the slot decodes; the others
 * wait for it, and meanwhile take what it puts into a history that they share.
 *
 * What holds: a change is handed out only when it can be seen; PostgreSQL is told that it may forget a change only when the history
 * has it; what is sent twice has the same cursor, and is handed out once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Observe } from '../../observation.ts';
import type { ChangeFeed } from '../feed.ts';
import type { History } from '../history/history.ts';
import { CaptureTurn } from './capture-turn.ts';
import { newEpoch, type SlotKeeper } from './slot.ts';

export type CaptureState = 'starting' | 'streaming' | 'standby' | 'failing' | 'stopped';

export interface CaptureInput {
  readonly pool: Pool;
  readonly replicationUrl: string;
  readonly connectTimeoutMs: number;
  /** Sees to it that the publications are there: a slot that is older than they are cannot be read. */
  readonly prepare: () => Promise<void>;
  readonly slot: SlotKeeper;
  readonly history: History;
  readonly feed: ChangeFeed;
  /** Other processes write into the same history: what comes while we wait is taken from there. */
  readonly shared: boolean;
  readonly observe: Observe;
}

export interface Capture {
  readonly state: CaptureState;
  /** Behind what PostgreSQL has sent, in bytes of changes. */
  readonly pendingBytes: number;
  /** Settles when changes arrive for the first time. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** How often it is tried to get the slot that somebody else holds. */
const TAKEOVER_MS = 500;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;

/** PostgreSQL's word for a slot that somebody else streams. */
const SLOT_ACTIVE = '55006';

export function startCapture(input: CaptureInput): Capture {
  const { slot, history, feed, observe } = input;
  let state: CaptureState = 'starting';
  let closed = false;
  /** Since the last failure. */
  let worked = false;
  let turn: CaptureTurn | undefined;
  let setReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    setReady = resolve;
  });
  const closing = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: closing.signal }).catch(() => undefined);

  const enter = (next: CaptureState) => {
    if (state === next) return;
    state = next;
    const isLive = next === 'streaming' || (next === 'standby' && input.shared);
    feed.setLive(isLive);
    if (isLive) {
      worked = true;
      setReady();
    }
    observe({ type: 'capture-state', state: next });
  };

  /** Returns when the slot was lost or somebody else has it; throws when something is wrong. */
  async function attempt(): Promise<void> {
    await input.prepare();
    const found = await slot.find();
    if (found?.isActive) return standBy();
    const begins = !found || found.isLost;
    if (begins) {
      const at = await slot.create();
      const epoch = newEpoch();
      await history.begin(epoch, { lsn: at, sequence: -1 });
      await slot.setEpoch(epoch);
      if (found?.isLost)
        observe({ type: 'changes-lost', reason: 'PostgreSQL had to drop WAL that was not read yet' });
    }
    if (closed) return;
    const mine = new CaptureTurn(input);
    try {
      await mine.open(await slot.name());
      turn = mine;
      await takeUp();
      enter('streaming');
      await mine.run();
    } catch (error) {
      if ((error as { code?: string }).code === SLOT_ACTIVE) return standBy();
      throw error;
    } finally {
      turn = undefined;
      await mine.close();
    }
  }

  /** What the history has and the feed has not is handed out first; a history of another stream is begun anew. */
  async function takeUp(): Promise<void> {
    const epoch = await slot.epoch();
    const kept = (await history.range())?.epoch;
    // What this process has followed all the time goes on, though nothing is kept of it any more.
    const goesOn = epoch !== undefined && (kept ?? feed.epoch) === epoch;
    if (goesOn) {
      await catchUp();
      await history.resume(epoch, feed.position);
    } else {
      const anew = newEpoch();
      const at = { lsn: (await slot.find())?.confirmed ?? 0n, sequence: -1 };
      await history.begin(anew, at);
      await slot.setEpoch(anew);
      feed.follow(anew, at);
    }
  }

  async function catchUp(): Promise<void> {
    const range = await history.range();
    if (!range) return;
    feed.follow(range.epoch, feed.epoch === '' ? range.to : range.from);
    for await (const batch of history.read(feed.position)) {
      history.note(batch, feed.position);
      feed.dispatch(batch);
    }
  }

  async function standBy(): Promise<void> {
    if (input.shared) await catchUp();
    enter('standby');
    const until = Date.now() + TAKEOVER_MS;
    while (!closed && Date.now() < until) {
      if (!input.shared) await pause(TAKEOVER_MS);
      else if (await history.waitFor(feed.position, until - Date.now())) await catchUp();
    }
  }

  const running = (async () => {
    let retryMs = FIRST_RETRY_MS;
    while (!closed) {
      try {
        await attempt();
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        if (closed) break;
        if (worked) retryMs = FIRST_RETRY_MS;
        worked = false;
        enter('failing');
        observe({ type: 'capture-failed', error });
        await pause(retryMs * (0.5 + Math.random() / 2));
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
    enter('stopped');
  })();

  return {
    get state() {
      return state;
    },
    get pendingBytes() {
      return turn?.pendingBytes ?? 0;
    },
    ready,
    async close() {
      closed = true;
      closing.abort();
      turn?.stop();
      await running;
    },
  };
}
