/** `T_stream`: rows of a table beyond a cursor, as they come. Declared for subscriptions alone. */
import type { GraphQLNamedType } from 'graphql';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { StreamPlan } from '../../data/plan/plan.ts';
import { AppError } from '../../errors.ts';
import { bindable, constantOf, type Input } from '../lower/input.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { columnTypeUse } from './column-type.ts';
import { lowerLimit, lowerRows } from './list.ts';
import { lowerObject, objectType } from './object.ts';
import type { OutputField, Registry } from './registry.ts';
import { boolExpType } from './where.ts';

export function streamRootFields(registry: Registry, table: VisibleTable): Record<string, OutputField> {
  const { name, stream } = table.api;
  if (!stream) return {};
  const lower: LowerField<StreamPlan> = (selection) => lowerStream(registry, selection, table);
  return {
    [stream.name]: {
      type: objectType(registry, table),
      list: true,
      nonNull: true,
      lower,
      description: stream.comment ?? `fetch data from the table in a streaming manner: "${name}"`,
      args: {
        batch_size: {
          type: registry.scalar('Int'),
          nonNull: true,
          description: 'maximum number of rows returned in a single batch',
        },
        cursor: {
          type: cursorType(registry, table),
          list: true,
          nullableItems: true,
          nonNull: true,
          description: 'cursor to stream the results returned by the query',
        },
        where: { type: boolExpType(registry, table), description: 'filter the rows returned' },
      },
    },
  };
}

function cursorType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.input(`${name}_stream_cursor_input`, `Streaming cursor of the table "${name}"`, () => ({
    initial_value: {
      type: registry.input(
        `${name}_stream_cursor_value_input`,
        'Initial value of the column from where the streaming should start',
        () =>
          Object.fromEntries(table.columns.map((column) => [column.name, columnTypeUse(registry, column)])),
      ),
      nonNull: true,
      description: 'Stream column input with initial value',
    },
    ordering: {
      type: registry.enum('cursor_ordering', 'ordering argument of a cursor', () => [
        { name: 'ASC', description: 'ascending ordering of the cursor' },
        { name: 'DESC', description: 'descending ordering of the cursor' },
      ]),
      description: 'cursor ordering',
    },
  }));
}

function lowerStream(registry: Registry, selection: Selection, table: VisibleTable): StreamPlan {
  const batchSize = lowerLimit(registry, selection, 'batch_size') ?? 0;
  if (batchSize === 0)
    throw new AppError('validation-failed', 'batch_size must be at least 1', {
      path: `${selection.path}.args.batch_size`,
    });
  const read = lowerRows(registry, selection, {
    source: { kind: 'table', table: table.api.table },
    distinct: [],
    order: [],
    shape: lowerObject(selection),
    take: 'many',
  });
  return { kind: 'stream', read, batchSize, ...lowerCursor(selection, table) };
}

function lowerCursor(
  selection: Selection,
  table: VisibleTable,
): Pick<StreamPlan, 'column' | 'direction' | 'initial'> {
  const path = `${selection.path}.args.cursor`;
  const given = selection.argument('cursor');
  const items = given?.kind === 'list' ? given.items.filter(({ kind }) => kind !== 'null') : [];
  const initial = member(items[0], 'initial_value');
  const values = initial?.kind === 'object' ? initial.fields : [];
  if (items.length > 1 || values.length > 1)
    throw new AppError('validation-failed', 'multiple column cursors are not supported yet', { path });
  const [value] = values;
  const column = table.columns.find(({ name }) => name === value?.name)?.column;
  if (!value || !column || value.input.kind === 'null')
    throw new AppError('validation-failed', 'initial_value must give a value for one column', { path });
  const ordering = member(items[0], 'ordering');
  const direction = ordering && constantOf(ordering, selection.context.variables) === 'DESC' ? 'desc' : 'asc';
  return { column, direction, initial: { value: bindable(value.input), type: column.type } };
}

function member(input: Input | undefined, name: string): Input | undefined {
  return input?.kind === 'object' ? input.fields.find((field) => field.name === name)?.input : undefined;
}
