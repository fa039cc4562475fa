import type { RootFiles } from '../platform/root-files.ts';
import { containerKind } from './container.ts';

// Which kind of virtual machine or container this is, from what firmware and init say of themselves.

const makers: ReadonlyArray<readonly [RegExp, string]> = [
  [/vmware/i, 'vmware'],
  [/virtualbox|innotek/i, 'virtualbox'],
  [/qemu|kvm|bochs/i, 'kvm'],
  [/xen/i, 'xen'],
  [/hyper-v|microsoft corporation virtual/i, 'hyper-v'],
  [/parallels/i, 'parallels'],
  [/amazon ec2/i, 'amazon'],
  [/google compute engine/i, 'google'],
  [/openstack/i, 'openstack'],
];

/** The kind; undefined on bare metal. */
export const virtualKind = (files: RootFiles): string | undefined => {
  const container = containerKind(files);
  if (container !== undefined) return container;
  const dmi = ['sys_vendor', 'product_name']
    .map((name) => files.text(`sys/class/dmi/id/${name}`)?.trim() ?? '')
    .join(' ');
  const known = makers.find(([pattern]) => pattern.test(dmi))?.[1];
  if (known !== undefined) return known;
  return /^flags\s*:.*\bhypervisor\b/m.test(files.text('proc/cpuinfo') ?? '') ? 'virtual' : undefined;
};
