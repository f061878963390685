/** The `Prefer` header: what the client would like, and which of it was done (`Preference-Applied`). */
import { RestError } from './errors.ts';

export interface Preferences {
  readonly resolution?: 'merge-duplicates' | 'ignore-duplicates' | undefined;
  readonly missing?: 'default' | 'null' | undefined;
  readonly return?: 'representation' | 'headers-only' | 'minimal' | undefined;
  readonly count?: 'exact' | 'planned' | 'estimated' | undefined;
  readonly tx?: 'commit' | 'rollback' | undefined;
  readonly handling?: 'strict' | 'lenient' | undefined;
  readonly timezone?: string | undefined;
  readonly maxAffected?: number | undefined;
  /** Not of PostgREST: a read of one row tells its version. */
  readonly etag?: 'strong' | undefined;
}

type Name = keyof Preferences;

const CHOICES = new Map<string, readonly [name: Name, value: string]>(
  (
    [
      ['resolution', ['merge-duplicates', 'ignore-duplicates']],
      ['missing', ['default', 'null']],
      ['return', ['representation', 'headers-only', 'minimal']],
      ['count', ['exact', 'planned', 'estimated']],
      ['tx', ['commit', 'rollback']],
      ['handling', ['strict', 'lenient']],
      ['etag', ['strong']],
    ] as const
  ).flatMap(([name, values]) => values.map((value) => [`${name}=${value}`, [name, value]] as const)),
);

export interface PreferenceRules {
  /** The transaction's end may be chosen by the request. */
  readonly mayChooseEnd: boolean;
  readonly isTimeZone: (name: string) => boolean;
}

const NONE: Preferences = Object.freeze({});

/** Of a preference given twice the first counts. Throws PGRST122 where `handling=strict` meets one that is unknown. */
export function readPreferences(
  header: string | readonly string[] | undefined,
  rules: PreferenceRules,
): Preferences {
  if (header === undefined) return NONE;
  const read: Record<string, string | number> = {};
  const unknown: string[] = [];
  const text = typeof header === 'string' ? header : header.join(',');
  for (const part of text.split(',')) {
    const preference = part.trim();
    const choice = CHOICES.get(preference);
    if (choice) {
      if (choice[0] !== 'tx' || rules.mayChooseEnd) read[choice[0]] ??= choice[1];
    } else if (preference.startsWith('max-affected=')) {
      const number = preference.slice('max-affected='.length);
      if (/^-?\d{1,15}$/.test(number)) read.maxAffected ??= Number(number);
    } else if (preference.startsWith('timezone=') && rules.isTimeZone(preference.slice('timezone='.length))) {
      read.timezone ??= preference.slice('timezone='.length);
    } else {
      unknown.push(preference);
    }
  }
  if (read.handling === 'strict' && unknown.length > 0)
    throw new RestError('PGRST122', 'Invalid preferences given with handling=strict', {
      details: `Invalid preferences: ${unknown.join(', ')}`,
    });
  return read as Preferences;
}

/** The order in which PostgREST lists them. */
const ORDER: readonly Name[] = [
  'resolution',
  'missing',
  'return',
  'count',
  'tx',
  'handling',
  'timezone',
  'maxAffected',
  'etag',
];

/** The value of `Preference-Applied`: of the preferences given, those that this kind of request obeys. */
export function appliedPreferences(preferences: Preferences, obeyed: ReadonlySet<Name>): string | undefined {
  const list: string[] = [];
  for (const name of ORDER) {
    const value = preferences[name];
    if (value === undefined || !obeyed.has(name)) continue;
    if (name !== 'maxAffected') list.push(`${name}=${value}`);
    else if (preferences.handling === 'strict') list.push(`max-affected=${value}`);
  }
  return list.length === 0 ? undefined : list.join(', ');
}

/** `max-affected` counts only where the client insists on being understood. */
export function affectedLimit({ handling, maxAffected }: Preferences): number | undefined {
  return handling === 'strict' ? maxAffected : undefined;
}
