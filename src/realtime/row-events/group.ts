/**
 * Subscribers who see the same: equal question, role and claims, as far as the policies look at them. What happened is judged once for
 * all of them, in order, and told in one text.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Column, Table } from '../../data/catalog/catalog.ts';
import { CHANGED_ROWS } from '../../data/sql/change.ts';
import { bind } from '../../data/sql/value.ts';
import type { CallerRequest } from '../../database/as-caller.ts';
import type { BatchResult } from '../../database/batch.ts';
import type { CallerContext } from '../../database/context-statement.ts';
import { type Change, momentText, type RowChange } from '../changes/change.ts';
import { BEGINNING, comparePositions, cursorText, type Position } from '../changes/cursor.ts';
import type { Relation, Tuple } from '../changes/pgoutput.ts';
import { keyVariable, type RowQuery, type RowStatements, type SideStatement } from './query.ts';
import { type RowRecord, recordReader } from './record.ts';
import type { Runs } from './runs.ts';

export interface RowEvent {
  readonly operation: 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE';
  /** JSON of the row before and after; undefined where there is none, it is not known, not meant or not to be seen. */
  readonly old: string | undefined;
  readonly new: string | undefined;
  /** Columns of the old row that nobody knows: they are told as null. */
  readonly unknown: readonly string[];
  /** ISO 8601. */
  readonly committedAt: string;
  readonly cursor: string;
}

export interface Member {
  /** What came up to here it has, or does not want. */
  after: Position;
  readonly deliver: (text: string, event: RowEvent) => void;
}

export interface GroupInput {
  readonly query: RowQuery;
  readonly context: CallerContext;
  readonly statements: RowStatements;
  readonly epoch: () => string;
  readonly runs: Runs;
  /** Counts one delivery. */
  readonly told: () => void;
  /** The text of an event, the same for all members. */
  readonly format: (event: RowEvent) => string;
}

/** Judged by one statement. */
const MAX_CHANGES_PER_RUN = 500;

export class RowGroup {
  readonly id: string;
  readonly members = new Set<Member>();
  /** Subscribers, those included that still catch up. */
  seats = 0;
  /** Everything up to here. */
  judged: Position = BEGINNING;
  readonly #input: GroupInput;
  #queue: { changes: readonly Change[]; release: () => void }[] = [];
  #working = false;
  #closed = false;
  readonly #readers = new Map<Relation, (tuple: Tuple) => RowRecord>();

  constructor(id: string, input: GroupInput) {
    this.id = id;
    this.#input = input;
  }

  get table(): Table {
    return this.#input.query.table;
  }

  get isIdle(): boolean {
    return !this.#working;
  }

