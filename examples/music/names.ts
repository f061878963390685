/** How the words become artists, titles, people and addresses. */
import type { Random } from './random.ts';
import { ADJECTIVES, CITIES, FIRST_NAMES, LAST_NAMES, NOUNS, PLACES, STREETS, VERBS } from './words.ts';

export function artistName(random: Random): string {
  const shapes = [
    () => `The ${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`,
    () => `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`,
    () => `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)} Quartet`,
    () => `${random.pick(NOUNS)} of ${random.pick(PLACES)}`,
  ];
  return random.pick(shapes)();
}

export function title(random: Random): string {
  const verb = (): string => random.pick(VERBS).replace('-', ' ');
  const shapes = [
    () => `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`,
    () => `${verb()} the ${random.pick(NOUNS)}`,
    () => `${random.pick(NOUNS)} in ${random.pick(PLACES)}`,
    () => `Don't ${verb()} ${random.pick(PLACES)}`,
    () => `${random.pick(PLACES)}, ${random.pick(ADJECTIVES)}`,
  ];
  return random.pick(shapes)();
}

export function composers(random: Random): string | null {
  if (random.chance(0.28)) return null;
  const person = (): string => `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  return Array.from({ length: random.between(1, 3) }, person).join(', ');
}

export interface Address {
  readonly street: string;
  readonly city: string;
  readonly state: string | null;
  readonly country: string;
  readonly postalCode: string;
}

export function address(random: Random): Address {
  const [city, state, country, pattern] = random.pick(CITIES);
  const street = `${random.between(1, 240)} ${random.pick(STREETS)} Street`;
  return { street, city, state, country, postalCode: digits(random, pattern) };
}

export const phone = (random: Random): string => digits(random, '+## ### ### ####');

const digits = (random: Random, pattern: string): string =>
  pattern.replaceAll('#', () => String(random.between(1, 9)));

/** `ada.becker@example.com`; the number keeps the address of a second Ada Becker apart. */
export function email(first: string, last: string, number: number): string {
  return `${first}.${last}${number > 1 ? number : ''}@example.com`.toLowerCase();
}
