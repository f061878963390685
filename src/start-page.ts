/** What the terminal shows when the server is ready: where to go, with which key, on which data. */
import { styleText } from 'node:util';
import type { Config } from './config.ts';

export interface StartPage {
  version: string;
  mode: Config['mode'];
  url: string;
  graphiql: boolean;
  keys: { anon: string; service: string };
  dataDirectory: string;
  /** `embedded PostgreSQL 18.4 on port 5433`, `PostgreSQL 16.2 at db.example.org:5432/shop` */
  database: string;
  elapsedMs: number;
  warnings: readonly string[];
}

type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

const LABEL_WIDTH = 12;

export function renderStartPage(page: StartPage, colour: boolean): string {
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const line = (label: string, value: string) => `  ${paint('dim', label.padEnd(LABEL_WIDTH))}${value}`;
  const link = (path: string) => paint('cyan', `${page.url}${path}`);
  const lines = [
    '',
    `  ${paint(['bold', 'green'], 'GoForward')} ${page.version}  ${paint('dim', `${page.mode}, ready in ${seconds(page.elapsedMs)}`)}`,
    '',
    ...(page.graphiql ? [line('GraphiQL', link('/graphql'))] : []),
    line('GraphQL', link('/graphql')),
    line('REST', link('/rest/v1/')),
    line('Auth', link('/auth/v1')),
    line('Health', link('/health')),
    '',
    ...keyLines(page, line),
    '',
    line('Data folder', page.dataDirectory),
    line('Database', page.database),
    ...(page.warnings.length > 0
      ? ['', ...page.warnings.map((warning) => `  ${paint('yellow', `! ${warning}`)}`)]
      : []),
    '',
    `  ${paint('dim', 'Stop with Ctrl-C')}`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}

/** In production the page may end up in a log that many can read. */
function keyLines(page: StartPage, line: (label: string, value: string) => string): string[] {
  if (page.mode === 'production') return [line('Keys', 'shown by `goforward keys`, on this machine only')];
  return [line('anon key', page.keys.anon), line('service key', page.keys.service)];
}

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1)} s`;
}
