/** The doors of the meta service open to the service key alone. */

import type { Caller } from '../caller.ts';
import { AppError } from '../errors.ts';

export function requireService(caller: Caller): void {
  if (caller.kind === 'service') return;
  throw new AppError('service-key-required', 'Only the service key may do this', {
    status: caller.kind === 'anonymous' ? 401 : 403,
    hint: 'Send it as `apikey` or as `Authorization: Bearer`; `npm run -s goforward -- keys` prints it.',
  });
}
