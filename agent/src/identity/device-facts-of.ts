import type { EnrolDevice } from '@sallyport/bundle-tools/protocol/enrol';
import type { RootFiles } from '../platform/root-files.ts';
import { readWindows } from '../windows/run.ts';
import { windowsDeviceFacts } from '../windows/system.ts';
import { deviceFacts } from './device-facts.ts';

/** What a device says about itself at enrolment, on the system that the agent runs on; `work` as `readWindows` wants it. */
export const deviceFactsOf = async (files: RootFiles, fallbackId: string, work: string): Promise<EnrolDevice> =>
  process.platform === 'win32' && files.isMachine
    ? windowsDeviceFacts((await readWindows(work, ['system'])).section('system'), fallbackId)
    : deviceFacts(files, fallbackId);
