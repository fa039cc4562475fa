import { FAMILY_MAP } from '@sallyport/bundle-tools/controllers/families';
import { VENDOR_MAP } from '@sallyport/bundle-tools/controllers/vendors';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { ControllerFindings } from './service.ts';

/** Raised when the same documents and parts would be matched, or kept, in another way. */
const MATCHER = 3;

/** What matches were made with beside documents and parts: when it is another, everything is matched anew. */
export const CONTROLLER_MAPS = `vendors/${VENDOR_MAP} families/${FAMILY_MAP} matcher/${MATCHER}`;

/** Matching computers after an import matches controllers, too. */
export const withControllers = (
  vulnerabilities: VulnerabilityService,
  controllers: Pick<ControllerFindings, 'rematch' | 'isRematchDue'>,
): VulnerabilityService => ({
  ...vulnerabilities,
  isRematchDue: () => vulnerabilities.isRematchDue() || controllers.isRematchDue(),
  rematch: () => {
    const result = vulnerabilities.rematch();
    controllers.rematch();
    return result;
  },
});
