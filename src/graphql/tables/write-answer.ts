/** `T_mutation_response`, and what a write is asked to answer. */
import type { GraphQLNamedType } from 'graphql';
import type { Column } from '../../data/catalog/catalog.ts';
import type { WritableTable } from '../../data/catalog/visible.ts';
import type { WriteAnswer } from '../../data/plan/write.ts';
import { AppError } from '../../errors.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { lowerObject, objectType } from './object.ts';
import type { OutputField, Registry } from './registry.ts';

type Part = Extract<WriteAnswer, { kind: 'response' }>['entries'][number][1];

export function mutationResponseType(registry: Registry, { api, visible }: WritableTable): GraphQLNamedType {
  return registry.object(
    `${api.name}_mutation_response`,
    `response of any mutation on the table "${api.name}"`,
    () => {
      const affected: LowerField<Part> = () => ({ kind: 'affected' });
      const returning: LowerField<Part> = (selection) => ({
        kind: 'returning',
        shape: lowerObject(selection),
      });
      const fields: Record<string, OutputField> = {
        affected_rows: {
          type: registry.scalar('Int'),
          nonNull: true,
          lower: affected,
          description: 'number of rows affected by the mutation',
        },
      };
      if (visible)
        fields.returning = {
          type: objectType(registry, visible),
          list: true,
          nonNull: true,
          lower: returning,
          description: 'data from the rows affected by the mutation',
        };
      return fields;
    },
  );
}

export function responseAnswer(selection: Selection): WriteAnswer {
  const entries = selection.entries<Part>((text) => ({ kind: 'literal', text }));
  if (entries.filter(([, part]) => part.kind === 'returning').length > 1)
    throw new AppError('not-supported', '"returning" can be selected once per mutation', {
      path: `${selection.path}.selectionSet.returning`,
    });
  return { kind: 'response', entries };
}

export function rowAnswer(selection: Selection): WriteAnswer {
  return { kind: 'row', shape: lowerObject(selection) };
}

/** What the role may read of the table. */
export function readableColumns({ visible }: WritableTable): Column[] {
  return visible?.columns.map(({ column }) => column) ?? [];
}
