/**
 * Makes the rows of the music store. Scale 1 is the usual size (about 3,500 tracks); scale n is n such blocks with numbers of
 * their own, so that every artist, album and playlist keeps its size while the tables grow.
 */
import { catalogue } from './catalogue.ts';
import { insertStatements, type Row } from './insert.ts';
import { address, phone } from './names.ts';
import { createRandom, type Random } from './random.ts';
import { sales } from './sales.ts';
import { EMPLOYEES, GENRES, MEDIA_TYPES } from './words.ts';

export interface MusicOptions {
  readonly seed?: number;
  /** A whole number from 1. */
  readonly scale?: number;
}

const SEQUENCES = [
  'artist',
  'album',
  'genre',
  'media_type',
  'track',
  'playlist',
  'employee',
  'customer',
  'invoice',
  'invoice_line',
];

export function* generateMusic({ seed = 1, scale = 1 }: MusicOptions = {}): Iterable<string> {
  const random = createRandom(seed);
  const emails = new Map<string, number>();
  yield* insertStatements('genre', ['genre_id', 'name'], numbered(GENRES));
  yield* insertStatements('media_type', ['media_type_id', 'name'], numbered(MEDIA_TYPES));
  yield* insertStatements('employee', EMPLOYEE_COLUMNS, employees(random));
  for (let block = 0; block < scale; block++) {
    const { statements, tracks } = catalogue(random, block);
    yield* statements;
    yield* sales(random, block, tracks, emails);
  }
  for (const table of SEQUENCES) {
    yield `select setval(pg_get_serial_sequence('${table}', '${table}_id'), (select max(${table}_id) from ${table}));`;
  }
}

const numbered = (names: readonly string[]): Row[] => names.map((name, index) => [index + 1, name]);

const EMPLOYEE_COLUMNS = [
  'employee_id',
  'first_name',
  'last_name',
  'title',
  'reports_to',
  'birth_date',
  'hire_date',
  'address',
  'city',
  'state',
  'country',
  'postal_code',
  'phone',
  'fax',
  'email',
];

function employees(random: Random): Row[] {
  return EMPLOYEES.map(([first, last, position, manager], index) => {
    const home = address(random);
    const born = `${random.between(1962, 1996)}-0${random.between(1, 9)}-1${random.between(0, 9)}`;
    const hired = `${random.between(2018, 2020)}-0${random.between(1, 9)}-0${random.between(1, 9)}`;
    const mail = `${first}@store.example`.toLowerCase();
    return [
      index + 1,
      first,
      last,
      position,
      manager,
      born,
      hired,
      home.street,
      home.city,
      home.state,
      home.country,
      home.postalCode,
      phone(random),
      phone(random),
      mail,
    ];
  });
}
