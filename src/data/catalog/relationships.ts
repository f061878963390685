/** Relationships out of foreign keys, in both directions, with the names they get when the metadata file says nothing. */
import pluralize from 'pluralize';
import type { Column, ForeignKey, Relationship, Table } from './catalog.ts';

export interface NamedRelationship {
  readonly name: string;
  readonly relationship: Relationship;
}

/** Pairs each of our columns with theirs; `forward`: the key stands on `table`. */
export function fromForeignKey(foreignKey: ForeignKey, forward: boolean): Relationship {
  const { table, target, columns, targetColumns } = foreignKey;
  const pairs = columns.map((column, index) => [column, targetColumns[index]!] as const);
  return {
    table: forward ? table : target,
    target: forward ? target : table,
    columns: forward ? pairs : pairs.map(([ours, theirs]) => [theirs, ours] as const),
    toOne: forward || isUnique(table, columns),
    forward,
    foreignKey,
  };
}

/** The columns hold a key of the table: at most one row per value. */
export function isUnique(table: Table, columns: readonly Column[]): boolean {
  return table.keys.some((key) => key.columns.every((column) => columns.includes(column)));
}

/**
 * All relationships of a table, named: forward by its column without `_id`, reverse by the referencing table (plural where
 * many). A name that is taken gets `_by_<column>`; taken again, the relationship is left out and `onClash` told.
 */
export function deriveRelationships(
  table: Table,
  nameOf: (table: Table) => string | undefined,
  onClash: (name: string, foreignKey: ForeignKey) => void,
): NamedRelationship[] {
  const taken = new Set(table.columns.map((column) => column.name));
  const named: NamedRelationship[] = [];
  const add = (name: string, relationship: Relationship, foreignKey: ForeignKey, ambiguous: boolean) => {
    const suffixed = `${name}_by_${foreignKey.columns.map((column) => column.name).join('_')}`;
    // A list comes with its aggregate.
    const namesOf = (one: string) => (relationship.toOne ? [one] : [one, `${one}_aggregate`]);
    const free = [...(ambiguous ? [] : [name]), suffixed].find(
      (candidate) => !namesOf(candidate).some((one) => taken.has(one)),
    );
    if (free === undefined) return onClash(suffixed, foreignKey);
    for (const one of namesOf(free)) taken.add(one);
    named.push({ name: free, relationship });
  };
  for (const foreignKey of table.foreignKeys) {
    const targetName = nameOf(foreignKey.target);
    if (targetName === undefined) continue;
    add(forwardName(foreignKey, targetName), fromForeignKey(foreignKey, true), foreignKey, false);
  }
  for (const foreignKey of table.referencedBy) {
    const sourceName = nameOf(foreignKey.table);
    if (sourceName === undefined) continue;
    const relationship = fromForeignKey(foreignKey, false);
    const ambiguous = table.referencedBy.filter((one) => one.table === foreignKey.table).length > 1;
    add(relationship.toOne ? sourceName : pluralize(sourceName), relationship, foreignKey, ambiguous);
  }
  return named;
}

function forwardName({ columns }: ForeignKey, targetName: string): string {
  const [only] = columns;
  const stem = columns.length === 1 ? only!.name.replace(/(_id|(?<=[a-z0-9])Id)$/, '') : '';
  return stem === '' ? targetName : stem;
}