  add(changes: readonly Change[], release: () => void): void {
    this.#queue.push({ changes, release });
    if (!this.#working) void this.#work();
  }

  close(): void {
    this.#closed = true;
    for (const { release } of this.#queue.splice(0)) release();
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#queue.length > 0 && !this.#closed) {
      const [next] = this.#queue.splice(0, 1);
      if (!next) break;
      try {
        for (let from = 0; from < next.changes.length && !this.#closed; from += MAX_CHANGES_PER_RUN) {
          const part = next.changes.slice(from, from + MAX_CHANGES_PER_RUN);
          await this.judge(part, (event, at) => this.#tell(event, at));
          this.judged = part.at(-1) ?? this.judged;
          if (from > 0) await nextTurn();
        }
      } catch {
        // Only a stop of the server ends it: whatever else happens to a row hides it.
        this.close();
      } finally {
        next.release();
      }
    }
    this.#working = false;
  }

  #tell(event: RowEvent, at: Position): void {
    const text = this.#input.format(event);
    for (const member of this.members) {
      if (comparePositions(at, member.after) <= 0) continue;
      member.after = at;
      member.deliver(text, event);
      this.#input.told();
    }
  }

  format(event: RowEvent): string {
    return this.#input.format(event);
  }

  /** Calls back for those of the changes that may be told, in order. */
  async judge(changes: readonly Change[], tell: (event: RowEvent, at: Position) => void): Promise<void> {
    const { statements } = this.#input;
    const sides = changes.map((change) => (change.kind === 'truncate' ? undefined : this.#sidesOf(change)));
    const olds: RowRecord[] = [];
    const news: RowRecord[] = [];
    for (const side of sides) {
      if (side?.old) olds.push(side.old);
      if (side?.new) news.push(side.new);
    }
    const [old, now] = await Promise.all([
      this.#visible(statements.old, olds),
      this.#visible(statements.new, news),
    ]);
    const rereads = await Promise.all(sides.map((side) => side?.reread && this.#reread(side.reread)));
    let [oldIndex, newIndex] = [0, 0];
    for (const [index, change] of changes.entries()) {
      const side = sides[index];
      const told = {
        old: side?.old ? old[oldIndex++] : undefined,
        new: side?.new ? now[newIndex++] : rereads[index],
      };
      if (change.kind !== 'truncate' && told.old === undefined && told.new === undefined) continue;
      const unknown = told.old === undefined ? [] : [...(side?.old?.unknown ?? [])].map(({ name }) => name);
      tell(this.#event(change, { ...told, unknown }), change);
    }
  }

  #event(change: Change, told: Pick<RowEvent, 'old' | 'new' | 'unknown'>): RowEvent {
    const { lsn, sequence } = change;
    return {
      operation: change.kind.toUpperCase() as RowEvent['operation'],
      ...told,
      committedAt: momentText(change.committedAt),
      cursor: cursorText({ epoch: this.#input.epoch(), lsn, sequence }),
    };
  }

  /** A row that cannot be judged is not told: the new one can still be read, the old one is gone. */
  #sidesOf(change: RowChange): {
    old: RowRecord | undefined;
    new: RowRecord | undefined;
    reread: ReadonlyMap<Column, string | null> | undefined;
  } {
    const { statements } = this.#input;
    const read = this.#readerOf(change.relation);
    const old = change.old && read(change.old);
    const now = change.new && read(change.new);
    const isComplete =
      now && lacks(now, statements.new.judges) === false && lacks(now, statements.new.tells) === false;
    const reread = now && !isComplete ? this.#keyOf(change) : undefined;
    return {
      old: old && !lacks(old, statements.old.judges) ? old : undefined,
      // Without a key it cannot be read again; what is only told is told as null.
      new: now && (isComplete || (!reread && !lacks(now, statements.new.judges))) ? now : undefined,
      reread,
    };
  }

  #readerOf(relation: Relation): (tuple: Tuple) => RowRecord {
    const known = this.#readers.get(relation);
    if (known) return known;
    // Descriptions come anew with each batch; few are needed at a time.
    this.#readers.clear();
    const reader = recordReader(this.table, relation);
    this.#readers.set(relation, reader);
    return reader;
  }

  #keyOf({ relation, new: now }: RowChange): ReadonlyMap<Column, string | null> | undefined {
    const key = this.#input.statements.reread?.key;
    if (!key || !now) return undefined;
    const values = key.map((column) => {
      const value = now[relation.columns.findIndex(({ name }) => name === column.name)];
      return [column, value] as const;
    });
    return values.some(([, value]) => value === undefined)
      ? undefined
      : new Map(values as [Column, string | null][]);
  }

  /** The JSON of each row; undefined of those that are hidden. */
  async #visible(side: SideStatement, rows: readonly RowRecord[]): Promise<(string | undefined)[]> {
    if (rows.length === 0) return [];
    const { runs, query } = this.#input;
    const values = bind(side.parameters, {
      ...query.variables,
      [CHANGED_ROWS]: rows.map(({ text }) => text),
    });
    let result: BatchResult;
    try {
      result = await runs.run(this.#request(side, values));
    } catch (error) {
      if (this.#closed) throw error;
      // Some row of them cannot be read or judged: it alone is hidden.
      if (rows.length === 1) return [undefined];
      const middle = rows.length >> 1;
      const [first, second] = [rows.slice(0, middle), rows.slice(middle)];
      return [...(await this.#visible(side, first)), ...(await this.#visible(side, second))];
    }
    const told: (string | undefined)[] = rows.map(() => undefined);
    for (const [ordinal, json] of result[0] ?? []) told[Number(ordinal) - 1] = json ?? undefined;
    return told;
  }

  async #reread(key: ReadonlyMap<Column, string | null>): Promise<string | undefined> {
    const { runs, query, statements } = this.#input;
    if (!statements.reread) return undefined;
    const { text, name, parameters } = statements.reread.query;
    const keys = Object.fromEntries([...key].map(([column, value]) => [keyVariable(column), value]));
    try {
      const values = bind(parameters, { ...query.variables, ...keys });
      const [rows] = await runs.run(this.#request({ text, name }, values));
      const json = /^\{"row":([\s\S]*)\}$/.exec(rows?.[0]?.[0] ?? '')?.[1];
      return json === undefined || json === 'null' ? undefined : json;
    } catch (error) {
      if (this.#closed) throw error;
      return undefined;
    }
  }

  #request({ text, name }: { text: string; name: string }, values: (string | null)[]): CallerRequest {
    const { touches } = this.#input.statements;
    const statement = { text, name, values, runsUserCode: false, mayChangeSession: false, touches };
    return { context: this.#input.context, statements: [statement], readOnly: true };
  }
}

function lacks({ unknown }: RowRecord, columns: ReadonlySet<Column>): boolean {
  if (unknown.size === 0) return false;
  for (const column of columns) if (unknown.has(column)) return true;
  return false;
}
