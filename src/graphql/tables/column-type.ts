/** The GraphQL type of a column, an argument or a result. */
import type { GraphQLNamedType } from 'graphql';
import type { PgType } from '../../data/catalog/catalog.ts';
import type { ApiColumn, ApiTable } from '../../data/catalog/model.ts';
import { elementType, isList, scalarName } from '../../data/catalog/scalar-name.ts';
import { invariant } from '../../errors.ts';
import type { Registry } from './registry.ts';

export function scalarOf(registry: Registry, type: PgType): GraphQLNamedType {
  const name = scalarName(type);
  invariant(name !== undefined, `type ${type.name} has a GraphQL name`);
  return registry.scalar(scalarNameBeside(registry, name, type));
}

/** A type that is called like a table (or a type of one) gets another name: the table's stands for its rows. */
function scalarNameBeside(registry: Registry, name: string, type: PgType): string {
  const { schema, name: own } = elementType(type);
  const isBuiltIn = schema === 'pg_catalog' && name !== own;
  return !isBuiltIn && registry.visible.model.typeNames.has(name) ? `${name}_scalar` : name;
}

export function typeUse(registry: Registry, type: PgType): { type: GraphQLNamedType; list: boolean } {
  return { type: scalarOf(registry, type), list: isList(type) };
}

export function columnTypeUse(
  registry: Registry,
  column: ApiColumn,
): { type: GraphQLNamedType; list: boolean } {
  if (column.enumTable) return { type: enumTableType(registry, column.enumTable), list: false };
  return typeUse(registry, column.column.type);
}

export function enumTableType(registry: Registry, table: ApiTable): GraphQLNamedType {
  return registry.enum(`${table.name}_enum`, undefined, () =>
    (table.enumValues ?? []).map(({ value, description }) => ({ name: value, description })),
  );
}
