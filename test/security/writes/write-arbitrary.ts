/** Random mutations of a generated database. As in questions, small numbers are read modulo what there is to choose from. */
import fc from 'fast-check';
import type { WhereModel } from '../reference/query-model.ts';
import { pick } from '../reference/schema-arbitrary.ts';
import type { CallerModel, ColumnModel, GrantModel, RelationshipModel } from '../reference/schema-model.ts';
import { sampleOf } from '../reference/values.ts';
import {
  type AnswerFieldModel,
  type AnswerModel,
  type ChangeModel,
  isParent,
  type KeyModel,
  type MutationModel,
  OPERATORS,
  type RowModel,
  type SetModel,
  type WriteRelationModel,
  type WriteRootModel,
  type WriteSchemaModel,
  writeRelationOf,
} from './write-model.ts';

const picks = fc.array(pick, { minLength: 10, maxLength: 10 });
interface RawRow {
  readonly picks: number[];
  readonly given: number;
  readonly nested: readonly RawRow[];
}
const { row: rawRow } = fc.letrec<{ row: RawRow }>((tie) => ({
  row: fc.record<RawRow>({
    picks,
    given: fc.nat(65535),
    nested: fc.oneof<fc.MaybeWeightedArbitrary<readonly RawRow[]>[]>(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant<readonly RawRow[]>([]),
      fc.array(tie('row'), { minLength: 1, maxLength: 2 }),
    ),
  }),
}));
const rawRoot = fc.record({
  kind: fc.nat(9),
  relation: pick,
  form: fc.nat(5),
  picks,
  rows: fc.array(rawRow, { minLength: 1, maxLength: 3 }),
  conflict: fc.nat(3),
  wheres: fc.array(picks, { minLength: 1, maxLength: 2 }),
  sets: fc.array(picks, { minLength: 1, maxLength: 3 }),
  fields: fc.array(picks, { maxLength: 4 }),
});
type RawRoot = typeof rawRoot extends fc.Arbitrary<infer T> ? T : never;

export const rawMutationArbitrary = fc.record({
  caller: pick,
  variables: fc.boolean(),
  generous: fc.nat(3),
  roots: fc.array(rawRoot, { minLength: 1, maxLength: 2 }),
});
export type RawMutation = typeof rawMutationArbitrary extends fc.Arbitrary<infer T> ? T : never;

export function makeMutation(
  raw: RawMutation,
  schema: WriteSchemaModel,
  callers: readonly CallerModel[],
): MutationModel {
  const caller = callers[raw.caller % callers.length]!;
  // Mostly what the caller may read is asked for, so that not everything ends at the schema.
  const maker = new Maker(schema, raw.generous > 0 ? caller.role : undefined);
  return { caller, variables: raw.variables, roots: raw.roots.map((root) => maker.root(root)) };
}

/** The same row with other values. */
function shifted({ picks, given, nested }: RawRow, by: number): RawRow {
  return {
    picks: [...picks.slice(0, 8).map((seed) => seed + by), ...picks.slice(8)],
    given,
    nested: nested.map((one) => shifted(one, by)),
  };
}

class Maker {
  readonly #schema: WriteSchemaModel;
  readonly #role: string | undefined;

  constructor(schema: WriteSchemaModel, role: string | undefined) {
    this.#schema = schema;
    this.#role = role;
  }

