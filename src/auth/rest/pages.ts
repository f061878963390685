/** Pages of lists: `page` and `per_page` in, `x-total-count` and `link` out. */
import { invalid } from '../errors.ts';
import { queryText } from './body.ts';
import type { Call } from './call.ts';

export interface Page {
  readonly page: number;
  readonly limit: number;
  readonly offset: number;
}

const DEFAULT_SIZE = 50;
const LARGEST_SIZE = 1000;

export function readPage(call: Call): Page {
  const page = number(queryText(call, 'page'), 1);
  const limit = Math.min(number(queryText(call, 'per_page'), DEFAULT_SIZE), LARGEST_SIZE);
  return { page, limit, offset: (page - 1) * limit };
}

/** `page` is the first parameter: clients read the number behind the first `=`. */
export function pageHeaders(path: string, { page, limit }: Page, total: number): Record<string, string> {
  const last = Math.max(1, Math.ceil(total / limit));
  const link = (to: number, rel: string) => `<${path}?page=${to}&per_page=${limit}>; rel="${rel}"`;
  const links = [...(page < last ? [link(page + 1, 'next')] : []), link(last, 'last')];
  return { 'x-total-count': String(total), link: links.join(', ') };
}

function number(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const it = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (it < 1) throw invalid(`Bad Pagination Parameters: "${text}" is not a number from 1 on`);
  return it;
}
