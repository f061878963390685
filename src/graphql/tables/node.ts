/** Rows by a name of their own, whatever their table: the interface `Node`, and the root field `node`. */
import type { GraphQLNamedType, GraphQLObjectType } from 'graphql';
import type { VisibleTable } from '../../data/catalog/visible.ts';
import type { Plan, Shape } from '../../data/plan/plan.ts';
import { AppError } from '../../errors.ts';
import { readToken } from '../../lib/token.ts';
import type { LowerField } from '../lower/selection.ts';
import { lowerOne } from './list.ts';
import { lowerObject, objectType } from './object.ts';
import type { OutputField, Registry } from './registry.ts';

const ID_FIELD = 'node_id';

/** Whether rows of the table are nodes: they have a key, and no field of their own that is called so. */
export function isNode(registry: Registry, table: VisibleTable): boolean {
  const names = [...table.columns, ...table.relationships.map(({ api }) => api)].map(({ name }) => name);
  return registry.hasNodes && table.primaryKey !== undefined && !names.includes(ID_FIELD);
}

export function nodeInterface(registry: Registry): GraphQLNamedType {
  return registry.interface('Node', 'a row that can be asked for by its node_id', () => ({
    [ID_FIELD]: { type: registry.scalar('ID'), nonNull: true, lower: undefined },
  }));
}

/** `node_id`: the names of the table and the values of its key. */
export function nodeIdField(registry: Registry, table: VisibleTable): Record<string, OutputField> {
  const lower: LowerField<Shape> = () => ({
    kind: 'token',
    texts: [table.api.name],
    operands: (table.primaryKey ?? []).map(({ column }) => ({ kind: 'column', column })),
  });
  return {
    [ID_FIELD]: {
      type: registry.scalar('ID'),
      nonNull: true,
      lower,
      description: 'name of this row among all rows of all tables, for the field node',
    },
  };
}

export function nodeRootField(registry: Registry): Record<string, OutputField> {
  const nodes = registry.visible.tables.filter((table) => isNode(registry, table));
  if (nodes.length === 0) return {};
  const byName = new Map(nodes.map((table) => [table.api.name, table]));
  const lower: LowerField<Plan> = (selection) => {
    const parts = readToken(selection.constant('id')) ?? [];
    const [name, ...values] = parts;
    const table = typeof name === 'string' ? byName.get(name) : undefined;
    const key = table?.primaryKey ?? [];
    if (!table || values.length !== key.length || values.includes(null))
      throw new AppError('validation-failed', 'this is not the node_id of a row', {
        path: `${selection.path}.args.id`,
        hint: `Hand back what the field ${ID_FIELD} said.`,
      });
    const type = objectType(registry, table) as GraphQLObjectType;
    return lowerOne({ kind: 'table', table: table.api.table }, lowerObject(selection, type), {
      where: {
        kind: 'and',
        all: key.map(({ column }, index) => ({
          kind: 'compare',
          operand: { kind: 'column', column },
          operator: '=',
          value: { value: values[index], type: column.type },
        })),
      },
    });
  };
  return {
    node: {
      type: nodeInterface(registry),
      args: { id: { type: registry.scalar('ID'), nonNull: true } },
      lower,
      description: 'fetch the row with this node_id, of whatever table',
    },
  };
}
