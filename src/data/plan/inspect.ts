/** Questions about a plan. */
import type { Column, Relationship, Routine, Table } from '../catalog/catalog.ts';
import type { Source } from './expression.ts';
import type { Entry, QueryPlan, ReadPlan, StreamPlan } from './plan.ts';
import type { MutationPlan } from './write.ts';

/** Every routine that the plan calls, wherever it stands. */
export function routinesOf(plan: QueryPlan | MutationPlan | readonly Entry<StreamPlan>[]): Set<Routine> {
  const found = new Set<Routine>();
  visitNodes(plan, (node) => {
    if (!('kind' in node) && 'routine' in node && 'args' in node) found.add(node.routine as Routine);
  });
  return found;
}

/** Every table and view that the plan names. What stands behind views, policies and functions is not among them. */
export function tablesOf(plan: QueryPlan | readonly Entry<StreamPlan>[]): Set<Table> {
  return new Set(namedTables(plan));
}

/** The same, each as often as it stands in the plan. */
export function namedTables(plan: QueryPlan | readonly Entry<StreamPlan>[]): Table[] {
  const found: Table[] = [];
  visitNodes(plan, (node) => {
    const { kind, table, relationship } = node as Partial<Source> & { relationship?: Relationship };
    if (table && (kind === 'table' || kind === 'routine')) found.push(table);
    if (!relationship) return;
    found.push(relationship.target);
    if (relationship.junction) found.push(relationship.junction.table);
  });
  return found;
}

/** Whether it reads anything beside the columns of its own rows: related rows, or what functions of the row may read. */
export function readsOtherRows({ shape, where, order }: ReadPlan): boolean {
  let found = false;
  visitNodes([shape, where, order], (node) => {
    const { kind } = node as { kind?: string };
    if (kind === 'relation' || kind === 'call' || 'related' in node) found = true;
  });
  return found;
}

/** The columns of the table's own row that a part of a plan over it reads. */
export function columnsUsed(table: Table, part: object | undefined): Set<Column> {
  const found = new Set<Column>();
  visitNodes(part, (node) => {
    const { column, relationship, args, kind } = node as {
      column?: Column;
      relationship?: Relationship;
      args?: readonly { kind: string }[];
      kind?: string;
    };
    if (column?.table === table) found.add(column);
    if (relationship?.table === table) {
      for (const [ours] of relationship.columns) found.add(ours);
      for (const [, ours] of relationship.junction?.ours ?? []) found.add(ours);
    }
    // A function of the row may read all of it.
    if (kind === undefined && args?.some((one) => one.kind === 'row'))
      for (const one of table.columns) found.add(one);
  });
  return found;
}

/** Meets every node of the plan's own below. */
export function visitNodes(plan: unknown, meet: (node: object) => void): void {
  const seen = new Set<object>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    if (Array.isArray(node)) for (const one of node) visit(one);
    else meet(node);
    // Catalog objects refer to the whole database: only the plan's own nodes are walked.
    for (const [key, value] of Object.entries(node)) if (PLAN_KEYS.has(key)) visit(value);
  };
  visit(plan);
}

const PLAN_KEYS = new Set(
  'source call args match condition set where order operand operands related aggregate having all predicate shape entries read answer level rows conflict updates before after nested'.split(
    ' ',
  ),
);
