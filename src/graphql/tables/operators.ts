/** `_set`, `_inc`, …: how the columns of a row are changed. */
import type { GraphQLNamedType } from 'graphql';
import type { BuiltInType } from '../../data/catalog/built-in-types.ts';
import type { ApiColumn } from '../../data/catalog/model.ts';
import { elementType, isList } from '../../data/catalog/scalar-name.ts';
import type { VisibleTable, WritableTable } from '../../data/catalog/visible.ts';
import type { Value } from '../../data/plan/expression.ts';
import type { SetColumn, SetOperator } from '../../data/plan/write.ts';
import { AppError } from '../../errors.ts';
import { bindable, type Input } from '../lower/input.ts';
import { columnTypeUse, typeUse } from './column-type.ts';
import { lowerInputFields } from './input-fields.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';
import { boolExpType } from './where.ts';

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

export type Given = (argument: string) => Input | undefined;

/** The columns that change; no column twice. */
export function lowerSet(given: Given, path: string, further: readonly SetColumn[] = []): SetColumn[] {
  const set = OPERATIONS.flatMap(({ argument }) => {
    const input = given(argument);
    return input?.kind === 'object'
      ? lowerInputFields<LowerSet, SetColumn>(input, (lower, value) => lower(value))
      : [];
  });
  set.push(...further);
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
export function operatorArguments(
  registry: Registry,
  table: WritableTable,
): Record<string, InputFieldDefinition> {
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

/** `T_updates`: operators and the rows that they are for. */
export function updatesType(
  registry: Registry,
  table: WritableTable,
  visible: VisibleTable,
): GraphQLNamedType {
  return registry.input(`${table.api.name}_updates`, undefined, () => ({
    ...operatorArguments(registry, table),
    where: { type: boolExpType(registry, visible), nonNull: true },
  }));
}
