/** The command line of the bench. */
import { parseArgs } from 'node:util';

export interface Options {
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly only: readonly string[];
  /** SQL files that hold the same tables, measured beside the generated data. */
  readonly data: readonly string[];
  readonly seconds: number;
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
  readonly targets: readonly string[] | undefined;
}

export const USAGE = `npm run bench -- [--quick] [--json FILE] [--only NAME]… [--data FILE]…
                [--seconds N] [--rounds N] [--connections N] [--targets a,b]

  --quick          one size of data, short rounds: under three minutes
  --only NAME      a workload or a part whose name contains NAME
  --data FILE      also measure this SQL file (the tables of examples/music)
  --targets LIST   of bare, postgraphile, rest, goforward`;

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      data: { type: 'string', multiple: true, default: [] },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string', default: '50' },
      targets: { type: 'string' },
    },
  });
  const { quick, json, only, data, seconds, rounds, connections, targets } = values;
  return {
    quick,
    json,
    only,
    data,
    seconds: Number(seconds ?? (quick ? 2 : 5)),
    rounds: Number(rounds ?? (quick ? 2 : 3)),
    warmUpSeconds: 2,
    connections: Number(connections),
    targets: targets?.split(','),
  };
}

/** Without --only everything is wanted. */
export const wants = ({ only }: Options, name: string): boolean =>
  only.length === 0 || only.some((part) => name.includes(part));
