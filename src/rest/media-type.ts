/** Media types: what the client accepts, what of it can be made, and how it is named in the answer. */
import { type MediaHandler, type PgType, withoutDomain } from '../data/catalog/catalog.ts';
import type { ListingFormat } from '../data/plan/listing.ts';
import { RestError } from './errors.ts';

export interface MediaType {
  /** `application/json`, in lower case. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** As it was written. */
  readonly text: string;
}

/** How the answer is made. */
export interface Representation {
  readonly format: ListingFormat;
  readonly stripNulls: boolean;
  readonly contentType: string;
  /** The aggregate of the database that makes the answer. */
  readonly handler?: MediaHandler | undefined;
  /** The plan is shown instead of the rows. */
  readonly plan: PlanOutput | undefined;
}

export interface PlanOutput {
  readonly format: 'text' | 'json';
  readonly options: readonly PlanOption[];
}

const PLAN_OPTIONS = ['analyze', 'verbose', 'settings', 'buffers', 'wal'] as const;
export type PlanOption = (typeof PLAN_OPTIONS)[number];

const PLAN = /^application\/vnd\.pgrst\.plan(?:\+(text|json))?$/;
/** Types of our own, whose form the database cannot choose. */
const VENDOR = /^application\/vnd\.pgrst\./;
const WITH_CHARSET = new Set([
  'application/json',
  'application/geo+json',
  'application/openapi+json',
  'text/csv',
  'text/plain',
  'text/xml',
]);
const NAMELESS = /^\*\/\*$/;

/** In the order in which the client would have them. */
export function acceptedTypes(header: string | undefined): MediaType[] {
  if (header === undefined || header.trim() === '') return [parseMediaType('*/*')];
  const ranked = splitOutsideQuotes(header, ',').map((text, index) => {
    const type = parseMediaType(text.trim());
    const quality = Number(type.parameters.get('q') ?? '1');
    const wildcards = (type.name.match(/\*/g) ?? []).length;
    return { type, quality: Number.isNaN(quality) ? 1 : quality, wildcards, index };
  });
  return ranked
    .sort(
      (left, right) =>
        right.quality - left.quality || left.wildcards - right.wildcards || left.index - right.index,
    )
    .map(({ type }) => type);
}

export function parseMediaType(text: string): MediaType {
  const [name = '', ...rest] = splitOutsideQuotes(text, ';');
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const value = part.slice(equals + 1).trim();
    parameters.set(part.slice(0, equals).trim().toLowerCase(), value.replace(/^"(.*)"$/, '$1'));
  }
  return { name: name.trim().toLowerCase(), parameters, text: withoutQuality(text) };
}

function withoutQuality(text: string): string {
  return text.replace(/\s*;\s*q=[0-9.]+/i, '').trim();
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '"') quoted = !quoted;
    else if (text[index] === separator && !quoted) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

export interface MediaTypeRules {
  readonly plan: boolean;
  readonly geoJson: boolean;
  /** What the database itself makes of the rows, by the name of the media type. */
  readonly made?: ((name: string) => MadeByDatabase | undefined) | undefined;
}

export interface MadeByDatabase {
  readonly handler: MediaHandler | undefined;
  /** Of what it makes, a domain. */
  readonly type: PgType;
}

/** The first of the accepted types that can be made. Throws PGRST107. */
export function chooseRepresentation(header: string | undefined, rules: MediaTypeRules): Representation {
  const accepted = acceptedTypes(header);
  for (const type of accepted) {
    const representation = representationOf(type, rules);
    if (representation) return representation;
  }
  throw new RestError(
    'PGRST107',
    `None of these media types are available: ${accepted.map(canonicalName).join(', ')}`,
  );
}

function representationOf(type: MediaType, rules: MediaTypeRules): Representation | undefined {
  const { name, parameters } = type;
  const plan = PLAN.exec(name);
  if (plan) return rules.plan ? planRepresentation(type, plan[1], rules) : undefined;
  const own = VENDOR.test(name) ? undefined : rules.made?.(name);
  if (own) return madeByDatabase(own, type);
  const stripNulls = parameters.get('nulls') === 'stripped';
  switch (name) {
    case '*/*':
    case 'application/json':
      return made('array', 'application/json; charset=utf-8');
    case 'text/csv':
      return made('csv', 'text/csv; charset=utf-8');
    case 'application/geo+json':
      return rules.geoJson ? made('geojson', 'application/geo+json; charset=utf-8') : undefined;
    case 'application/vnd.pgrst.object':
    case 'application/vnd.pgrst.object+json':
      return { ...made('object', `${canonicalName(type)}; charset=utf-8`), stripNulls };
    case 'application/vnd.pgrst.array':
    case 'application/vnd.pgrst.array+json':
      return { ...made('array', `${canonicalName(type)}; charset=utf-8`), stripNulls };
    default:
      return undefined;
  }
}

/** What the database makes keeps the name that the client has for it; of whatever kind it is, it is bytes. */
function madeByDatabase({ handler, type }: MadeByDatabase, asked: MediaType): Representation {
  const isBinary = withoutDomain(type).name === 'bytea';
  const name = type.name === '*/*' ? 'application/octet-stream' : canonicalName(asked);
  const contentType = WITH_CHARSET.has(name) ? `${name}; charset=utf-8` : name;
  return { ...made(isBinary ? 'bytes' : 'text', contentType), handler };
}

function made(format: ListingFormat, contentType: string): Representation {
  return { format, stripNulls: false, contentType, plan: undefined };
}

function planRepresentation(
  { parameters }: MediaType,
  format: string | undefined,
  rules: MediaTypeRules,
): Representation | undefined {
  const inner = parseMediaType(parameters.get('for') ?? 'application/json');
  const shown = PLAN.test(inner.name) ? undefined : representationOf(inner, rules);
  if (!shown) return undefined;
  const wanted = (parameters.get('options') ?? '').split('|');
  const options = PLAN_OPTIONS.filter((option) => wanted.includes(option));
  const as = format === 'json' ? 'json' : 'text';
  const told = options.length === 0 ? '' : `; options=${options.join('|')}`;
  const name = NAMELESS.test(inner.name) ? 'application/json' : canonicalName(inner);
  return {
    ...shown,
    contentType: `application/vnd.pgrst.plan+${as}; for="${name}"${told}; charset=utf-8`,
    plan: { format: as, options },
  };
}

/** As the type is told: known ones without the parameters that mean nothing, others as they were written. */
export function canonicalName({ name, parameters, text }: MediaType): string {
  const stripped = parameters.get('nulls') === 'stripped' ? ';nulls=stripped' : '';
  switch (name) {
    case 'application/vnd.pgrst.object':
    case 'application/vnd.pgrst.object+json':
      return `application/vnd.pgrst.object+json${stripped}`;
    case 'application/vnd.pgrst.array':
    case 'application/vnd.pgrst.array+json':
      return stripped === '' ? 'application/json' : `application/vnd.pgrst.array+json${stripped}`;
    case 'application/json':
    case 'text/csv':
    case 'text/plain':
    case 'text/xml':
    case 'application/geo+json':
    case 'application/openapi+json':
    case 'application/octet-stream':
    case '*/*':
      return name;
    default:
      return text;
  }
}
