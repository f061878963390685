/** What REST refuses must not cost more than what it answers: a server is attacked with what is cheap to send. */
import { applyLoad } from '../load.ts';
import type { Options } from '../options.ts';
import { fixed, median, say, table, whole } from '../output.ts';
import type { Figure, Verdict } from '../results.ts';
import { spawnGoForward } from '../targets.ts';
import { signToken } from '../token.ts';

/** Of one kind each; the first is the control. */
const REQUESTS: Readonly<Record<string, string>> = {
  answered: 'track?select=track_id,name,album(title),genre(name)&track_id=eq.1',
  'unknown column': 'track?select=track_id,nowhere&track_id=eq.1',
  'unknown relation': 'track?select=track_id,nowhere(name)&track_id=eq.1',
  'malformed filter': 'track?select=track_id&track_id=eqq.1',
  'permission denied': 'employee?select=employee_id&employee_id=eq.1',
};
const BAR = 1;

export async function measureRefusals(
  { seconds, rounds, warmUpSeconds, connections }: Options,
  url: string,
  folder: string,
): Promise<{ figures: Figure[]; verdicts: Verdict[] }> {
  const { child, base } = await spawnGoForward(url, folder);
  try {
    const headers = { authorization: `Bearer ${await signToken('authenticated')}` };
    const run = (path: string, duration: number) =>
      applyLoad({
        base,
        headers,
        requests: [{ path: `/rest/v1/${path}`, body: undefined }],
        seconds: duration,
        connections,
        folder,
      });
    const measured = new Map<string, number[]>();
    for (const [name, path] of Object.entries(REQUESTS)) {
      await checkOutcome(base, headers, name, path);
      await run(path, warmUpSeconds);
      measured.set(name, []);
    }
    // Interleaved, so that a drift of the machine meets all alike.
    for (let round = 0; round < rounds; round++)
      for (const [name, path] of Object.entries(REQUESTS))
        measured.get(name)!.push((await run(path, seconds)).requestsPerSecond);
    const [[, control], ...refused] = [...measured].map(
      ([name, values]) => [name, median(values)] as const,
    ) as [readonly [string, number], ...(readonly [string, number])[]];
    const rows = refused.map(([name, perSecond]) => [
      `  ${name}`,
      whole(perSecond),
      `${fixed(perSecond / control, 2)}×`,
    ]);
    say(
      table(['  refused over REST', 'req/s', 'of answered'], [[`  answered`, whole(control), ''], ...rows]),
    );
    return {
      figures: refused.map(([name, value]) => ({ part: 'refusals', name, value, unit: 'req/s' })),
      verdicts: refused.map(
        ([name, value]): Verdict => ({
          name: `${name} over REST: against an answer`,
          value: value / control,
          bar: BAR,
          unit: '×',
          kind: 'at-least',
        }),
      ),
    };
  } finally {
    await child.stop();
  }
}

async function checkOutcome(
  base: string,
  headers: Record<string, string>,
  name: string,
  path: string,
): Promise<void> {
  const { status } = await fetch(`${base}/rest/v1/${path}`, { headers });
  const isRight = name === 'answered' ? status === 200 : status >= 400 && status < 500;
  if (!isRight) throw new Error(`${name}: ${path} answered ${status}`);
}
