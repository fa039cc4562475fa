import { wholeSite } from '@sallyport/appliance/platform/scope';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Appliance } from '../../appliance/src/compose.ts';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { agreeToLists } from './agreed-lists.ts';
import { signedIn } from './persons.ts';

// Patches of the controllers of the invented plant: what vendors say, what the site decided, windows, an outage that is planned,
// measures for what cannot be patched.

const dayMs = 86_400_000;

/** Fills the patch process; `account` is the administrator's. */
export const fillPatches = (
  { patches, objects }: Pick<Appliance, 'patches' | 'objects'>,
  account: string,
  nowMs: number,
): void => {
  const ann = signedIn(account);
  const day = toTime(nowMs - 12 * dayMs).slice(0, 10);
  const list = [
    'vendor,product,productVersion,patchId,vendorState,testedDate,remarks',
    `Siemens,CPU 1214C,V4.4,V4.6.1,vendor_approved,${day},SSA list of November`,
    `Siemens,CPU 1515-2 PN,V2.9,V2.9.7,vendor_released,${day},`,
    `Rockwell Automation,1756-L83E,33,33.016,vendor_rejected,${day},Not qualified with redundancy`,
    `Schneider Electric,BMX P34 2020,V3.2,V3.60,vendor_testing,${day},`,
  ].join('\n');
  patches.approvals.importList(ann, Buffer.from(list), {
    name: 'approvals-november.csv',
    preset: 'neutral',
    dryRun: false,
  });
  agreeToLists({ patches, objects });
  // Who asks fills the slot of an own role, so the administrator gets it when the lists are agreed to.
  objects.create(systemActor, 'patch-duty', { name: 'Plant manager', duty: 'ot-owner', account });
  objects.create(ann, 'maintenance-window', {
    name: 'Cell maintenance',
    recurrence: '2nd Sunday 06-10',
    leadDays: 14,
    processOwner: 'Desalination line',
  });
  objects.create(ann, 'maintenance-window', {
    name: 'New Year',
    recurrence: `${new Date(nowMs).getUTCFullYear()}-12-28 to ${new Date(nowMs).getUTCFullYear() + 1}-01-09 00-24`,
    blackout: true,
  });
  const [first, second] = patches.within(wholeSite('job')).list({ limit: 2 }).rows;
  const [controller] = patches.controllers.list({ search: 'PLC-L1-01', limit: 1 });
  if (first === undefined || second === undefined || controller === undefined) return;
  patches.describe(ann, first.id, { targetVersion: 'V4.6.1', vulnerabilities: ['CVE-2024-46886'] });
  patches.setTarget(ann, first.id, controller.id, true);
  patches.move(ann, first.id, { to: 'site_testing', reason: 'Bench at the workshop', evidence: { testedOn: 'bench' } });
  patches.move(ann, first.id, { to: 'authorized', reason: 'No findings', evidence: { reference: 'Test report 41' } });
  patches.answer(ann, first.id, controller.id, { item: 'backup-present', answer: 'yes', note: 'Vault 3', value: null });
  patches.answer(ann, first.id, controller.id, { item: 'spare', answer: 'no', note: 'Ordered', value: null });
  const [next] = patches
    .within(wholeSite('job'))
    .calendar({ from: nowMs, until: nowMs + 200 * dayMs })
    .windows.filter(({ from, blackout }) => from > nowMs && !blackout);
  if (next !== undefined)
    objects.create(ann, 'outage-plan', {
      name: 'Outage of cell 1',
      window: next.window,
      startsAt: toTime(next.from),
      patches: [String(first.id)],
    });
  patches.extend(ann, second.id, { deadline: 'due', until: nowMs + 60 * dayMs, reason: 'No outage before spring' });
  objects.create(ann, 'mitigation', {
    name: 'Cell 3 behind its own firewall',
    measure: 'segment',
    zones: ['Z-CELL3'],
    vulnerabilities: ['CVE-2024-46886'],
    owner: account,
    evidence: 'Firewall rule 112',
    expiresAt: toTime(nowMs + 200 * dayMs),
  });
  objects.create(ann, 'risk-acceptance', {
    name: 'Safety controllers until the overhaul',
    vulnerability: 'CVE-2024-3493',
    vendor: 'Rockwell Automation',
    product: '1756-L83E',
    versions: '<33.016',
    reason: 'No outage of the safety system before the overhaul in May',
    owner: account,
    expiresAt: toTime(nowMs + 120 * dayMs),
  });
};
