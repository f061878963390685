/** `T_changes`: what happens to the rows of a table, change by change. Declared for subscriptions alone. */
import type { GraphQLNamedType } from 'graphql';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { ChangePart, ChangesPlan } from '../../data/plan/changes.ts';
import type { ObjectShape } from '../../data/plan/plan.ts';
import { AppError } from '../../errors.ts';
import { constantOf } from '../lower/input.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { columnField, lowerObject, objectType } from './object.ts';
import type { OutputField, Registry } from './registry.ts';
import { boolExpType, lowerWhere } from './where.ts';

export function changesRootFields(registry: Registry, table: VisibleTable): Record<string, OutputField> {
  const { changes } = registry.additionsOf(table.api);
  if (changes === undefined) return {};
  const lower: LowerField<ChangesPlan> = (selection) => lowerChanges(selection, table);
  return {
    [changes]: {
      type: changeType(registry, table),
      nonNull: true,
      lower,
      description: `what happens to the rows of "${table.api.name}", in the order of the commits`,
      args: {
        where: {
          type: boolExpType(registry, table),
          description: 'only rows that are so, before or after',
        },
        cursor: {
          type: registry.scalar('String'),
          description: 'goes on behind the change that had this cursor',
        },
      },
    },
  };
}

function changeType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  const part = (kind: Exclude<ChangePart['kind'], 'old' | 'new' | 'literal'>): LowerField<ChangePart> => {
    return () => ({ kind });
  };
  const side = (kind: 'old' | 'new'): LowerField<ChangePart> => {
    return (selection) => ({ kind, shape: lowerObject(selection) });
  };
  return registry.object(`${name}_change`, `a change of a row of "${name}"`, () => ({
    operation: {
      type: registry.enum('change_operation', 'what was done', () =>
        ['DELETE', 'INSERT', 'TRUNCATE', 'UPDATE'].map((value) => ({ name: value })),
      ),
      nonNull: true,
      lower: part('operation'),
    },
    old: {
      type: oldRowType(registry, table),
      lower: side('old'),
      description: 'the row before; null where there was none, or it may not be seen, or is not known',
    },
    old_unknown: {
      type: registry.scalar('String'),
      list: true,
      nonNull: true,
      lower: part('unknown'),
      description: 'columns of the old row that the replica identity of the table does not tell',
    },
    new: {
      type: objectType(registry, table),
      lower: side('new'),
      description: 'the row after; null where there is none, or it may not be seen',
    },
    commit_timestamp: {
      type: registry.scalar('timestamptz'),
      nonNull: true,
      lower: part('committedAt'),
    },
    cursor: {
      type: registry.scalar('String'),
      nonNull: true,
      lower: part('cursor'),
      description: 'where this change stands: a later subscription can go on behind it',
    },
  }));
}

/** Nothing is certain of it: the WAL may tell no more than the key. */
function oldRowType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.object(`${name}_change_row`, `columns of a row of "${name}" as it was`, () =>
    Object.fromEntries(
      table.columns.map((column) => [
        column.name,
        { ...columnField(registry, table, column), nonNull: false },
      ]),
    ),
  );
}

function lowerChanges(selection: Selection, table: VisibleTable): ChangesPlan {
  const entries = selection.entries<ChangePart>((text) => ({ kind: 'literal', text }));
  const cursor = selection.argument('cursor');
  const after = cursor && constantOf(cursor, selection.context.variables);
  return {
    kind: 'changes',
    table: table.api.table,
    where: lowerWhere(selection, selection.argument('where'), `${selection.path}.args.where`),
    entries,
    old: shapeOf(entries, 'old', selection),
    new: shapeOf(entries, 'new', selection),
    after: typeof after === 'string' ? after : undefined,
  };
}

const NOTHING: ObjectShape = { kind: 'object', entries: [['seen', { kind: 'literal', text: '' }]] };

function shapeOf(
  entries: readonly (readonly [string, ChangePart])[],
  side: 'old' | 'new',
  { path }: Selection,
): ObjectShape {
  const shapes = entries.flatMap(([, part]) => (part.kind === side ? [part.shape] : []));
  if (shapes.length > 1)
    throw new AppError('validation-failed', `"${side}" can be selected once`, {
      path: `${path}.selectionSet.${side}`,
    });
  return shapes[0] ?? NOTHING;
}
