/** `insert_T`, `insert_T_one`: rows, with related rows in both directions and any depth. */
import type { GraphQLNamedType } from 'graphql';
import type { Column } from '../../data/catalog/catalog.ts';
import type { ApiRelationship } from '../../data/catalog/model.ts';
import type { WritableTable } from '../../data/catalog/visible.ts';
import type { InsertLevel, InsertRow, NestedInsert, WritePlan } from '../../data/plan/write.ts';
import { AppError } from '../../errors.ts';
import { bindable, type Input } from '../lower/input.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { columnTypeUse } from './column-type.ts';
import { Conflicts, onConflictArgument } from './conflict.ts';
import { lowerInputFields } from './input-fields.ts';
import { objectType } from './object.ts';
import type { InputFieldDefinition, OutputField, Registry } from './registry.ts';
import { mutationResponseType, readableColumns, responseAnswer, rowAnswer } from './write-answer.ts';

export interface InsertContext {
  readonly selection: Selection;
  readonly conflicts: Conflicts;
}

/** What a field of an insert input adds to its row. */
export type LowerInsertField = (
  input: Input,
  context: InsertContext,
  path: string,
) =>
  | { column: Column; value: unknown }
  | { nested: NestedInsert; name: string; isAfter: boolean }
  | undefined;

export function insertFields(registry: Registry, table: WritableTable): Record<string, OutputField> {
  const { api, visible } = table;
  const names = api.mutationFields;
  if (!names || !table.mayInsert) return {};
  const input = insertInputType(registry, table);
  const conflict = onConflictArgument(registry, table);
  const many: LowerField<WritePlan> = (selection) => ({
    kind: 'insert',
    level:
      lowerBulk(table, selection) ??
      lowerLevel(table, selection.argument('objects'), selection, `${selection.path}.args.objects`),
    path: `${selection.path}.args.objects`,
    answer: responseAnswer(selection),
    readable: readableColumns(table),
  });
  const one: LowerField<WritePlan> = (selection) => ({
    kind: 'insert',
    level: lowerLevel(table, selection.argument('object'), selection, `${selection.path}.args.object`),
    path: `${selection.path}.args.object`,
    answer: rowAnswer(selection),
    readable: readableColumns(table),
  });
  const fields: Record<string, OutputField> = {
    [names.insert.name]: {
      type: mutationResponseType(registry, table),
      args: { objects: { type: input, list: true, nonNull: true }, ...conflict },
      lower: many,
      description: names.insert.comment ?? `insert data into the table: "${api.name}"`,
    },
  };
  if (visible)
    fields[names.insert_one.name] = {
      type: objectType(registry, visible),
      args: { object: { type: input, nonNull: true }, ...conflict },
      lower: one,
      description: names.insert_one.comment ?? `insert a single row into the table: "${api.name}"`,
    };
  return fields;
}

/** Rows of columns alone in a variable: the plan then holds for any such rows, and nothing is done for each of them. */
function lowerBulk(table: WritableTable, selection: Selection): InsertLevel | undefined {
  const rows = selection.rows('objects');
  if (!rows) return undefined;
  const conflicts = new Conflicts(selection);
  const columns: [Column, string][] = [];
  for (const field of rows.columns) {
    const lower = rows.type.getFields()[field]?.extensions.lower as LowerInsertField;
    const part = lower({ kind: 'null' }, { selection, conflicts }, '');
    if (!part || !('column' in part)) return undefined;
    columns.push([part.column, field]);
  }
  const path = `${selection.path}.args.on_conflict`;
  const conflict = conflicts.lower(table, selection.argument('on_conflict'), path);
  return { table: table.api.table, rows: [], bulk: { variable: rows.variable, columns }, conflict };
}

function lowerLevel(
  table: WritableTable,
  input: Input | undefined,
  selection: Selection,
  path: string,
): InsertLevel {
  const context: InsertContext = { selection, conflicts: new Conflicts(selection) };
  const items = input?.kind === 'list' ? input.items : input ? [input] : [];
  return {
    table: table.api.table,
    rows: items.map((item, index) =>
      lowerRow(item, context, input?.kind === 'list' ? `${path}[${index}]` : path),
    ),
    conflict: context.conflicts.lower(
      table,
      selection.argument('on_conflict'),
      `${selection.path}.args.on_conflict`,
    ),
  };
}

