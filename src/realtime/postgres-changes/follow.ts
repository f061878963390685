/** Subscriptions to changes of rows as one channel has them: begun together, taken up anew when the schema or the caller is another. */
import type { Pool } from 'pg';
import type { Catalog } from '../../data/catalog/catalog.ts';
import type { Grants } from '../../data/catalog/grants.ts';
import type { CallerContext } from '../../database/context-statement.ts';
import { AppError } from '../../errors.ts';
import { Shared } from '../channels/message.ts';
import type { RowEvent } from '../row-events/group.ts';
import type { RowEvents, Seat } from '../row-events/row-events.ts';
import { changeFormat } from './format.ts';
import { publishedForClients, tableQueries } from './tables.ts';
import type { ChangesWish } from './wish.ts';

export interface ChangesSink {
  begun(): void;
  failed(error: unknown): void;
  /** `id` counts the wishes from 1; `data` is JSON; forms of the event are shared by all who get it. */
  deliver(id: number, data: string, event: Shared): void;
}

export interface FollowedChanges {
  /** Another token of the caller. */
  renew(context: CallerContext): void;
  stop(): void;
}

export type FollowChanges = (
  wishes: readonly ChangesWish[],
  context: CallerContext,
  sink: ChangesSink,
) => FollowedChanges;

export interface FollowInput {
  /** Undefined where the database cannot tell of changes. */
  readonly rowEvents: RowEvents | undefined;
  readonly pool: Pool;
  readonly catalog: () => Catalog | undefined;
  readonly grants: (catalog: Catalog, role: string) => Promise<Grants>;
}

export interface ChangesFollower {
  readonly follow: FollowChanges;
  /** There may be other tables now. */
  tablesChanged(): void;
}

export function createChangesFollower(input: FollowInput): ChangesFollower {
  const all = new Set<Following>();
  /** Forms of an event live as long as the event. */
  const forms = new WeakMap<RowEvent, Shared>();
  const formsOf = (event: RowEvent) => {
    const known = forms.get(event);
    if (known) return known;
    const made = new Shared();
    forms.set(event, made);
    return made;
  };
  return {
    follow(wishes, context, sink) {
      const following = new Following(input, wishes, context, sink, formsOf, () => all.delete(following));
      all.add(following);
      following.restart();
      return following;
    },
    tablesChanged() {
      for (const following of all) following.restart();
    },
  };
}

class Following implements FollowedChanges {
  readonly #input: FollowInput;
  readonly #wishes: readonly ChangesWish[];
  readonly #sink: ChangesSink;
  readonly #formsOf: (event: RowEvent) => Shared;
  readonly #ended: () => void;
  #context: CallerContext;
  #seats = new Map<string, Seat>();
  #isStarting = false;
  #again = false;
  #isBegun = false;
  #isOver = false;

  constructor(
    input: FollowInput,
    wishes: readonly ChangesWish[],
    context: CallerContext,
    sink: ChangesSink,
    formsOf: (event: RowEvent) => Shared,
    ended: () => void,
  ) {
    this.#input = input;
    this.#wishes = wishes;
    this.#context = context;
    this.#sink = sink;
    this.#formsOf = formsOf;
    this.#ended = ended;
  }

  renew(context: CallerContext): void {
    this.#context = context;
    this.restart();
  }

  stop(): void {
    this.#isOver = true;
    for (const seat of this.#seats.values()) seat.stop();
    this.#seats.clear();
    this.#ended();
  }

  /** Goes on where it is, under what holds now. */
  restart(): void {
    if (this.#isOver) return;
    this.#again = true;
    if (this.#isStarting) return;
    this.#isStarting = true;
    this.#start()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#isStarting = false;
      });
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.stop();
    this.#sink.failed(error);
  }

  async #start(): Promise<void> {
    while (this.#again && !this.#isOver) {
      this.#again = false;
      const before = new Map([...this.#seats].map(([place, seat]) => [place, seat.cursor()]));
      for (const seat of this.#seats.values()) seat.stop();
      this.#seats = new Map();
      await this.#take(before);
    }
    if (this.#isOver || this.#isBegun) return;
    this.#isBegun = true;
    this.#sink.begun();
  }

  async #take(before: ReadonlyMap<string, string>): Promise<void> {
    const { rowEvents, pool, grants } = this.#input;
    const catalog = this.#input.catalog();
    if (!rowEvents || !catalog)
      throw new AppError(
        'changes-unavailable',
        'Unable to subscribe to changes: this database cannot tell of changes',
      );
    const context = this.#context;
    const [granted, published] = await Promise.all([
      grants(catalog, context.caller.role),
      publishedForClients(pool),
    ]);
    for (const [index, wish] of this.#wishes.entries()) {
      for (const { query, columns, key } of tableQueries(wish, { catalog, grants: granted, published })) {
        const place = `${index} ${query.table.oid}`;
        const seat = await rowEvents.subscribe({
          ...{ query, catalog, context, key },
          format: changeFormat(query.table, columns),
          after: before.get(place),
          deliver: (text, event) => this.#deliver(index + 1, wish, text, event),
          stale: () => this.restart(),
          end: (error) => this.#fail(error),
        });
        if (this.#isOver) return seat.stop();
        this.#seats.set(place, seat);
      }
    }
  }

  #deliver(id: number, { event: wanted }: ChangesWish, text: string, event: RowEvent): void {
    const { operation } = event;
    if (this.#isOver || operation === 'TRUNCATE') return;
    if (wanted !== '*' && wanted !== operation) return;
    // What has gone out of sight is no update that may be seen.
    if (operation !== 'DELETE' && event.new === undefined) return;
    this.#sink.deliver(id, text, this.#formsOf(event));
  }
}
