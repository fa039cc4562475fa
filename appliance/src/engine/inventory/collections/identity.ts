import { defineCollection } from '../types.ts';

/** D3: what a device calls itself and where it is. Never leaves. */
export const collection = defineCollection({
  name: 'identity',
  bound: 'device',
  row: 'D3',
  mode: 'own',
  single: true,
  title: 'name',
  sort: 'name',
  fields: {
    name: { type: 'text', indexed: true, maxLength: 255 },
    dnsName: { type: 'text', indexed: true, maxLength: 255 },
    dnsDomain: { type: 'text', indexed: true, maxLength: 255 },
    windowsDomain: { type: 'text', maxLength: 255, column: false },
    windowsDomainType: { type: 'text', maxLength: 50, column: false },
    windowsName: { type: 'text', maxLength: 255, column: false },
    ipv4: { type: 'list', indexed: true, maxLength: 15 },
    ipv6: { type: 'list', indexed: true, maxLength: 45, column: false },
    macs: { type: 'list', indexed: true, maxLength: 17, column: false },
    osType: { type: 'text', maxLength: 50 },
    isVirtual: { type: 'boolean', column: false },
    hypervisor: { type: 'text', maxLength: 100, column: false },
    networkLocation: { type: 'text', maxLength: 255, column: false },
    uuid: { type: 'text', indexed: true, maxLength: 64, column: false },
    serial: { type: 'text', indexed: true, maxLength: 128, column: false },
    /** What the settings of the agent call the device or its place: a claim that rules may look at. */
    agentTag: { type: 'text', indexed: true, maxLength: 256, column: false },
    displayName: { type: 'text', entered: true, maxLength: 100 },
    description: { type: 'text', entered: true, maxLength: 500 },
  },
  retentionDays: 365,
  leaves: null,
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline', 'network', 'directory'],
});