  root(raw: RawRoot): WriteRootModel {
    const relation = this.#relation(raw);
    const byKey = relation.kind === 'table' && raw.form === 0;
    const answer = this.#answer(raw, relation, byKey);
    const where = this.#where(raw.wheres[0]!, relation);
    if (raw.kind < 5) {
      const isOne = raw.form < 2;
      const conflict = raw.conflict === 3 ? this.#conflict(raw, relation) : undefined;
      // A row that two statements of one upsert write is answered twice as it is in the end: plain SQL has no word for that.
      const alike = conflict && { given: raw.rows[0]!.given, nested: [] };
      // Often all rows look like the first, so that one statement writes them and their children.
      const first = raw.rows[0]!;
      const shape = (at: number) =>
        raw.picks[7]! % 3 > 0
          ? { given: first.given, nested: first.nested.map((one) => shifted(one, at)) }
          : {};
      const drawn = raw.rows
        .slice(0, isOne ? 1 : 3)
        .map((row, at) => ({ ...row, ...(at > 0 ? shape(at) : {}), ...alike }));
      const rows = drawn.map((row) => this.#row(row, relation, [], 0, conflict !== undefined));
      return { kind: 'insert', relation, rows, conflict, answer: this.#answer(raw, relation, isOne) };
    }
    const key = byKey ? this.#key(raw.picks, relation) : undefined;
    if (raw.kind > 7) return { kind: 'delete', relation, key, where, answer };
    const change = (picks: readonly number[], at: number): ChangeModel => ({
      key,
      where: this.#where(picks, relation),
      set: this.#sets(raw.sets.slice(at), relation),
    });
    if (raw.kind === 7) {
      const changes = raw.wheres.map((picks, at) => ({ ...change(picks, at), key: undefined }));
      return { kind: 'update many', relation, changes, answer: this.#answer(raw, relation, false) };
    }
    return { kind: 'update', relation, change: change(raw.wheres[0]!, 0), answer };
  }

  /** One that the role may write, where there is one. */
  #relation({ kind, relation: seed }: RawRoot): WriteRelationModel {
    const { relations } = this.#schema;
    const role = this.#role ?? '';
    const may = (grant: GrantModel | undefined) => grant !== 'none';
    const fit = relations.filter(({ grants, given }) => {
      if (kind < 5) return may(given.insert[role]);
      return may(grants[role]) && (kind > 7 || may(given.update[role]));
    });
    const candidates = fit.length > 0 ? fit : relations;
    return candidates[seed % candidates.length]!;
  }

  #row(
    raw: RawRow,
    relation: WriteRelationModel,
    determined: readonly string[],
    depth: number,
    meets = false,
  ): RowModel {
    const nested = depth > 2 ? [] : this.#nested(raw, relation, determined, depth);
    const taken = nested.flatMap(({ relationship }) =>
      isParent(relationship) ? relationship.pairs.map(([ours]) => ours) : [],
    );
    const free = this.#may(relation, relation.given.insert).filter(
      ({ name }) => ![...determined, ...taken].includes(name),
    );
    const given = free.filter(
      ({ name, notNull }, at) =>
        relation.key.includes(name) ||
        (notNull && raw.given % 9 > 0) ||
        (raw.given >> at) & 1 ||
        at % 3 === 0,
    );
    const values = given.map((column, at) => {
      return [column, this.#given(column, raw.picks, at, relation, meets)] as const;
    });
    return { values, nested };
  }

  #nested(raw: RawRow, relation: WriteRelationModel, determined: readonly string[], depth: number) {
    const used = new Set<RelationshipModel>();
    return raw.nested.flatMap((inner) => {
      const candidates = relation.relationships.filter(
        (one) => !used.has(one) && !one.pairs.some(([ours]) => determined.includes(ours)),
      );
      const relationship = candidates[inner.picks[8]! % (candidates.length || 1)];
      if (!relationship) return [];
      used.add(relationship);
      const target = writeRelationOf(this.#schema, relationship.target);
      const copied = isParent(relationship) ? [] : relationship.pairs.map(([, theirs]) => theirs);
      const rows = [this.#row(inner, target, copied, depth + 1)];
      if (relationship.kind === 'array' && inner.picks[9]! % 2 === 0)
        rows.push(
          this.#row(
            { ...inner, picks: inner.picks.map((n) => n + 1), nested: [] },
            target,
            copied,
            depth + 1,
          ),
        );
      return [{ relationship, rows }];
    });
  }

  /** Keys are mostly new, or mostly there where an upsert wants them to be; references mostly lead somewhere. */
  #given(
    column: ColumnModel,
    seeds: readonly number[],
    at: number,
    { key }: WriteRelationModel,
    meets: boolean,
  ): unknown {
    const seed = seeds[at % seeds.length]!;
    const pair = /(^|_)b$/.test(column.name) ? 1 + (seed % 2) : 1 + (seed % 3);
    if (key.includes(column.name)) return (meets ? seed % 3 > 0 : seed % 12 === 0) ? pair : 10 + (seed % 40);
    if (column.name.startsWith('f_')) return seed % 7 === 0 ? null : pair;
    if (column.name === 'n') return [9 + (seed % 3), 3, 3, seed % 9][seed % 12] ?? seed % 9;
    if (column.name === 'owner') return ['u1', 'u2', 'anon', 'authenticated', null][seed % 5];
    if (seed % (column.notNull ? 20 : 9) === 0) return null;
    return sampleOf(column.type, seed);
  }

