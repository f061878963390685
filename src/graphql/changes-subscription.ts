/** One subscriber to changes: taken up where it was whenever the schema, the policies or the caller's claims are others. */

import type { Catalog } from '../data/catalog/catalog.ts';
import { changesKey, type PreparedChanges } from '../data/run.ts';
import type { CallerContext } from '../database/context-statement.ts';
import { AppError } from '../errors.ts';
import type { RowEvent } from '../realtime/row-events/group.ts';
import type { RowEvents, Seat } from '../realtime/row-events/row-events.ts';

export interface ReadyChanges {
  readonly changes: PreparedChanges;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly format: (event: RowEvent) => string;
  readonly catalog: Catalog;
  readonly context: CallerContext;
}

export interface ChangesSubscriptionInput {
  readonly rowEvents: RowEvents;
  readonly sink: { next(text: string): void; error(error: unknown): void };
  /** Throws where the document does not fit the schema any more. */
  readonly prepare: () => Promise<ReadyChanges>;
}

export class ChangesSubscription {
  readonly #input: ChangesSubscriptionInput;
  #seat: Seat | undefined;
  /** Where it goes on while it has no seat. */
  #from: string | undefined;
  #starting: Promise<void> | undefined;
  #again = false;
  #isOver = false;

  constructor(input: ChangesSubscriptionInput) {
    this.#input = input;
  }

  /** Rejects where it cannot be begun. */
  start(): Promise<void> {
    return this.#take(undefined);
  }

  /** Goes on where it is, under what holds now. Whatever keeps it from that goes to the sink. */
  restart(): void {
    if (this.#isOver) return;
    if (this.#starting) {
      this.#again = true;
      return;
    }
    const after = this.cursor();
    this.#from = after;
    this.#seat?.stop();
    this.#seat = undefined;
    this.#take(after).catch((error: unknown) => {
      this.#isOver = true;
      this.#input.sink.error(error);
    });
  }

  /** Everything up to here was told; undefined before it has begun. */
  cursor(): string | undefined {
    return this.#seat?.cursor() ?? this.#from;
  }

  stop(): void {
    this.#isOver = true;
    this.#seat?.stop();
    this.#seat = undefined;
  }

  #take(after: string | undefined): Promise<void> {
    const taking = this.#subscribe(after).finally(() => {
      this.#starting = undefined;
    });
    this.#starting = taking;
    return taking.then(() => {
      if (this.#again) this.restart();
      this.#again = false;
    });
  }

  async #subscribe(after: string | undefined): Promise<void> {
    const { rowEvents, sink } = this.#input;
    const { changes, variables, format, catalog, context } = await this.#input.prepare();
    const { plan } = changes;
    const seat = await rowEvents.subscribe({
      query: { table: plan.table, where: plan.where, old: plan.old, new: plan.new, variables },
      key: changesKey(changes, variables),
      after: after ?? plan.after,
      ...{ catalog, context, format },
      deliver: (text) => sink.next(text),
      stale: () => this.restart(),
      end: (error) => {
        this.#isOver = true;
        sink.error(error);
      },
    });
    if (this.#isOver) seat.stop();
    else this.#seat = seat;
  }
}

export function changesUnavailable(): AppError {
  return new AppError('changes-unavailable', 'changes of rows cannot be followed in this database', {
    hint: 'The start page says why. Live queries work all the same: they ask anew every now and then.',
  });
}
