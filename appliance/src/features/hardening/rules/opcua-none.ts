import type { HardeningRule } from '../types.ts';

/** An endpoint of OPC UA without signature and encryption. */
export const rule: HardeningRule = {
  name: 'opcua-none',
  severity: 'warning',
  judge: ({ services }) => {
    const texts = services.flatMap(({ key, values }) => {
      const isOpcUa = /opc[-_ ]?ua/i.test(values['protocol'] ?? '') || key === 'tcp/4840';
      return isOpcUa && values['security'] !== undefined ? [values['security']] : [];
    });
    if (texts.length === 0) return { answer: 'unknown' };
    const open = texts.find((security) => /\bnone\b/i.test(security));
    return open === undefined ? { answer: 'ok' } : { answer: 'found', evidence: open };
  },
};
