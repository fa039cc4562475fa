import { describe, expect, it } from 'vitest';
import { type KernelPackage, kernelStates } from '../collectors/software.ts';

const states = (packages: KernelPackage[], running: string) =>
  packages.map((_, at) => kernelStates(packages, running).get(at));
const deb = (name: string, version = '1'): KernelPackage => ({ type: 'deb', name, version, arch: 'amd64' });
const rpm = (name: string, version: string): KernelPackage => ({ type: 'rpm', name, version, arch: 'x86_64' });

describe('of several kernels', () => {
  it('the running one is told from older and newer ones', () => {
    const packages = [
      deb('linux-image-6.12.9+deb13-amd64'),
      deb('linux-image-6.12.41+deb13-amd64'),
      deb('linux-headers-6.12.41+deb13-amd64'),
      deb('linux-image-6.12.48+deb13-amd64'),
      deb('linux-image-amd64'),
      deb('linux-libc-dev'),
      deb('bash'),
    ];
    expect(states(packages, '6.12.41+deb13-amd64')).toEqual([
      'old',
      'running',
      'running',
      'pending',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('of rpm, the version and architecture name the release', () => {
    const packages = [
      rpm('kernel-core', '5.14.0-427.13.1.el9_4'),
      rpm('kernel-core', '5.14.0-427.20.1.el9_4'),
      rpm('kernel', '5.14.0-427.20.1.el9_4'),
      rpm('kernel-tools', '5.14.0-427.20.1.el9_4'),
    ];
    expect(states(packages, '5.14.0-427.13.1.el9_4.x86_64')).toEqual(['running', 'pending', 'pending', undefined]);
  });

  it('of SUSE, the release is cut and has the flavour', () => {
    const packages = [rpm('kernel-default', '6.4.0-150600.21.3'), rpm('kernel-default', '6.4.0-150600.23.7')];
    expect(states(packages, '6.4.0-150600.21-default')).toEqual(['running', 'pending']);
  });

  it('nothing is said where none of them runs', () => {
    expect(states([deb('linux-image-6.12.41+deb13-amd64')], '6.18.0-container')).toEqual([undefined]);
  });
});
