/**
 * What a plan touches, in the words of grants: reading a table anywhere (shown, compared, counted, sorted by) is `select` on it, and so is
 * whatever PostgreSQL wants `select` for in a write: its conditions, what it returns, values made of those that were there.
 */
import type { Touch } from '../../caller-scope.ts';
import type { Relationship, Routine, Table } from '../catalog/catalog.ts';
import type { ChangesPlan } from './changes.ts';
import type { Answer, WithQuery } from './document.ts';
import type { Predicate, Source } from './expression.ts';
import { visitNodes } from './inspect.ts';
import type { Listing } from './listing.ts';
import type { QueryPlan } from './plan.ts';
import type {
  DeletePlan,
  InsertLevel,
  MutationPlan,
  RelatedWrite,
  UpdatePlan,
  WriteAnswer,
  WritePlan,
} from './write.ts';

export function touchesOf(plan: QueryPlan | MutationPlan): readonly Touch[] {
  const found = new Touches();
  for (const [, root] of plan) found.write(root);
  return found.all;
}

export function touchesOfListing(listing: Listing): readonly Touch[] {
  const found = new Touches();
  found.reads(listing.read);
  return found.all;
}

export function touchesOfAnswer(query: WithQuery, { listing, location }: Answer): readonly Touch[] {
  const found = new Touches();
  found.document(query);
  found.reads(listing.read);
  const isShown = listing.format !== 'none' || location.length > 0;
  // The rows of a function are its own to give.
  if (isShown && query.kind !== 'call') found.add('select', query.table);
  return found.all;
}

/** Of what is told of changes, and of which. */
export function touchesOfChanges(
  plan: Pick<ChangesPlan, 'table' | 'where' | 'old' | 'new'>,
): readonly Touch[] {
  const found = new Touches();
  found.add('select', plan.table);
  found.reads([plan.where, plan.old, plan.new]);
  return found.all;
}

class Touches {
  readonly #found = new Map<string, Touch>();

  get all(): readonly Touch[] {
    return [...this.#found.values()];
  }

  add(verb: Touch['verb'], { schema, name }: Table | Routine): void {
    this.#found.set(JSON.stringify([verb, schema, name]), { verb, schema, name });
  }

  /** Any part of a plan that reads: its sources, those in between, and the functions that it calls. */
  reads(part: unknown): void {
    visitNodes(part, (node) => {
      const { kind, table, relationship, routine, args } = node as {
        kind?: string;
        table?: Table;
        relationship?: Relationship;
        routine?: Routine;
        args?: unknown;
      };
      if (table && READ_SOURCES.has(kind ?? '')) this.add('select', table);
      if (relationship?.junction) this.add('select', relationship.junction.table);
      if (routine && args) this.add('execute', routine);
    });
  }

  write(plan: WritePlan | QueryPlan[number][1]): void {
    switch (plan.kind) {
      case 'insert':
        this.#level(plan.level);
        this.#answer(plan.answer, plan.level.table);
        break;
      case 'update':
      case 'delete':
        this.#change(plan);
        break;
      case 'updates':
        for (const one of plan.updates) this.#change(one);
        break;
      default:
        this.reads(plan);
    }
  }

  document(query: WithQuery): void {
    if (query.kind === 'call') {
      this.add('execute', query.routine);
      return;
    }
    const { kind, table } = query;
    this.add(kind === 'nothing' ? 'update' : kind, table);
    if (kind === 'insert') {
      if (query.conflict?.action === 'update') this.add('update', table);
      this.reads(query.where);
    } else if (kind === 'update' || kind === 'delete') {
      this.#where(query.where, table);
      if (query.versions !== undefined) this.add('select', table);
    }
  }

  #level({ table, rows, conflict }: InsertLevel): void {
    this.add('insert', table);
    if (conflict && conflict.update.length > 0) this.add('update', table);
    this.#where(conflict?.where, table);
    for (const { before, after } of rows) for (const { level } of [...before, ...after]) this.#level(level);
  }

  #change(plan: UpdatePlan | DeletePlan): void {
    const { kind, table, where, match, answer } = plan;
    this.add(kind, table);
    this.#where(where, table);
    this.#where(match?.condition, table);
    this.#answer(answer, table);
    if (kind === 'delete') return;
    if (plan.set.some(({ operator }) => operator !== '=')) this.add('select', table);
    for (const related of plan.related ?? []) this.#related(related, table);
  }

  /** Which rows belong to the one that is written is read of both sides. */
  #related(write: RelatedWrite, table: Table): void {
    const { target } = write.relationship;
    this.add('select', table);
    if (write.kind === 'insert') {
      this.#level(write.level);
      return;
    }
    this.add('select', target);
    this.add(write.kind === 'delete' ? 'delete' : 'update', target);
    this.reads(write.where);
  }

  #answer(answer: WriteAnswer, table: Table): void {
    const isShown = answer.kind === 'row' || answer.entries.some(([, entry]) => entry.kind === 'returning');
    if (isShown) this.add('select', table);
    this.reads(answer);
  }

  #where(where: Predicate | undefined, table: Table): void {
    if (where === undefined || isTrue(where)) return;
    this.add('select', table);
    this.reads(where);
  }
}

const READ_SOURCES: ReadonlySet<string> = new Set<Source['kind']>(['table', 'written keys']);

function isTrue(where: Predicate): boolean {
  if (where.kind === 'and') return where.all.every(isTrue);
  return where.kind === 'constant' && where.value;
}
