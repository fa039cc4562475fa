import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { reportSection } from '../../../test/support/fleet.ts';
import { type ProtectionReason, protectionReasons } from '../rules/types.ts';

const site = await openConsole();
const admin = await site.as('administrator');
const { devices, inventory, rules } = site.appliance;
const { t } = catalogue('en');
afterAll(() => site.close());

const heard = (name: string) => {
  const { id, publicId } = site.device(name);
  devices.heard(
    { id, publicId, fingerprint: '', sourceId: null, bootIds: '[]' },
    { bootId: 'b', seq: 1, version: '1' },
  );
  reportSection(inventory, id, 'software', [{ type: 'deb', name: 'bash', version: '5.2.37-2', arch: 'amd64' }]);
  return { id, publicId };
};
const antivirus = (said: object) => ({ product: 'ClamAV', kind: 'antivirus', version: '1.4.3', ...said });
const report = (id: number, said: object): void => {
  reportSection(inventory, id, 'protection', [antivirus(said)]);
  rules.recomputePending();
};

const SAID: Readonly<Record<ProtectionReason, object>> = {
  threatNotCured: { state: 'on', realTime: 'on', threatsNotCured: 1 },
  protectionOff: { state: 'off' },
  realTimeOff: { state: 'on', realTime: 'off' },
  productSays: { state: 'on', realTime: 'on', reportedStatus: 'critical' },
};

describe('the summary of a device', () => {
  it.each(protectionReasons)('begins with %s, since when, and leads to what the product says', async (reason) => {
    const { id, publicId } = heard(`host-${reason}`);
    report(id, SAID[reason]);
    const page = await admin.html(paths.device(publicId));
    expect(page).toContain(`<a href="${paths.deviceTab(publicId, 'protection')}">${t(`devices.reason.${reason}`)}</a>`);
    expect(page.indexOf(t('devices.why'))).toBeLessThan(page.indexOf(t('devices.facts')));
    expect(page).not.toContain(t('devices.whyOk'));
    expect(await admin.html(paths.devices({ reason }))).toContain(`host-${reason}`);
    report(id, { state: 'on', realTime: 'on', threatsNotCured: 0 });
    expect(await admin.html(paths.device(publicId))).not.toContain(t(`devices.reason.${reason}`));
    expect(await admin.html(paths.devices({ reason }))).not.toContain(`host-${reason}`);
  });

  it('says of what is not judged that it is not, and never that nothing is wrong', async () => {
    const { id, publicId } = heard('quiet');
    report(id, { state: 'on', realTime: 'on' });
    const page = await admin.html(paths.device(publicId));
    expect(page).not.toContain(t('devices.whyOk'));
    for (const tab of ['findings', 'updates'])
      expect(page).toContain(`<a href="${paths.deviceTab(publicId, tab)}">${t('coverage.not-judged')}</a>`);
  });
});