function lowerRow(input: Input, context: InsertContext, path: string): InsertRow {
  if (input.kind !== 'object')
    throw new AppError('validation-failed', 'expected an object, but found null', { path });
  const values: [Column, unknown][] = [];
  const before: NestedInsert[] = [];
  const after: NestedInsert[] = [];
  const parts = lowerInputFields<LowerInsertField, ReturnType<LowerInsertField>>(
    input,
    (lower, value, name) => lower(value, context, `${path}.${name}`),
  );
  // By name, so that the order of writing does not depend on how a request was written.
  const sorted = [...parts].sort((a, b) =>
    a && b && 'nested' in a && 'nested' in b ? (a.name < b.name ? -1 : 1) : 0,
  );
  const determined = new Map<Column, string>();
  for (const part of sorted) {
    if (!part) continue;
    if ('column' in part) {
      values.push([part.column, part.value]);
      continue;
    }
    (part.isAfter ? after : before).push(part.nested);
    if (!part.isAfter) for (const [ours] of part.nested.relationship.columns) determined.set(ours, part.name);
  }
  const clash = values.find(([column]) => determined.has(column))?.[0];
  if (clash)
    throw new AppError(
      'validation-failed',
      `cannot insert object relationship "${determined.get(clash)}" as "${clash.name}" column values are already determined`,
      { path },
    );
  return { values, before, after };
}

export function insertInputType(registry: Registry, table: WritableTable): GraphQLNamedType {
  const { api } = table;
  return registry.input(
    `${api.name}_insert_input`,
    `input type for inserting data into table "${api.name}"`,
    () => {
      const fields: Record<string, InputFieldDefinition> = {};
      for (const column of table.insertable) {
        const lower: LowerInsertField = (input) => ({ column: column.column, value: bindable(input) });
        fields[column.name] = { ...columnTypeUse(registry, column), nullableItems: true, lower };
      }
      for (const relationship of api.relationships) {
        const target = registry.writableTable(relationship.target);
        if (target?.mayInsert)
          fields[relationship.name] ??= nestedInsertField(registry, relationship, target);
      }
      return fields;
    },
  );
}

export function nestedInsertField(
  registry: Registry,
  api: ApiRelationship,
  target: WritableTable,
): InputFieldDefinition {
  const isList = api.kind === 'array';
  const name = `${target.api.name}_${isList ? 'arr' : 'obj'}_rel_insert_input`;
  const type = registry.input(
    name,
    `input type for inserting ${isList ? 'array' : 'object'} relation for remote table "${target.api.name}"`,
    () => ({
      data: { type: insertInputType(registry, target), list: isList, nonNull: true },
      ...onConflictArgument(registry, target),
    }),
  );
  const lower: LowerInsertField = (input, context, path) => {
    if (input.kind !== 'object') return undefined;
    const given = (field: string) => input.fields.find((one) => one.name === field)?.input;
    const data = given('data');
    const items = data?.kind === 'list' ? data.items : data ? [data] : [];
    if (items.length === 0) return undefined;
    const isAfter = isList || api.insertedAfter;
    const rows = items.map((item, index) =>
      lowerRow(item, context, `${path}.data${isList ? `[${index}]` : ''}`),
    );
    if (isAfter) refuseDetermined(rows, api, path);
    const conflict = context.conflicts.lower(target, given('on_conflict'), `${path}.on_conflict`);
    return {
      nested: { relationship: api.relationship, level: { table: target.api.table, rows, conflict } },
      name: api.name,
      isAfter,
    };
  };
  return { type, lower };
}

/** Columns that this row's key is copied into cannot be given. */
function refuseDetermined(rows: readonly InsertRow[], api: ApiRelationship, path: string): void {
  const determined = api.relationship.columns.map(([, theirs]) => theirs);
  const given = rows.flatMap(({ values }) => values.map(([column]) => column));
  const clash = determined.filter((column) => given.includes(column));
  if (clash.length === 0) return;
  throw new AppError(
    'validation-failed',
    `cannot insert ${clash.map((column) => `"${column.name}"`).join(', ')} columns as their values are already being determined by parent insert`,
    { path: `${path}.data` },
  );
}
