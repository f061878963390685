/** The query string as a whole: which parameter is read by which rule. */
import type { EmbedPath, Filter, LogicTree, OrderTerm, QueryParameters, RowRange } from './ast.ts';
import { logicPath, logicTree, operation, singleValue } from './filter.ts';
import { columnNames, treePath } from './name.ts';
import { order } from './order.ts';
import { either, map, type Parser, parse, succeed, type Unreadable } from './parser.ts';
import { select } from './select.ts';

/** A parameter that no rule can read. */
export class UnreadableQuery extends Error {
  /** Which parameter, and where in it. */
  readonly details: string;
  constructor(source: string, { position, reason }: Unreadable) {
    super(`"${source}" ${position}`);
    this.name = 'UnreadableQuery';
    this.details = reason;
  }
}

const RESERVED = new Set(['select', 'columns', 'on_conflict']);
const RESERVED_ENDINGS = new Set(['order', 'limit', 'offset', 'and', 'or']);

/** Whether a parameter of this name is no filter. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name) || RESERVED_ENDINGS.has(ending(name));
}

function ending(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

export interface ReadOptions {
  /** What cannot be read as a filter is an argument: a function is called by GET. */
  readonly args: boolean;
}

/** Pairs in order, names and values decoded; a parameter without `=` has no value and counts for nothing. */
export function readQuery(
  pairs: readonly (readonly [name: string, value: string | undefined, slot?: string | undefined])[],
  { args: withArgs }: ReadOptions,
): QueryParameters {
  const given = pairs.filter((pair): pair is [string, string, string | undefined] => pair[1] !== undefined);
  const first = (key: string) => pairs.find(([name]) => name === key)?.[1];
  const orders = given
    .filter(([key]) => ending(key) === 'order')
    .map(([key, value]): [EmbedPath, OrderTerm[]] => [
      pathOf(key),
      read(order, `failed to parse order (${value})`, value),
    ]);
  const logic = given
    .filter(([key]) => ending(key) === 'and' || ending(key) === 'or')
    .map(([key, value]) => readLogic(key, value));
  const columns = first('columns');
  const readColumns =
    columns === undefined
      ? undefined
      : read(columnNames, `failed to parse columns parameter (${columns})`, columns);
  const selected = first('select') ?? '*';
  const readSelect = read(select, `failed to parse select parameter (${selected})`, selected);
  const filters: [EmbedPath, Filter][] = [];
  const args: [string, string][] = [];
  for (const [key, value, slot] of given) {
    if (isReserved(key)) continue;
    const [path, field] = readTreePath(key);
    const operated = read(
      withArgs ? either<Operated | undefined>(OPERATION, succeed(undefined)) : OPERATION,
      `failed to parse filter (${value})`,
      value,
    );
    if (operated === undefined) args.push([field.name, value]);
    else filters.push([path, { kind: 'filter', field, ...operated, slot }]);
  }
  const onConflict = first('on_conflict');
  return {
    select: readSelect,
    filters,
    logic,
    orders,
    ranges: readRanges(given),
    columns: readColumns,
    onConflict:
      onConflict === undefined
        ? undefined
        : read(columnNames, `failed to parse on_conflict parameter (${onConflict})`, onConflict),
    args,
  };
}

type Operated = Pick<Filter, 'negated' | 'operation'>;

const OPERATION: Parser<Operated> = map(operation(singleValue), (operated) => operated);

/** Deeper than anybody means it: the rules call each other, and each has its place on the stack. */
const MAX_DEPTH = 50;
/** Of brackets, so of relations too. */
const MAX_BRACKETS = 500;

function read<T>(parser: Parser<T>, source: string, value: string): T {
  checkDepth(source, value);
  const result = parse(parser, value);
  if ('unreadable' in result) throw new UnreadableQuery(source, result.unreadable);
  return result.value;
}

function checkDepth(source: string, value: string): void {
  let depth = 0;
  let opened = 0;
  for (let index = 0; index < value.length; index++) {
    if (value[index] === '(') {
      depth += 1;
      opened += 1;
    } else if (value[index] === ')') depth -= 1;
    if (depth <= MAX_DEPTH && opened <= MAX_BRACKETS) continue;
    const reason =
      depth > MAX_DEPTH
        ? `brackets are nested deeper than ${MAX_DEPTH}`
        : `more than ${MAX_BRACKETS} brackets`;
    throw new UnreadableQuery(source, { position: `(line 1, column ${index + 1})`, reason });
  }
}

function readTreePath(key: string) {
  return read(treePath, `failed to parse tree path (${key})`, key);
}

function pathOf(key: string): string[] {
  return readTreePath(key)[0];
}

function readLogic(key: string, value: string): [EmbedPath, LogicTree] {
  const { path, operator } = read(logicPath, `failed to parse logic path (${key})`, key);
  // The operator stands in the parameter's name, so that `or=(…)` is read as `or(…)`.
  return [path, read(logicTree, `failed to parse logic tree (${value})`, operator + value)];
}

/** A limit or an offset that is no number counts for nothing, as does an offset below zero. */
function readRanges(given: readonly [string, string, ...unknown[]][]): [EmbedPath, RowRange][] {
  const ranges = new Map<string, { limit: number | undefined; offset: number }>();
  for (const [key, value] of given) {
    const kind = ending(key);
    if (kind !== 'limit' && kind !== 'offset') continue;
    const relation = key.slice(0, -kind.length);
    const range = ranges.get(relation) ?? { limit: undefined, offset: 0 };
    ranges.set(relation, range);
    const number = /^\s*-?\d+\s*$/.test(value) ? Number(value) : undefined;
    if (number === undefined || !Number.isSafeInteger(number)) continue;
    if (kind === 'limit') range.limit = number;
    else range.offset = number;
  }
  return [...ranges].map(([relation, range]) => [pathOf(`${relation}limit`), range]);
}
