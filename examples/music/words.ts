/** The words from which names, titles and addresses are combined. None of the combinations means anybody in particular. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const ADJECTIVES = words(`
  Amber Velvet Silent Golden Crooked Paper Electric Hollow Crimson Distant Wandering Broken Midnight Northern Second
  Burning Gentle Copper Restless Hidden Pale Winter Lucky Slow Bright Salted Iron Lonesome Glass Feral Quiet Borrowed
  Little Outer Tidal Neon Rusted Sleepless Marble Late`);

export const NOUNS = words(`
  Lanterns Harbour Foxes Orchard Machines Sparrows Engine Avenue Tigers Meridian Shadows Garden Pilots Rivers Cathedral
  Comets Letters Islands Thunder Mirrors Wolves Caravan Static Magnolia Ghosts Pioneers Satellite Anchors Cinema Ravens
  Parade Monsoon Telegraph Canyon Embers Horizon Sailors Circus Signals Winters`);

export const VERBS = words(`
  Follow Remember Leave Carry Forget Chase Hold Break Borrow Cross Burn Find Keep Steal Wait-for Sing-to Dream-of Answer
  Bury Build`);

export const PLACES = words(`
  Lisbon Tangier Riga Valparaiso Kyoto Galway Memphis Tbilisi Havana Oslo Naples Dakar Halifax Bergen Trieste Cork
  Montevideo Porto Leipzig Winnipeg`);

export const FIRST_NAMES = words(`
  Ada Bruno Clara Dario Elena Felix Greta Hugo Ines Jonas Karin Leo Mira Nils Olga Pablo Quinn Rosa Stefan Tilda Ugo Vera
  Walter Xenia Yusuf Zoe Amir Beatriz Cheng Daiki Esther Farah Goran Hanna Ivan Julia Kofi Lena Marek Nadia`);

export const LAST_NAMES = words(`
  Almeida Becker Castillo Dubois Eriksen Fontana Garcia Hansen Ivanov Jansen Kowalski Lindqvist Moreau Novak Okafor
  Petrov Quintero Rossi Schneider Tanaka Ulrich Vargas Weber Ximenes Yamada Zeller Andersson Bianchi Costa Duarte Engel
  Fischer Gruber Horvat Ito Juarez Keller Larsen Martin Nakamura`);

export const STREETS = words(`
  Station Mill Harbour Church Garden Market Bridge Castle Lake Forest School Park Orchard Tower River`);

/** City, state or region, country, how a postal code looks there (`#` is a digit). */
export const CITIES: readonly (readonly [string, string | null, string, string])[] = [
  ['São Paulo', 'SP', 'Brazil', '#####-###'],
  ['Berlin', null, 'Germany', '#####'],
  ['Montréal', 'QC', 'Canada', 'H#X #Y#'],
  ['Oslo', null, 'Norway', '####'],
  ['Prague', null, 'Czech Republic', '#####'],
  ['Vienna', null, 'Austria', '####'],
  ['Brussels', null, 'Belgium', '####'],
  ['Copenhagen', null, 'Denmark', '####'],
  ['Portland', 'OR', 'USA', '#####'],
  ['Boston', 'MA', 'USA', '#####'],
  ['Chicago', 'IL', 'USA', '#####'],
  ['Lisbon', null, 'Portugal', '####-###'],
  ['Paris', null, 'France', '#####'],
  ['Helsinki', null, 'Finland', '#####'],
  ['Dublin', null, 'Ireland', 'D## X#Y#'],
  ['Rome', 'RM', 'Italy', '#####'],
  ['Warsaw', null, 'Poland', '##-###'],
  ['Madrid', null, 'Spain', '#####'],
  ['Stockholm', null, 'Sweden', '### ##'],
  ['London', null, 'United Kingdom', 'N# #XY'],
  ['Sydney', 'NSW', 'Australia', '####'],
  ['Buenos Aires', null, 'Argentina', 'C####'],
  ['Santiago', null, 'Chile', '#######'],
  ['Bengaluru', 'KA', 'India', '######'],
];

export const GENRES: readonly string[] = [
  'Rock',
  'Jazz',
  'Metal',
  'Alternative',
  'Blues',
  'Latin',
  'Reggae',
  'Pop',
  'Soundtrack',
  'Bossa Nova',
  'Easy Listening',
  'Electronic',
  'Ambient',
  'Hip Hop',
  'Soul',
  'Folk',
  'Country',
  'Classical',
  'Opera',
  'Funk',
  'Disco',
  'World',
  'Punk',
  'Comedy',
  'Spoken Word',
];

export const MEDIA_TYPES: readonly string[] = [
  'MP3 file',
  'AAC file',
  'Protected AAC file',
  'FLAC file',
  'MPEG-4 video file',
];

export const PLAYLISTS: readonly string[] = [
  'Everything',
  'Morning Coffee',
  'Heavy Rotation',
  'Deep Focus',
  'Road Trip',
  'Late Night',
  'Workout',
  'Rainy Sunday',
  'Dinner Guests',
  'New Arrivals',
  'Staff Picks',
  'Nineties Feeling',
  'Acoustic Hour',
  'Dance Floor',
  'Slow Dances',
  'Long Tracks',
  'Short Tracks',
  'Hidden Gems',
];

/** First name, last name, title, number of the manager. */
export const EMPLOYEES: readonly (readonly [string, string, string, number | null])[] = [
  ['Marta', 'Olsen', 'General Manager', null],
  ['Emil', 'Brandt', 'Sales Manager', 1],
  ['Sofia', 'Reyes', 'Sales Support Agent', 2],
  ['Liam', 'Doyle', 'Sales Support Agent', 2],
  ['Noor', 'Haddad', 'Sales Support Agent', 2],
  ['Viktor', 'Szabo', 'IT Manager', 1],
  ['Aiko', 'Mori', 'IT Staff', 6],
  ['Peter', 'Lund', 'IT Staff', 6],
];
