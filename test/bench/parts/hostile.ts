/** Documents made to hurt: each must be refused, and none may keep the event loop from answering others. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fixed, say, table } from '../output.ts';
import { startProbe } from '../probe.ts';
import type { Figure, Verdict } from '../results.ts';
import { spawnGoForward } from '../targets.ts';
import { signToken } from '../token.ts';

const STALL_BAR_MS = 200;
const REPEATS = 5;

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');

/** Fragment n spreads fragment n + 1 twice: the document is short, what it stands for doubles with every step. */
function fragmentFanOut(depth: number): string {
  const steps = repeat(depth, (i) => `fragment f${i} on track { ...f${i + 1} ...f${i + 1} }`);
  return `{ track(limit: 1) { ...f0 } } ${steps} fragment f${depth} on track { name }`;
}

const DOCUMENTS: Readonly<Record<string, string>> = {
  '1,000 aliases': `{ ${repeat(1_000, (i) => `a${i}: track(limit: 1) { name }`)} }`,
  'fragment fan-out': fragmentFanOut(40),
  '200×100 inline fragments': `{ track(limit: 1) { ${repeat(200, () => `... on track { ${repeat(100, () => '... on track { name }')} }`)} } }`,
  '3,000 duplicate fields': `{ track(limit: 1) { ${repeat(3_000, () => 'name')} } }`,
};

interface Attack {
  readonly name: string;
  readonly stallMs: number;
  readonly answerMs: number;
  readonly isRefused: boolean;
}

export async function measureHostile(
  url: string,
  folder: string,
): Promise<{ figures: Figure[]; verdicts: Verdict[] }> {
  const { child, base } = await spawnGoForward(url, folder);
  try {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await signToken('authenticated')}`,
    };
    const harmless = await post(base, headers, '{ track(limit: 1) { name } }');
    if (harmless.status !== 200)
      throw new Error(`a harmless query answered ${harmless.status} ${harmless.text}`);
    const attacks: Attack[] = [];
    for (const [name, document] of Object.entries(DOCUMENTS))
      attacks.push(await attack(base, headers, name, document));
    const rows = attacks.map(({ name, stallMs, answerMs, isRefused }) => [
      name,
      fixed(stallMs, 1),
      fixed(answerMs, 1),
      isRefused ? 'refused' : 'ANSWERED',
    ]);
    say(
      table(
        ['  document', 'stall ms', 'answer ms', 'outcome'],
        rows.map(([name, ...rest]) => [`  ${name}`, ...rest]),
      ),
    );
    return {
      figures: attacks.map(({ name, stallMs }) => ({
        part: 'hostile',
        name: `${name}: stall of other requests`,
        value: stallMs,
        unit: 'ms',
      })),
      verdicts: attacks.flatMap(({ name, stallMs, isRefused }): Verdict[] => [
        {
          name: `${name}: stall of other requests`,
          value: stallMs,
          bar: STALL_BAR_MS,
          unit: 'ms',
          kind: 'at-most',
        },
        { name: `${name}: refused`, value: isRefused ? 1 : 0, bar: 1, unit: '', kind: 'at-least' },
      ]),
    };
  } finally {
    await child.stop();
  }
}

async function attack(
  base: string,
  headers: Record<string, string>,
  name: string,
  document: string,
): Promise<Attack> {
  const probe = startProbe({ url: `${base}/live`, pauseMs: 1 });
  await sleep(100);
  let answerMs = 0;
  let isRefused = true;
  for (let round = 0; round < REPEATS; round++) {
    const started = performance.now();
    const { status, text } = await post(base, headers, document);
    answerMs = Math.max(answerMs, performance.now() - started);
    if (status >= 500 || !text.includes('"errors"')) isRefused = false;
  }
  const { slowestMs } = await probe.stop();
  return { name, stallMs: slowestMs, answerMs, isRefused };
}

async function post(
  base: string,
  headers: Record<string, string>,
  query: string,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  return { status: response.status, text: await response.text() };
}
