/** `update_T`, `update_T_by_pk`, `update_T_many`, `delete_T`, `delete_T_by_pk`. */
import type { GraphQLNamedType } from 'graphql';
import type { BuiltInType } from '../../data/catalog/built-in-types.ts';
import type { ApiColumn } from '../../data/catalog/model.ts';
import { elementType, isList } from '../../data/catalog/scalar-name.ts';
import type { WritableTable } from '../../data/catalog/visible.ts';
import type { Predicate, Value } from '../../data/plan/plan.ts';
import type { SetColumn, SetOperator, UpdatePlan, WriteAnswer, WritePlan } from '../../data/plan/write.ts';
import { AppError, invariant } from '../../errors.ts';
import { bindable, type Input } from '../lower/input.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { columnTypeUse, typeUse } from './column-type.ts';
import { lowerInputFields } from './input-fields.ts';
import { keyArguments, keyPredicate } from './key.ts';
import { objectType } from './object.ts';
import type { InputFieldDefinition, OutputField, Registry } from './registry.ts';
import { boolExpType, lowerWhere } from './where.ts';
import { mutationResponseType, readableColumns, responseAnswer, rowAnswer } from './write-answer.ts';

type LowerSet = (input: Input) => SetColumn;

interface Operation {
  readonly argument: string;
  readonly operator: SetOperator;
  readonly takes: (column: ApiColumn) => boolean;
  readonly description: string;
  /** Type of the value where it is not the column's own. */
  readonly valueType?: { readonly name: BuiltInType; readonly list: boolean };
}

const isJsonb = ({ column }: ApiColumn) => !isList(column.type) && elementType(column.type).name === 'jsonb';
const isNumeric = ({ column }: ApiColumn) =>
  !isList(column.type) &&
  ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'money'].includes(elementType(column.type).name);

const OPERATIONS: readonly Operation[] = [
  {
    argument: '_set',
    operator: '=',
    takes: () => true,
    description: 'sets the columns of the filtered rows to the given values',
  },
  {
    argument: '_inc',
    operator: '+',
    takes: isNumeric,
    description: 'increments the numeric columns with given value of the filtered values',
  },
  {
    argument: '_append',
    operator: '||',
    takes: isJsonb,
    description: 'append existing jsonb value of filtered columns with new jsonb value',
  },
  {
    argument: '_prepend',
    operator: 'prepend',
    takes: isJsonb,
    description: 'prepend existing jsonb value of filtered columns with new jsonb value',
  },
  {
    argument: '_delete_key',
    operator: '-',
    takes: isJsonb,
    valueType: { name: 'text', list: false },
    description:
      'delete key/value pair or string element. key/value pairs are matched based on their key value',
  },
  {
    argument: '_delete_elem',
    operator: '-',
    takes: isJsonb,
    valueType: { name: 'int4', list: false },
    description: 'delete the array element with specified index (negative integers count from the end)',
  },
  {
    argument: '_delete_at_path',
    operator: '#-',
    takes: isJsonb,
    valueType: { name: 'text', list: true },
    description:
      'delete the field or element with specified path (for JSON arrays, negative integers count from the end)',
  },
];

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
  const updates = registry.input(`${api.name}_updates`, undefined, () => ({ ...operators, where }));
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
    const keyType = registry.input(
      `${api.name}_pk_columns_input`,
      `primary key columns input for table: "${api.name}"`,
      () => keyArguments(registry, primaryKey),
    );
    const byKey: LowerField<WritePlan> = (selection) => {
      const key = selection.argument('pk_columns');
      invariant(key?.kind === 'object', 'pk_columns is a required object');
      const given = (name: string) => key.fields.find((one) => one.name === name)?.input;
      return {
        kind: 'update',
        table: api.table,
        set: lowerSet((name) => selection.argument(name), selection.path),
        where: keyPredicate(primaryKey, given),
        answer: rowAnswer(selection),
        readable: readableColumns(table),
      };
    };
    fields[names.update_by_pk.name] = {
      type: objectType(registry, visible),
      args: { ...operators, pk_columns: { type: keyType, nonNull: true } },
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
    const byKey: LowerField<WritePlan> = (selection) => ({
      kind: 'delete',
      table: api.table,
      where: keyPredicate(primaryKey, (name) => selection.argument(name)),
      answer: rowAnswer(selection),
      readable: readableColumns(table),
    });
    fields[names.delete_by_pk.name] = {
      type: objectType(registry, visible),
      args: keyArguments(registry, primaryKey),
      lower: byKey,
      description: names.delete_by_pk.comment ?? `delete single row from the table: "${api.name}"`,
    };
  }
  return fields;
}

type Given = (argument: string) => Input | undefined;

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
    where: requiredWhere(selection, given('where'), path),
    answer,
    readable: readableColumns(table),
  };
}

function requiredWhere(selection: Selection, input: Input | undefined, path: string): Predicate | undefined {
  if (!input) throw new AppError('validation-failed', "missing required field 'where'", { path });
  return lowerWhere(selection, input, `${path}.where`);
}

function lowerSet(given: Given, path: string): SetColumn[] {
  const set = OPERATIONS.flatMap(({ argument }) => {
    const input = given(argument);
    return input?.kind === 'object'
      ? lowerInputFields<LowerSet, SetColumn>(input, (lower, value) => lower(value))
      : [];
  });
  const columns = set.map(({ column }) => column.name);
  const twice = [...new Set(columns.filter((name, index) => columns.indexOf(name) !== index))];
  if (twice.length > 0)
    throw new AppError(
      'validation-failed',
      `Column found in multiple operators: [${twice.map((name) => `'${name}'`).join(', ')}].`,
      { path: `${path}.args` },
    );
  return set;
}

/** An operator is an argument only where a column can take it. */
function operatorArguments(registry: Registry, table: WritableTable): Record<string, InputFieldDefinition> {
  const fields: Record<string, InputFieldDefinition> = {};
  for (const operation of OPERATIONS) {
    const columns = table.updatable.filter(operation.takes);
    if (columns.length === 0) continue;
    fields[operation.argument] = {
      type: operatorType(registry, table, operation, columns),
      description: operation.description,
    };
  }
  return fields;
}

function operatorType(
  registry: Registry,
  { api }: WritableTable,
  { argument, operator, valueType, description }: Operation,
  columns: readonly ApiColumn[],
): GraphQLNamedType {
  const own = valueType && registry.builtIn(valueType.name);
  return registry.input(`${api.name}${argument}_input`, description, () =>
    Object.fromEntries(
      columns.map((column) => {
        const lower: LowerSet = (input) => {
          const value: Value = own
            ? { value: bindable(input), type: own, ...(valueType.list ? { list: true } : {}) }
            : { value: bindable(input), type: column.column.type };
          return { column: column.column, operator, value };
        };
        const use = own
          ? { ...typeUse(registry, own), list: valueType.list }
          : { ...columnTypeUse(registry, column), nullableItems: true };
        return [column.name, { ...use, lower }];
      }),
    ),
  );
}
