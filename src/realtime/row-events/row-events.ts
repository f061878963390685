/** Subscriptions to what happens to the rows of a table: who is told what, from now on or from a cursor on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Caller } from '../../caller.ts';
import type { Catalog, Table } from '../../data/catalog/catalog.ts';
import { touchesOfChanges } from '../../data/plan/touches.ts';
import { statementName } from '../../data/sql/compile.ts';
import type { CallerContext } from '../../database/context-statement.ts';
import { scopeRefusal } from '../../database/scope-check.ts';
import { quoteIdentifier } from '../../database/sql.ts';
import { AppError } from '../../errors.ts';
import type { Published } from '../capture/publications.ts';
import { type Batch, lastOf } from '../changes/batch.ts';
import { type Change, changesOf } from '../changes/change.ts';
import { type Cursor, comparePositions, cursorText, type Position, parseCursor } from '../changes/cursor.ts';
import type { ChangeFeed, FeedListener } from '../feed.ts';
import type { History } from '../history/history.ts';
import { type Member, type RowEvent, RowGroup } from './group.ts';
import { compileStatements, type RowQuery, type RowStatements } from './query.ts';
import { type Dependence, type RowRules, readRules } from './rules.ts';
import type { Runs } from './runs.ts';

export interface RowSubscription {
  readonly query: RowQuery;
  readonly catalog: Catalog;
  readonly context: CallerContext;
  /** Says what makes the question of this subscriber another one than that of others, beside role and claims. */
  readonly key: string;
  readonly format: (event: RowEvent) => string;
  /** From a cursor on; undefined: from now on. */
  readonly after: string | undefined;
  readonly deliver: (text: string, event: RowEvent) => void;
  /** Tables, policies or grants may be others now: it is to be made anew, from its cursor on. */
  readonly stale: () => void;
  /** Nothing comes any more. */
  readonly end: (error: AppError) => void;
}

export interface RowEventsInput {
  readonly feed: ChangeFeed;
  readonly history: History;
  /** The platform's, for reading policies. */
  readonly pool: Pool;
  readonly runs: Runs;
  /** Rejects where changes do not arrive, and will not soon. */
  readonly ready: () => Promise<void>;
  readonly published: () => ReadonlyMap<number, Published>;
}

/** A subscriber. */
export interface Seat {
  /** Everything up to here was judged: who begins behind it misses nothing. */
  cursor(): string;
  stop(): void;
}

interface Place extends Seat {
  readonly subscription: RowSubscription;
  readonly group: RowGroup;
  /** Undefined while it catches up. */
  member: Member | undefined;
  /** Of its own, while it catches up. */
  at: Position;
  ended: boolean;
}

/** By table, role and version of the catalog. */
const MAX_RULES = 2_000;
/** By question. */
const MAX_STATEMENTS_OF_RULES = 200;
const CATCH_UP_PAUSE_MS = 20;
const HISTORY_PAUSE_MS = 100;
const HISTORY_PATIENCE_MS = 30_000;

