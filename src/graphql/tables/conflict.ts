/** `on_conflict`: what becomes of a row whose key is there already. */
import type { GraphQLNamedType } from 'graphql';
import type { WritableTable } from '../../data/catalog/visible.ts';
import type { Conflict } from '../../data/plan/write.ts';
import { AppError } from '../../errors.ts';
import { constantOf, type Input } from '../lower/input.ts';
import type { Selection } from '../lower/selection.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';
import { boolExpType, lowerWhere } from './where.ts';

/** Stands where a role may update no column, as an enum must have a value. */
const PLACEHOLDER = '_PLACEHOLDER';

export function onConflictArgument(
  registry: Registry,
  table: WritableTable,
): Record<string, InputFieldDefinition> {
  if (constraintsOf(table).length === 0) return {};
  return { on_conflict: { type: onConflictType(registry, table) } };
}

function onConflictType(registry: Registry, table: WritableTable): GraphQLNamedType {
  const { api, visible } = table;
  return registry.input(
    `${api.name}_on_conflict`,
    `on_conflict condition type for table "${api.name}"`,
    () => ({
      constraint: { type: constraintType(registry, table), nonNull: true },
      update_columns: {
        type: updateColumnType(registry, table),
        list: true,
        nonNull: true,
        defaultValue: [],
      },
      ...(visible ? { where: { type: boolExpType(registry, visible) } } : {}),
    }),
  );
}

function constraintType(registry: Registry, table: WritableTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.enum(`${name}_constraint`, `unique or primary key constraints on table "${name}"`, () =>
    constraintsOf(table).map((key) => ({
      name: key.name,
      description: `unique or primary key constraint on columns ${key.columns.map((column) => `"${column.name}"`).join(', ')}`,
    })),
  );
}

export function updateColumnType(registry: Registry, table: WritableTable): GraphQLNamedType {
  const { name } = table.api;
  return registry.enum(`${name}_update_column`, `update columns of table "${name}"`, () =>
    table.updatable.length === 0
      ? [{ name: PLACEHOLDER, description: 'placeholder (do not use)' }]
      : table.updatable.map((column) => ({ name: column.name, description: 'column name' })),
  );
}

function constraintsOf({ api }: WritableTable) {
  return api.table.keys.filter((key) => key.isConstraint && /^[_A-Za-z][_0-9A-Za-z]*$/.test(key.name));
}

/** Lowers the clauses of one mutation; the same clause is the same object, so that its rows can be written together. */
export class Conflicts {
  readonly #selection: Selection;
  readonly #known = new Map<string, Conflict>();

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  lower(table: WritableTable, input: Input | undefined, path: string): Conflict | undefined {
    if (input?.kind !== 'object') return undefined;
    const { variables } = this.#selection.context;
    const key = `${table.api.table.oid}${JSON.stringify(constantOf(input, variables))}`;
    const known = this.#known.get(key);
    if (known) return known;
    const given = (name: string) => input.fields.find((one) => one.name === name)?.input;
    const constant = (name: string) => {
      const one = given(name);
      return one && constantOf(one, variables);
    };
    const constraint = table.api.table.keys.find((one) => one.name === constant('constraint'));
    if (!constraint)
      throw new AppError('validation-failed', 'unknown constraint', { path: `${path}.constraint` });
    const names = [constant('update_columns') ?? []].flat();
    const update = names.map((name) => {
      const column = table.updatable.find((one) => one.name === name);
      if (!column)
        throw new AppError('validation-failed', `erroneous column name: ${name}`, {
          path,
        });
      return column.column;
    });
    const conflict: Conflict = {
      constraint,
      update,
      where: lowerWhere(this.#selection, given('where'), `${path}.where`),
    };
    this.#known.set(key, conflict);
    return conflict;
  }
}
