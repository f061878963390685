/** Whom a change concerns: cohorts by table, those that are pinned by the value that their rows have. */
import type { Cohort } from './cohort.ts';
import type { Reach, Touched } from './live-statement.ts';

interface OfTable {
  /** Any change of the table concerns them. */
  readonly all: Set<Cohort>;
  /** By column and value. */
  readonly pinned: Map<string, Map<string, Set<Cohort>>>;
}

export class CohortIndex {
  /** Nothing, or not everything, that can change their answers is told. */
  readonly untold = new Set<Cohort>();
  readonly #tables = new Map<number, OfTable>();
  readonly #places = new Map<Cohort, Reach>();

  add(cohort: Cohort, reach: Reach): void {
    this.#places.set(cohort, reach);
    if (reach.isUntold) this.untold.add(cohort);
    for (const oid of reach.tables) {
      const table = this.#tables.get(oid) ?? { all: new Set(), pinned: new Map() };
      this.#tables.set(oid, table);
      const pin = pinOf(cohort, reach, oid);
      if (!pin) table.all.add(cohort);
      else {
        const values = table.pinned.get(pin.column) ?? new Map<string, Set<Cohort>>();
        table.pinned.set(pin.column, values);
        values.set(pin.value, (values.get(pin.value) ?? new Set()).add(cohort));
      }
    }
  }

  /** Before its statement is another one. */
  remove(cohort: Cohort): void {
    const reach = this.#places.get(cohort);
    if (!reach) return;
    this.#places.delete(cohort);
    this.untold.delete(cohort);
    for (const oid of reach.tables) {
      const table = this.#tables.get(oid);
      const pin = pinOf(cohort, reach, oid);
      if (!table) continue;
      if (!pin) table.all.delete(cohort);
      else {
        const values = table.pinned.get(pin.column);
        const same = values?.get(pin.value);
        same?.delete(cohort);
        if (same?.size === 0) values?.delete(pin.value);
        if (values?.size === 0) table.pinned.delete(pin.column);
      }
      if (table.all.size === 0 && table.pinned.size === 0) this.#tables.delete(oid);
    }
  }

  pinnedColumns(oid: number): Iterable<string> | undefined {
    return this.#tables.get(oid)?.pinned.keys();
  }

  touched(changes: ReadonlyMap<number, Touched>): Set<Cohort> {
    const found = new Set<Cohort>();
    for (const [oid, touched] of changes) {
      const table = this.#tables.get(oid);
      if (!table) continue;
      for (const cohort of table.all) found.add(cohort);
      for (const [column, byValue] of table.pinned) {
        const values = touched === 'any' ? 'any' : (touched.get(column) ?? 'any');
        const concerned =
          values === 'any' ? byValue.values() : [...values].map((value) => byValue.get(value));
        for (const cohorts of concerned) for (const cohort of cohorts ?? []) found.add(cohort);
      }
    }
    return found;
  }
}

function pinOf({ live: { pin } }: Cohort, { mayPin }: Reach, oid: number) {
  return mayPin && pin?.table === oid ? pin : undefined;
}