export class RowEvents implements FeedListener {
  readonly #input: RowEventsInput;
  readonly #groups = new Map<string, RowGroup>();
  readonly #byTable = new Map<number, Set<RowGroup>>();
  readonly #seats = new Set<Place>();
  #deliveries = 0;
  readonly #told = () => {
    this.#deliveries += 1;
  };
  readonly #rules = new LRUCache<string, Promise<RowRules>>({ max: MAX_RULES });
  /** Groups that differ in claims alone judge by the same statements. */
  readonly #statements = new WeakMap<RowRules, LRUCache<string, RowStatements>>();

  constructor(input: RowEventsInput) {
    this.#input = input;
    input.feed.listen(this);
  }

  /** Groups that are judged each by themselves, subscribers, and what they were told since the start. */
  get counts(): { groups: number; subscribers: number; deliveries: number } {
    return { groups: this.#groups.size, subscribers: this.#seats.size, deliveries: this.#deliveries };
  }

  /** Rejects with AppError where the caller may not follow the table, or not from there. */
  async subscribe(subscription: RowSubscription): Promise<Seat> {
    const { query, context, catalog, after } = subscription;
    const { table } = query;
    // Rows that nothing hides are told without a statement: what is outside of a scope must not get that far.
    const refused = scopeRefusal(context.caller, touchesOfChanges(query));
    if (refused) throw refused;
    await this.#input.ready();
    this.#assertPublished(table);
    const cursor = after === undefined ? undefined : readCursor(after);
    // Whatever happens while the policies are read is told, too.
    const start = this.#input.feed.position;
    const rules = await this.#rulesOf(query, context, catalog);
    const group = this.#groupOf(subscription, rules);
    const { feed } = this.#input;
    const seat: Place = {
      ...{ subscription, group, member: undefined, at: cursor ?? start, ended: false },
      cursor: () => cursorText({ epoch: feed.epoch, ...this.#positionOf(seat) }),
      stop: () => this.#leave(seat),
    };
    group.seats += 1;
    this.#seats.add(seat);
    if (cursor === undefined && comparePositions(start, feed.position) === 0) this.#join(seat, start);
    else void this.#catchUp(seat, cursor?.epoch ?? feed.epoch);
    return seat;
  }

  #positionOf({ at, member, group }: Place): Position {
    if (!member) return at;
    const judged = group.isIdle ? this.#input.feed.position : group.judged;
    return comparePositions(judged, member.after) > 0 ? judged : member.after;
  }

  onBatch(batch: Batch): void {
    const tables = [...batch.relations].filter((oid) => this.#byTable.has(oid));
    if (tables.length === 0) return;
    const byTable = new Map<number, Change[]>(tables.map((oid) => [oid, []]));
    for (const change of changesOf(batch, (oid) => byTable.has(oid)))
      byTable.get(change.relation.oid)?.push(change);
    for (const [oid, changes] of byTable) {
      const groups = [...(this.#byTable.get(oid) ?? [])].filter(({ members }) => members.size > 0);
      if (changes.length === 0 || groups.length === 0) continue;
      // The text of the rows is shared by all groups.
      const release = this.#input.feed.hold(batch.bytes.length);
      let working = groups.length;
      const done = () => {
        working -= 1;
        if (working === 0) release();
      };
      for (const group of groups) group.add(changes, done);
    }
  }

  onReset(): void {
    this.#rules.clear();
    for (const seat of [...this.#seats]) this.#end(seat, resumeExpired());
  }

  /** Policies, grants or tables may be others now. */
  tablesChanged(): void {
    this.#rules.clear();
    for (const { subscription } of [...this.#seats]) subscription.stale();
  }

  close(): void {
    for (const seat of [...this.#seats]) this.#leave(seat);
  }

  #assertPublished(table: Table): void {
    const published = this.#input.published().get(table.oid);
    if (published !== undefined && published !== 'none') return;
    const what = table.kind === 'table' || table.kind === 'partitioned table' ? 'published' : 'a table';
    throw new AppError(
      'changes-unavailable',
      `changes of ${table.name} cannot be followed: it is not ${what}`,
      {
        hint: 'Views have no changes of their own; a table of another owner must be added to the publication goforward_changes.',
      },
    );
  }

  #rulesOf(query: RowQuery, context: CallerContext, catalog: Catalog): Promise<RowRules> {
    const { table } = query;
    const { role } = context.caller;
    const key = `${catalog.version}\0${table.oid}\0${role}`;
    const known = this.#rules.get(key);
    if (known) return known;
    const { pool, runs } = this.#input;
    const reading = probe(runs, query, context).then(() => readRules(pool, table, role));
    this.#rules.set(key, reading);
    reading.catch(() => this.#rules.delete(key));
    return reading;
  }

  #groupOf(subscription: RowSubscription, rules: RowRules): RowGroup {
    const { query, catalog, context, key, format } = subscription;
    const { role } = context.caller;
    const id = [
      catalog.version,
      role,
      context.caller.scope?.key,
      claimsKey(rules.depends, context),
      key,
    ].join('\0');
    const known = this.#groups.get(id);
    if (known) return known;
    const statements = this.#statementsOf(subscription, rules);
    const { feed, runs } = this.#input;
    const group = new RowGroup(id, {
      query,
      context,
      statements,
      format,
      runs,
      epoch: () => feed.epoch,
      told: this.#told,
    });
    this.#groups.set(id, group);
    const ofTable = this.#byTable.get(query.table.oid) ?? new Set();
    this.#byTable.set(query.table.oid, ofTable.add(group));
    return group;
  }

  #statementsOf({ query, catalog, context, key }: RowSubscription, rules: RowRules): RowStatements {
    const ofRules = this.#statements.get(rules) ?? new LRUCache({ max: MAX_STATEMENTS_OF_RULES });
    this.#statements.set(rules, ofRules);
    const statements = ofRules.get(key) ?? compileStatements(query, rules, catalog, context.caller.role);
    ofRules.set(key, statements);
    return statements;
  }

  #join(seat: Place, after: Position): void {
    const { deliver } = seat.subscription;
    seat.member = { after, deliver };
    seat.group.members.add(seat.member);
  }

  /** Out of the history, until there is nothing that the feed has handed out and this subscriber was not told. */
  async #catchUp(seat: Place, epoch: string): Promise<void> {
    const giveUpAt = Date.now() + HISTORY_PATIENCE_MS;
    while (!seat.ended && !seat.member) {
      try {
        const isReached = await this.#catchUpOnce(seat, epoch);
        if (isReached && comparePositions(this.#input.feed.position, seat.at) <= 0) this.#join(seat, seat.at);
        // It is handed out before it is kept; and a Redis that was started anew gets back what is at hand.
        else await sleep(CATCH_UP_PAUSE_MS);
      } catch (error) {
        if (error instanceof AppError) return this.#end(seat, error);
        if (Date.now() > giveUpAt) return this.#end(seat, unavailable(error));
        await sleep(HISTORY_PAUSE_MS);
      }
    }
  }

  /** Whether there is a history. Throws `resume-expired` where that of the subscriber is gone. */
  async #catchUpOnce(seat: Place, epoch: string): Promise<boolean> {
    const { history } = this.#input;
    const { group, subscription } = seat;
    const range = await history.range();
    if (!range) return false;
    if (range.epoch !== epoch || comparePositions(range.from, seat.at) > 0) throw resumeExpired();
    for await (const batch of history.read(seat.at)) {
      if (seat.ended) break;
      const changes = changesOf({ ...batch, after: seat.at }, (oid) => oid === group.table.oid);
      await group.judge(changes, (event, at) => {
        if (seat.ended) return;
        seat.at = at;
        subscription.deliver(group.format(event), event);
        this.#told();
      });
      seat.at = lastOf(batch);
    }
    return true;
  }

  #end(seat: Place, error: AppError): void {
    if (seat.ended) return;
    this.#leave(seat);
    seat.subscription.end(error);
  }

  #leave(seat: Place): void {
    if (seat.ended) return;
    seat.ended = true;
    this.#seats.delete(seat);
    const { group, member } = seat;
    if (member) group.members.delete(member);
    group.seats -= 1;
    if (group.seats === 0) this.#dissolve(group);
  }

  #dissolve(group: RowGroup): void {
    group.close();
    if (this.#groups.get(group.id) === group) this.#groups.delete(group.id);
    const ofTable = this.#byTable.get(group.table.oid);
    ofTable?.delete(group);
    if (ofTable?.size === 0) this.#byTable.delete(group.table.oid);
  }
}

/** Callers with the same key see the same rows. */
function claimsKey(depends: Dependence, { caller, headersText, method, path }: CallerContext): string {
  if (depends === 'all') return [caller.claimsText, headersText, method, path].join('\0');
  return depends.map((name) => JSON.stringify(claim(caller, name))).join('\0');
}

function claim({ claims }: Caller, name: string): unknown {
  return claims[name] ?? null;
}

function readCursor(text: string): Cursor {
  const cursor = parseCursor(text);
  if (cursor) return cursor;
  throw new AppError('validation-failed', `${JSON.stringify(text.slice(0, 100))} is no cursor of a change`);
}

/** What PostgreSQL refuses to plan as a query, since policies go round in circles say, is no source of changes either. */
async function probe(runs: Runs, query: RowQuery, context: CallerContext): Promise<void> {
  const { schema, name } = query.table;
  const text = `explain select from ${[schema, name].map(quoteIdentifier).join('.')}`;
  const statement = {
    ...{ text, name: statementName(text, context.caller.role), values: [] },
    ...{ runsUserCode: false, mayChangeSession: false, touches: touchesOfChanges(query) },
  };
  await runs.run({ context, statements: [statement], readOnly: true });
}

function resumeExpired(): AppError {
  return new AppError('resume-expired', 'changes since the cursor are not known any more', {
    hint: 'Read the rows anew, and follow the changes without a cursor.',
  });
}

function unavailable(cause: unknown): AppError {
  return new AppError('changes-unavailable', 'the history of changes cannot be read', { cause });
}