  #conflict(raw: RawRoot, relation: WriteRelationModel) {
    const constraint = relation.constraints[raw.picks[0]! % (relation.constraints.length || 1)];
    if (!constraint) return undefined;
    // Without a column to update the row that is there is left alone.
    const mask = raw.picks[3]! % 3 === 0 ? 0 : raw.picks[1]!;
    const update = relation.columns.filter(
      ({ name }, at) => (mask >> at) & 1 && !relation.key.includes(name),
    );
    const where =
      raw.picks[2]! % 2 === 0 && update.length > 0 ? this.#where(raw.wheres[0]!, relation) : undefined;
    return { constraint, update, where };
  }

  #key(seeds: readonly number[], { key }: WriteRelationModel): KeyModel {
    return Object.fromEntries(
      key.map((name, at) => [name, name === 'b' ? 1 + (seeds[at]! % 2) : 1 + (seeds[at]! % 4)]),
    );
  }

  #sets(raws: readonly (readonly number[])[], relation: WriteRelationModel): SetModel[] {
    const sets: SetModel[] = [];
    for (const seeds of raws) {
      const columns = this.#may(relation, relation.given.update);
      const column = columns[seeds[0]! % columns.length]!;
      if (sets.some((one) => one.column === column)) continue;
      const operators = OPERATORS.filter((_, at) =>
        at === 0
          ? true
          : at === 1
            ? column.type === 'int4' || column.type === 'numeric'
            : column.type === 'jsonb',
      );
      const operator = operators[seeds[1]! % operators.length]!;
      const special: Partial<Record<SetModel['operator'], unknown>> = {
        _inc: 1 + (seeds[2]! % 3),
        _delete_key: 'a',
        _delete_elem: (seeds[2]! % 3) - 1,
        _delete_at_path: ['b', '0'],
      };
      const value = special[operator] ?? this.#given(column, seeds, 3, relation, false);
      sets.push({ operator, column, value });
    }
    return sets;
  }

  #where(seeds: readonly number[], relation: WriteRelationModel): WhereModel {
    const columns = this.#readable(relation);
    const column = columns[seeds[1]! % (columns.length || 1)];
    const relationship = relation.relationships[seeds[3]! % (relation.relationships.length || 1)];
    if (seeds[0]! % 4 === 0 || !column || column.type === 'jsonb') return { kind: 'and', all: [] };
    if (seeds[0]! % 9 === 1 && relationship)
      return { kind: 'exists', relationship, where: { kind: 'and', all: [] } };
    const compared: WhereModel = {
      kind: 'compare',
      column,
      comparison: (['=', '<>', '>', 'in'] as const)[column.type === 'bool' ? seeds[2]! % 2 : seeds[2]! % 4]!,
      value: sampleOf(column.type, seeds[4]!),
    };
    if (compared.comparison === 'in')
      return { ...compared, value: [compared.value, sampleOf(column.type, seeds[5]!)] };
    return seeds[6]! % 5 === 0 ? { kind: 'not', where: compared } : compared;
  }

  #readable(relation: WriteRelationModel): readonly ColumnModel[] {
    return this.#may(relation, relation.grants);
  }

  /** The columns that the role may use, or all where it may use none or nobody asks. */
  #may(
    { columns }: WriteRelationModel,
    grants: Readonly<Record<string, GrantModel>>,
  ): readonly ColumnModel[] {
    const grant = this.#role === undefined ? undefined : grants[this.#role];
    if (grant === undefined || grant === 'all' || grant === 'none') return columns;
    return columns.filter(({ name }) => grant.includes(name));
  }

  #answer(raw: RawRoot, relation: WriteRelationModel, isRow: boolean): AnswerModel {
    const columns = this.#readable(relation);
    const fields = raw.fields.flatMap((seeds, index): AnswerFieldModel[] => {
      const relationship = relation.relationships[seeds[1]! % (relation.relationships.length || 1)];
      if (seeds[0]! % 3 === 0 && relationship) {
        const target = writeRelationOf(this.#schema, relationship.target);
        const inner = this.#readable(target);
        const shown = [...new Set([inner[seeds[2]! % inner.length]!, inner[seeds[3]! % inner.length]!])];
        const kind = relationship.kind === 'array' && seeds[4]! % 3 === 0 ? 'count' : 'rows';
        return [{ kind, alias: `f${index}`, relationship, columns: shown }];
      }
      return [{ kind: 'column', alias: `f${index}`, column: columns[seeds[2]! % columns.length]! }];
    });
    if (fields.length > 0) return { isRow, fields };
    return isRow
      ? { isRow, fields: [{ kind: 'column', alias: 'f0', column: columns[0]! }] }
      : { isRow, fields: undefined };
  }
}
