/** Grants of a role as far as the scope of a key goes: what the key is shown of tables and functions. */
import type { CallerScope, ScopeVerb } from '../../caller-scope.ts';
import type { Table } from './catalog.ts';
import type { Grants } from './grants.ts';

export function scopedGrants(grants: Grants, scope: CallerScope): Grants {
  const on = (verb: ScopeVerb, { schema, name }: Table) => scope.allows({ verb, schema, name });
  return {
    ...grants,
    canSelect: (column) => on('select', column.table) && grants.canSelect(column),
    canInsert: (column) => on('insert', column.table) && grants.canInsert(column),
    canUpdate: (column) => on('update', column.table) && grants.canUpdate(column),
    canDelete: (table) => on('delete', table) && grants.canDelete(table),
    canExecute: (routine) => {
      const { schema, name } = routine;
      return scope.allows({ verb: 'execute', schema, name }) && grants.canExecute(routine);
    },
  };
}
