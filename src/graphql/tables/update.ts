/** `update_T`, `update_T_by_pk`, `update_T_many`, `delete_T`, `delete_T_by_pk`. */
import type { WritableTable } from '../../data/catalog/visible.ts';
import type { Predicate } from '../../data/plan/expression.ts';
import type { UpdatePlan, WriteAnswer, WritePlan } from '../../data/plan/write.ts';
import { AppError, invariant } from '../../errors.ts';
import type { Input } from '../lower/input.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { keyArguments, keyPredicate, keyType } from './key.ts';
import { lowerMatch, matchArgument } from './match.ts';
import { objectType } from './object.ts';
import { type Given, lowerSet, operatorArguments, updatesType } from './operators.ts';
import type { OutputField, Registry } from './registry.ts';
import { lowerRelated, relatedArgument } from './related.ts';
import { boolExpType, lowerWhere } from './where.ts';
import { mutationResponseType, readableColumns, responseAnswer, rowAnswer } from './write-answer.ts';

export function updateFields(registry: Registry, table: WritableTable): Record<string, OutputField> {
  const { api, visible } = table;
  const names = api.mutationFields;
  // What is to be changed must be found: without a column to read there is no condition.
  if (!names || !visible || table.updatable.length === 0) return {};
  const operators = operatorArguments(registry, table);
  const response = mutationResponseType(registry, table);
  const where = { type: boolExpType(registry, visible), nonNull: true };
  const update: LowerField<WritePlan> = (selection) =>
    lowerUpdate(
      table,
      selection,
      (name) => selection.argument(name),
      selection.path,
      responseAnswer(selection),
    );
  const many: LowerField<WritePlan> = (selection) => {
    const input = selection.argument('updates');
    const answer = responseAnswer(selection);
    const items = input?.kind === 'list' ? input.items : [];
    const updates = items.map((item, index): UpdatePlan => {
      const given = (name: string) =>
        item.kind === 'object' ? item.fields.find((one) => one.name === name)?.input : undefined;
      return lowerUpdate(table, selection, given, `${selection.path}.args.updates[${index}]`, answer);
    });
    return { kind: 'updates', updates };
  };
  const updates = updatesType(registry, table, visible);
  const fields: Record<string, OutputField> = {
    [names.update.name]: {
      type: response,
      args: { ...operators, where },
      lower: update,
      description: names.update.comment ?? `update data of the table: "${api.name}"`,
    },
    [names.update_many.name]: {
      type: response,
      list: true,
      args: { updates: { type: updates, list: true, nonNull: true } },
      lower: many,
      description: names.update_many.comment ?? `update multiples rows of table: "${api.name}"`,
    },
  };
  const { primaryKey } = visible;
  if (primaryKey) {
    const byKey: LowerField<WritePlan> = (selection) => {
      const key = selection.argument('pk_columns');
      invariant(key?.kind === 'object', 'pk_columns is a required object');
      const given = (name: string) => key.fields.find((one) => one.name === name)?.input;
      const related = lowerRelated(selection);
      return {
        kind: 'update',
        table: api.table,
        set: lowerSet((name) => selection.argument(name), selection.path, related.set),
        where: keyPredicate(primaryKey, given),
        match: lowerMatch(selection),
        related: related.writes,
        answer: rowAnswer(selection),
        readable: readableColumns(table),
      };
    };
    fields[names.update_by_pk.name] = {
      type: objectType(registry, visible),
      args: {
        ...operators,
        ...relatedArgument(registry, table),
        ...matchArgument(registry, table),
        pk_columns: { type: keyType(registry, visible, primaryKey), nonNull: true },
      },
      lower: byKey,
      description: names.update_by_pk.comment ?? `update single row of the table: "${api.name}"`,
    };
  }
  return fields;
}

export function deleteFields(registry: Registry, table: WritableTable): Record<string, OutputField> {
  const { api, visible } = table;
  const names = api.mutationFields;
  if (!names || !visible || !table.mayDelete) return {};
  const remove: LowerField<WritePlan> = (selection) => ({
    kind: 'delete',
    table: api.table,
    where: requiredWhere(selection, selection.argument('where'), `${selection.path}.args`),
    answer: responseAnswer(selection),
    readable: readableColumns(table),
  });
  const fields: Record<string, OutputField> = {
    [names.delete.name]: {
      type: mutationResponseType(registry, table),
      args: { where: { type: boolExpType(registry, visible), nonNull: true } },
      lower: remove,
      description: names.delete.comment ?? `delete data from the table: "${api.name}"`,
    },
  };
  const { primaryKey } = visible;
  if (primaryKey) {
    // A key column of that name comes first.
    const hasMatch = !primaryKey.some(({ name }) => name === 'if_match');
    const match = matchArgument(registry, table);
    const byKey: LowerField<WritePlan> = (selection) => ({
      kind: 'delete',
      table: api.table,
      where: keyPredicate(primaryKey, (name) => selection.argument(name)),
      match: hasMatch ? lowerMatch(selection) : undefined,
      answer: rowAnswer(selection),
      readable: readableColumns(table),
    });
    fields[names.delete_by_pk.name] = {
      type: objectType(registry, visible),
      args: { ...match, ...keyArguments(registry, primaryKey) },
      lower: byKey,
      description: names.delete_by_pk.comment ?? `delete single row from the table: "${api.name}"`,
    };
  }
  return fields;
}

function lowerUpdate(
  table: WritableTable,
  selection: Selection,
  given: Given,
  path: string,
  answer: WriteAnswer,
): UpdatePlan {
  return {
    kind: 'update',
    table: table.api.table,
    set: lowerSet(given, path),
    where: requiredWhere(selection, given('where'), path === selection.path ? `${path}.args` : path),
    answer,
    readable: readableColumns(table),
  };
}

function requiredWhere(selection: Selection, input: Input | undefined, path: string): Predicate | undefined {
  if (!input) throw new AppError('validation-failed', "missing required field 'where'", { path });
  return lowerWhere(selection, input, `${path}.where`);
}
