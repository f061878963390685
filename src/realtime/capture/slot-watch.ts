/** Looks at the slot now and then: how much WAL is kept for it is what fills a disk. */
import type { Observe } from '../../observation.ts';
import type { Slot, SlotKeeper } from './slot.ts';

export interface SlotWatch {
  /** As of the last look; undefined where there was none, or there is no slot. */
  readonly slot: Slot | undefined;
  stop(): void;
}

export interface SlotWatchInput {
  readonly keeper: Pick<SlotKeeper, 'find'>;
  readonly everyMs: number;
  /** More WAL than that is told of, once until it has become much less. */
  readonly warnBytes: number;
  readonly observe: Observe;
}

/** Of the limit: from here on a new excess is told again. */
const CALM_SHARE = 0.5;

export function watchSlot({ keeper, everyMs, warnBytes, observe }: SlotWatchInput): SlotWatch {
  let slot: Slot | undefined;
  let isWarned = false;
  let isLooking = false;

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      slot = await keeper.find();
      const retained = slot?.retainedBytes ?? 0;
      if (retained > warnBytes && !isWarned) {
        isWarned = true;
        observe({ type: 'wal-retained', retainedBytes: retained, limitBytes: warnBytes });
      } else if (retained < warnBytes * CALM_SHARE) isWarned = false;
    } catch {
      // Where the database cannot be asked others tell of it.
    } finally {
      isLooking = false;
    }
  }

  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  void look();
  return {
    get slot() {
      return slot;
    },
    stop: () => clearInterval(timer),
  };
}
