/** What every part of the bench is given and gives back. */
import type { ScratchCluster } from '../../../support/scratch-cluster.ts';
import type { Options } from '../../options.ts';
import type { Figure, Verdict } from '../../results.ts';

export interface PartInput {
  readonly options: Options;
  readonly cluster: ScratchCluster;
  readonly folder: string;
}

export interface PartResult {
  readonly figures: Figure[];
  readonly verdicts: Verdict[];
}

export type Part = (input: PartInput) => Promise<PartResult>;
