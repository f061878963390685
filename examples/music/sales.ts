/** One block of sales: customers and what they bought. The total of an invoice is the sum of its lines, to the cent. */
import type { Track } from './catalogue.ts';
import { insertStatements, type Row } from './insert.ts';
import { type Address, address, email, phone } from './names.ts';
import type { Random } from './random.ts';
import { FIRST_NAMES, LAST_NAMES } from './words.ts';

const CUSTOMERS = 59;
const INVOICES = 412;
/** How many lines an invoice has; seven in a row come to 38, so 412 invoices have about 2,240 lines. */
const LINES_PER_INVOICE = [1, 2, 2, 4, 6, 9, 14];
const FIRST_DAY = Date.UTC(2021, 0, 1);
const DAY_MS = 86_400_000;
const DAYS = 1_826;
const SUPPORT_AGENTS = [3, 4, 5];

interface Customer {
  readonly row: Row;
  readonly id: number;
  readonly home: Address;
}

export function* sales(
  random: Random,
  block: number,
  tracks: readonly Track[],
  emails: Map<string, number>,
): Iterable<string> {
  const customers = Array.from({ length: CUSTOMERS }, (_, index) =>
    makeCustomer(random, block * CUSTOMERS + index + 1, emails),
  );
  const invoices: Row[] = [];
  const lines: Row[] = [];
  let deck: number[] = [];
  for (let index = 0; index < INVOICES; index++) {
    if (deck.length === 0) deck = random.shuffle(LINES_PER_INVOICE);
    const invoice = block * INVOICES + index + 1;
    // Every customer buys in turn, so that each has about seven invoices.
    const customer = customers[index % CUSTOMERS] as Customer;
    const bought = pickTracks(random, tracks, deck.pop() ?? 1);
    invoices.push(makeInvoice(invoice, index, customer, bought));
    for (const { id, cents } of bought) lines.push([0, invoice, id, cents / 100, 1]);
  }
  const firstLine = block * INVOICES * Math.max(...LINES_PER_INVOICE) + 1;
  const numberedLines = lines.map((line, index): Row => [firstLine + index, ...line.slice(1)]);
  yield* insertStatements(
    'customer',
    CUSTOMER_COLUMNS,
    customers.map(({ row }) => row),
  );
  yield* insertStatements('invoice', INVOICE_COLUMNS, invoices);
  yield* insertStatements('invoice_line', LINE_COLUMNS, numberedLines);
}

const CUSTOMER_COLUMNS = [
  'customer_id',
  'first_name',
  'last_name',
  'company',
  'address',
  'city',
  'state',
  'country',
  'postal_code',
  'phone',
  'fax',
  'email',
  'support_rep_id',
];
const INVOICE_COLUMNS = [
  'invoice_id',
  'customer_id',
  'invoice_date',
  'billing_address',
  'billing_city',
  'billing_state',
  'billing_country',
  'billing_postal_code',
  'total',
];
const LINE_COLUMNS = ['invoice_line_id', 'invoice_id', 'track_id', 'unit_price', 'quantity'];

function makeCustomer(random: Random, id: number, emails: Map<string, number>): Customer {
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const namesake = (emails.get(`${first} ${last}`) ?? 0) + 1;
  emails.set(`${first} ${last}`, namesake);
  const home = address(random);
  const company = random.chance(0.2) ? `${last} & ${random.pick(LAST_NAMES)} Ltd.` : null;
  const fax = random.chance(0.2) ? phone(random) : null;
  const row: Row = [
    id,
    first,
    last,
    company,
    home.street,
    home.city,
    home.state,
    home.country,
    home.postalCode,
    phone(random),
    fax,
    email(first, last, namesake),
    random.pick(SUPPORT_AGENTS),
  ];
  return { row, id, home };
}

/** Different tracks: nobody buys the same one twice on one invoice. */
function pickTracks(random: Random, tracks: readonly Track[], count: number): readonly Track[] {
  const chosen = new Set<Track>();
  while (chosen.size < count) chosen.add(random.pick(tracks));
  return [...chosen];
}

function makeInvoice(
  id: number,
  index: number,
  { id: customer, home }: Customer,
  bought: readonly Track[],
): Row {
  const day = new Date(FIRST_DAY + Math.floor((index * DAYS) / INVOICES) * DAY_MS).toISOString().slice(0, 10);
  const cents = bought.reduce((sum, track) => sum + track.cents, 0);
  return [
    id,
    customer,
    day,
    home.street,
    home.city,
    home.state,
    home.country,
    home.postalCode,
    (cents / 100).toFixed(2),
  ];
}
