/** Which function a call means: by its name, the names of the arguments given, and the kind of body. */
import type { Catalog, PgType, Routine, RoutineParameter } from '../data/catalog/catalog.ts';
import { FuzzySet } from '../lib/fuzzy-set.ts';
import { RestError } from './errors.ts';

export interface CallAsked {
  readonly schema: string;
  readonly name: string;
  /** Names of the arguments given. */
  readonly names: readonly string[];
  readonly mediaType: string;
  /** A POST may give its whole body to a single unnamed parameter. */
  readonly isPost: boolean;
}

export interface CallMeant {
  readonly routine: Routine;
  /** The whole body goes to the only parameter, which has no name. */
  readonly isWholeBody: boolean;
}

/** Bodies that only a single unnamed parameter of the type can take. */
const WHOLE_BODY = new Map([
  ['text/plain', 'text'],
  ['text/xml', 'xml'],
  ['application/octet-stream', 'bytea'],
]);
const UNNAMED_TYPES = new Set(['json', 'jsonb', 'text', 'xml', 'bytea']);

const SCORE_OF_NAMES = 0.75;

/** Throws PGRST202 where none fits, PGRST203 where several do. */
export function findRoutine(catalog: Catalog, asked: CallAsked): CallMeant {
  const candidates = routinesOf(catalog, asked.schema).get(asked.name) ?? [];
  const named = candidates.filter((routine) => takesNames(routine, asked));
  if (named.length > 1) throw ambiguous(named);
  if (named[0]) return { routine: named[0], isWholeBody: false };
  const unnamed = candidates.filter((routine) => takesWholeBody(routine, asked));
  if (unnamed.length > 1) throw ambiguous(unnamed);
  if (unnamed[0]) return { routine: unnamed[0], isWholeBody: true };
  throw notFound(catalog, asked, candidates);
}

const indexes = new WeakMap<Catalog, Map<string, Map<string, Routine[]>>>();

/** Callable functions by schema and name: made once per version of the catalog. */
function routinesOf(catalog: Catalog, schema: string): ReadonlyMap<string, readonly Routine[]> {
  let index = indexes.get(catalog);
  if (!index) {
    index = new Map();
    for (const routine of catalog.routines) {
      if (!isCallable(routine)) continue;
      const names = index.get(routine.schema) ?? new Map<string, Routine[]>();
      index.set(routine.schema, names);
      names.set(routine.name, [...(names.get(routine.name) ?? []), routine]);
    }
    for (const names of index.values())
      for (const list of names.values()) list.sort((a, b) => a.parameters.length - b.parameters.length);
    indexes.set(catalog, index);
  }
  return index.get(schema) ?? new Map();
}

/** All parameters have names, or there is one without, of a type that a body can be. */
function isCallable({ parameters }: Routine): boolean {
  if (parameters.every(({ name }) => name !== '')) return true;
  const [only] = parameters;
  return parameters.length === 1 && only !== undefined && isUnnamed(only);
}

function isUnnamed({ name, type }: RoutineParameter): boolean {
  return name === '' && type.schema === 'pg_catalog' && UNNAMED_TYPES.has(type.name);
}

/** Every required parameter is given, and nothing that it does not know. */
function takesNames({ parameters, variadic }: Routine, { names, isPost, mediaType }: CallAsked): boolean {
  if (parameters.length === 0) return names.length === 0 && !(isPost && WHOLE_BODY.has(mediaType));
  const given = new Set(names);
  const isOptional = ({ hasDefault, position }: RoutineParameter) =>
    hasDefault || (variadic && position === parameters.length - 1);
  return (
    parameters.every((parameter) => given.has(parameter.name) || isOptional(parameter)) &&
    names.every((name) => parameters.some((parameter) => parameter.name === name))
  );
}

