/** `select=`: fields with alias, path, casts and aggregate; relations and spreads with what is selected of them. */
import type { Field, SelectAggregate, SelectField, SelectItem, SelectRelation } from './ast.ts';
import { ends, field, fieldName, identifierText, lexeme } from './name.ts';
import {
  after,
  attempt,
  before,
  between,
  chain,
  char,
  either,
  lazy,
  lookAhead,
  map,
  notFollowedBy,
  nothing,
  optional,
  type Parser,
  separated,
  sequence,
  succeed,
  text,
} from './parser.ts';

const alias: Parser<string | undefined> = optional(
  attempt(before(fieldName, before(char(':'), notFollowedBy(char(':'))))),
);
const cast: Parser<string | undefined> = optional(after(text('::'), identifierText));
const end = ends(')', ',');

type Parameter = { readonly hint: string } | { readonly join: 'left' | 'inner' };

const parameter: Parser<Parameter> = after(
  char('!'),
  either<Parameter>(
    map(attempt(text('left')), () => ({ join: 'left' as const })),
    map(attempt(text('inner')), () => ({ join: 'inner' as const })),
    attempt(map(fieldName, (hint) => ({ hint }))),
  ),
);

type Parameters = Pick<SelectRelation, 'hint' | 'join'>;

const parameters: Parser<Parameters> = sequence<[Parameter | undefined, Parameter | undefined], Parameters>(
  [optional(parameter), optional(parameter)],
  (...both) => {
    let hint: string | undefined;
    let join: 'left' | 'inner' | undefined;
    for (const one of both) {
      if (one === undefined) continue;
      if ('hint' in one) hint ??= one.hint;
      else join ??= one.join;
    }
    return { hint, join };
  },
);

const opens = attempt(lookAhead(text('(')));

type Head = Omit<SelectRelation, 'items'>;

/** `count` with parentheses is the aggregate. */
const relationName = chain(fieldName, (name) => (name === 'count' ? nothing : succeed(name)));

const relationHead: Parser<Head> = lexeme(
  sequence<[string | undefined, string, Parameters, string], Head>(
    [alias, relationName, parameters, opens],
    (as, name, found) => ({ kind: 'relation', name, alias: as, ...found }),
  ),
);

const spreadHead: Parser<Head> = lexeme(
  sequence<[string, Parameters, string], Head>(
    [after(text('...'), fieldName), parameters, opens],
    (name, found) => ({ kind: 'spread', name, alias: undefined, ...found }),
  ),
);

const aggregate: Parser<SelectAggregate> = either<SelectAggregate>(
  map(text('sum'), () => 'sum'),
  map(text('avg'), () => 'avg'),
  map(text('count'), () => 'count'),
  map(attempt(text('max')), () => 'max'),
  map(attempt(text('min')), () => 'min'),
);

const ALL: Field = { name: '*', path: [] };

const plain = { alias: undefined, cast: undefined, aggregate: undefined, aggregateCast: undefined } as const;

const star: Parser<SelectField> = attempt(
  sequence<[string, unknown], SelectField>([text('*'), end], () => ({ kind: 'field', field: ALL, ...plain })),
);

const countOfRows: Parser<SelectField> = attempt(
  sequence<[string | undefined, string, string | undefined, unknown], SelectField>(
    [alias, text('count()'), cast, end],
    (as, _, aggregateCast) => ({
      kind: 'field',
      field: ALL,
      alias: as,
      cast: undefined,
      aggregate: 'count',
      aggregateCast,
    }),
  ),
);

const plainField: Parser<SelectField> = sequence<
  [string | undefined, Field, string | undefined, SelectAggregate | undefined, string | undefined, unknown],
  SelectField
>(
  [alias, field, cast, optional(attempt(before(after(char('.'), aggregate), text('()')))), cast, end],
  (as, of, type, call, aggregateCast) => ({
    kind: 'field',
    field: of,
    alias: as,
    cast: type,
    aggregate: call,
    aggregateCast,
  }),
);

const selectField: Parser<SelectField> = lexeme(either(star, countOfRows, plainField));

const nested: Parser<SelectItem[]> = between(
  char('('),
  char(')'),
  lazy(() => select),
);

const withItems = (head: Parser<Head>): Parser<SelectItem> =>
  sequence<[Head, SelectItem[]], SelectItem>([attempt(head), nested], (relation, items) => ({
    ...relation,
    items,
  }));

const item: Parser<SelectItem> = either<SelectItem>(
  withItems(spreadHead),
  withItems(relationHead),
  selectField,
);

export const select: Parser<SelectItem[]> = separated(item, lexeme(char(',')));
