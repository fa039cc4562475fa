import type { HardeningRule } from '../types.ts';

/** SNMP 1 or 2c, whose community is readable on the wire; `public` is everybody's. */
export const rule: HardeningRule = {
  name: 'snmp-v2c',
  severity: 'warning',
  judge: ({ services }) => {
    const texts = services.flatMap(({ key, values }) =>
      key === 'udp/161' || /^snmp/i.test(values['protocol'] ?? '')
        ? [[values['security'], values['version'], values['protocol']].filter(Boolean).join(' ')]
        : [],
    );
    const open = texts.find((text) => /\bpublic\b|\bv?1\b|\bv?2c?\b|snmpv[12]/i.test(text));
    if (open !== undefined) return { answer: 'found', evidence: open };
    return { answer: texts.some((text) => /\bv?3\b|snmpv3/i.test(text)) ? 'ok' : 'unknown' };
  },
};