function takesWholeBody({ parameters }: Routine, { isPost, mediaType }: CallAsked): boolean {
  const [only] = parameters;
  if (!isPost || parameters.length !== 1 || !only || !isUnnamed(only)) return false;
  return mediaType === 'application/json'
    ? only.type.name === 'json' || only.type.name === 'jsonb'
    : only.type.name === WHOLE_BODY.get(mediaType);
}

function ambiguous(routines: readonly Routine[]): RestError {
  const list = routines.map(({ schema, name, parameters }) => {
    const written = parameters.map((parameter) => `${parameter.name} => ${writtenType(parameter.type)}`);
    return `${schema}.${name}(${written.join(', ')})`;
  });
  return new RestError(
    'PGRST203',
    `Could not choose the best candidate function between: ${list.join(', ')}`,
    {
      hint: 'Try renaming the parameters or the function itself in the database so function overloading can be resolved',
    },
  );
}

function notFound(catalog: Catalog, asked: CallAsked, candidates: readonly Routine[]): RestError {
  const { schema, name, names, mediaType, isPost } = asked;
  const sorted = [...names].sort();
  const wholeBody = isPost ? WHOLE_BODY.get(mediaType) : undefined;
  const list = sorted.join(', ');
  const told = sorted.length === 0 ? ' without parameters' : `(${list})`;
  const detailed =
    sorted.length === 0 ? ' without parameters' : ` with parameter${sorted.length > 1 ? 's' : ''} ${list}`;
  const searched =
    wholeBody !== undefined
      ? ` with a single unnamed ${wholeBody} parameter`
      : isPost && mediaType === 'application/json'
        ? `${detailed} or with a single unnamed json/jsonb parameter`
        : detailed;
  return new RestError(
    'PGRST202',
    `Could not find the function ${schema}.${name}${wholeBody === undefined ? told : ''} in the schema cache`,
    {
      details: `Searched for the function ${schema}.${name}${searched}, but no matches were found in the schema cache.`,
      hint: wholeBody === undefined ? suggestion(catalog, asked, sorted, candidates) : undefined,
    },
  );
}

function suggestion(
  catalog: Catalog,
  { schema, name }: CallAsked,
  names: readonly string[],
  candidates: readonly Routine[],
): string | undefined {
  const similar =
    candidates.length === 0 ? similarName(catalog, schema, name) : similarParameters(names, candidates);
  if (similar === undefined) return undefined;
  return `Perhaps you meant to call the function ${schema}.${candidates.length === 0 ? '' : name}${similar}`;
}

const namesByCatalog = new WeakMap<Catalog, Map<string, FuzzySet>>();

function similarName(catalog: Catalog, schema: string, name: string): string | undefined {
  const known = namesByCatalog.get(catalog) ?? new Map<string, FuzzySet>();
  namesByCatalog.set(catalog, known);
  const names = known.get(schema) ?? new FuzzySet(routinesOf(catalog, schema).keys());
  known.set(schema, names);
  return names.get(name, SCORE_OF_NAMES)[0]?.word;
}

function similarParameters(names: readonly string[], candidates: readonly Routine[]): string | undefined {
  const written = candidates.map(
    ({ parameters }) =>
      `(${parameters
        .map((parameter) => parameter.name)
        .sort()
        .join(', ')})`,
  );
  return new FuzzySet(written).get(`(${names.join(', ')})`)[0]?.word;
}

/** Types whose name in SQL differs from that in pg_type. */
const WRITTEN: Readonly<Record<string, string>> = {
  bit: 'bit',
  bool: 'boolean',
  bpchar: 'character',
  float4: 'real',
  float8: 'double precision',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  timetz: 'time with time zone',
  varbit: 'bit varying',
  varchar: 'character varying',
};

function writtenType(type: PgType): string {
  if (type.kind === 'array' && type.element) return `${writtenType(type.element)}[]`;
  return type.schema === 'pg_catalog' ? (WRITTEN[type.name] ?? type.name) : `${type.schema}.${type.name}`;
}
