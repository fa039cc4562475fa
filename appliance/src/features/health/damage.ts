import { AppError } from '../../platform/errors.ts';
import type { HealthService } from './service.ts';

/** Throws DATABASE for a request that may change something while the database is damaged: what can be read is still served. */
export function assertWritable(health: Pick<HealthService, 'isDamaged'>, method: string): void {
  if (method === 'GET' || method === 'HEAD' || !health.isDamaged()) return;
  throw new AppError(
    'DATABASE',
    'the database is damaged, so nothing is written; run: sallyport doctor, which names the way back',
  );
}
