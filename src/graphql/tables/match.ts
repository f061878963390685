/** `if_match`: what a row must still look like, so that nobody overwrites what he has not seen. */
import { elementType, isList } from '../../data/catalog/scalar-name.ts';
import type { WritableTable } from '../../data/catalog/visible.ts';
import type { Predicate } from '../../data/plan/expression.ts';
import type { Match } from '../../data/plan/write.ts';
import { bindable, type Input } from '../lower/input.ts';
import type { Selection } from '../lower/selection.ts';
import { columnTypeUse } from './column-type.ts';
import { lowerInputFields } from './input-fields.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';

type LowerMatch = (input: Input) => Predicate;

/** Types without an equality, or with one that does not mean the same value. */
const INCOMPARABLE = new Set(['json', 'xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle']);

export function matchArgument(
  registry: Registry,
  { api, visible }: WritableTable,
): Record<string, InputFieldDefinition> {
  const columns = (visible?.columns ?? []).filter(
    ({ column }) => !INCOMPARABLE.has(elementType(column.type).name),
  );
  const name = registry.additionsOf(api).match;
  if (columns.length === 0 || !name) return {};
  const description = `what the row of "${api.name}" must still look like`;
  const type = registry.input(name, description, () =>
    Object.fromEntries(
      columns.map((one): [string, InputFieldDefinition] => {
        const operand = { kind: 'column', column: one.column } as const;
        const lower: LowerMatch = (input) =>
          input.kind === 'null'
            ? { kind: 'null', operand, isNull: true }
            : {
                kind: 'compare',
                operand,
                operator: '=',
                value: { value: bindable(input), type: one.column.type },
              };
        const use = columnTypeUse(registry, one);
        return [one.name, { ...use, ...(isList(one.column.type) ? { nullableItems: true } : {}), lower }];
      }),
    ),
  );
  return { if_match: { type, description: 'refuse the write where the row looks otherwise' } };
}

export function lowerMatch(selection: Selection): Match | undefined {
  const input = selection.argument('if_match');
  if (input?.kind !== 'object' || input.fields.length === 0) return undefined;
  const all = lowerInputFields<LowerMatch, Predicate>(input, (lower, value) => lower(value));
  return { condition: { kind: 'and', all }, path: `${selection.path}.args.if_match` };
}
