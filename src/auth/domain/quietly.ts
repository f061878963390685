/**
 * Work whose outcome the caller must not learn, as it depends on whether somebody has an address: nothing of it shows in
 * the answer, nor in the time the answer takes. Supabase's profile waits, as its clients may count on what was done.
 */
import { AppError } from '../../errors.ts';
import type { AuthContext } from './context.ts';

export async function quietly(auth: AuthContext, where: string, work: () => Promise<void>): Promise<void> {
  if (auth.config.profile === 'supabase') return work();
  auth.background.run(where, async () => {
    try {
      await work();
    } catch (error) {
      // A refusal is for nobody to see; a failure of ours is for the log.
      if (!(error instanceof AppError) || error.status >= 500) throw error;
    }
  });
}
